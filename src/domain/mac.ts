const MAC = /^[0-9a-f]{2}(?:[:-][0-9a-f]{2}){5}$/i;

/** Whether a text is a MAC in any case, with colons or dashes. */
export const isMac = (text: string): boolean => MAC.test(text);

/** A MAC in lower case with colons, or null if the text is not a MAC. */
export function parseMac(text: string): string | null {
  return isMac(text) ? text.toLowerCase().replaceAll('-', ':') : null;
}

/** A MAC as people write it: as `parseMac`, or as twelve digits alone or with dots (Cisco). Null for anything else. */
export function macOfPeople(text: string): string | null {
  const bare = /^(?:[0-9a-f]{12}|(?:[0-9a-f]{4}\.){2}[0-9a-f]{4})$/i.test(text);
  return parseMac(bare ? (text.replaceAll('.', '').match(/../g) ?? []).join(':') : text);
}

/** Stands for a MAC that is not known. */
export const NOBODY = '00:00:00:00:00:00';

/** Whether a MAC, in lower case with colons, can be that of a single device: not all zeros, not broadcast, and not of a group (multicast). */
export const isOfDevice = (mac: string): boolean => mac !== NOBODY && (Number.parseInt(mac.slice(0, 2), 16) & 1) === 0;

/** The MAC of a single device, in lower case with colons; null for anything else that a router may show. Rule: isolation. */
export function macOfDevice(text: string): string | null {
  const mac = parseMac(text);
  return mac !== null && isOfDevice(mac) ? mac : null;
}

/** Whether a MAC is locally administered: made up by the device, as phones do for privacy. */
export function isRandomized(mac: string): boolean {
  return (Number.parseInt(mac.slice(0, 2), 16) & 2) === 2;
}
