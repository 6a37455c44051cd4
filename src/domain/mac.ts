const MAC = /^[0-9a-f]{2}(?:[:-][0-9a-f]{2}){5}$/i;

/** A MAC address in lower case with colons, or null where the text is none. */
export function parseMac(text: string): string | null {
  return MAC.test(text) ? text.toLowerCase().replaceAll('-', ':') : null;
}

/** Whether the address was made up by the device (locally administered), as phones do for privacy. */
export function isRandomized(mac: string): boolean {
  return (Number.parseInt(mac.slice(0, 2), 16) & 2) === 2;
}
