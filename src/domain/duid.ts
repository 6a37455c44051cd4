/** Ethernet among the hardware types of ARP (RFC 826), which DUIDs name their addresses' by. */
const ETHERNET = '0001';

/**
 * The DUID of a DHCPv4 client id, in hex without separators: RFC 4361 puts it behind the byte ff and four of an interface's number. Null
 * for any other client id, such as the usual `01:MAC`. `clientId` is hex as dnsmasq (with colons) and odhcpd (without) print it.
 */
export function duidOfClientId(clientId: string): string | null {
  const hex = hexOf(clientId);
  return hex?.startsWith('ff') && isDuid(hex.slice(10)) ? hex.slice(10) : null;
}

/** Whether a client id only repeats the MAC of its lease: `01:MAC`. */
export const isMacOnly = (clientId: string): boolean => /^01[0-9a-f]{12}$/.test(hexOf(clientId) ?? '');

/** A DUID in hex without separators, or null where the text is none. */
export function parseDuid(text: string): string | null {
  const hex = hexOf(text);
  return hex !== null && isDuid(hex) ? hex : null;
}

/** The MAC that a DUID was made from (RFC 8415, DUID-LLT and DUID-LL); null for the other kinds and for other hardware. */
export function macOfDuid(duid: string): string | null {
  const [, mac] = new RegExp(`^(?:0001${ETHERNET}[0-9a-f]{8}|0003${ETHERNET})([0-9a-f]{12})$`).exec(duid) ?? [];
  return mac === undefined ? null : (mac.match(/../g) ?? []).join(':');
}

function hexOf(text: string): string | null {
  const hex = text.replaceAll(':', '').toLowerCase();
  return /^(?:[0-9a-f]{2})+$/.test(hex) ? hex : null;
}

/** Two bytes of its kind and up to 128 of what it is (RFC 8415, section 11.1). */
const isDuid = (hex: string): boolean => hex.length >= 8 && hex.length <= 260;
