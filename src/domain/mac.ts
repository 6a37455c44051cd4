const MAC = /^[0-9a-f]{2}(?:[:-][0-9a-f]{2}){5}$/i;

/** Whether a text is a MAC in any case, with colons or dashes. */
export const isMac = (text: string): boolean => MAC.test(text);

/** A MAC in lower case with colons, or null if the text is not a MAC. */
export function parseMac(text: string): string | null {
  return isMac(text) ? text.toLowerCase().replaceAll('-', ':') : null;
}

/** Whether a MAC is locally administered: made up by the device, as phones do for privacy. */
export function isRandomized(mac: string): boolean {
  return (Number.parseInt(mac.slice(0, 2), 16) & 2) === 2;
}
