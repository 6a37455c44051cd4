/** The hardware type of Ethernet in ARP (RFC 826), which DUIDs use too. */
const ETHERNET = '0001';

/**
 * The DUID in a DHCPv4 client id, in hex without separators: RFC 4361 puts it after the byte ff and a four-byte interface number. Null
 * for any other client id, such as the usual `01:MAC`. `clientId` is hex as printed by dnsmasq (with colons) and odhcpd (without).
 */
export function duidOfClientId(clientId: string): string | null {
  const hex = hexOf(clientId);
  return hex?.startsWith('ff') && isDuid(hex.slice(10)) ? hex.slice(10) : null;
}

/** Whether a client id contains only the MAC, which its lease has anyway: `01:MAC`. */
export const isMacOnly = (clientId: string): boolean => /^01[0-9a-f]{12}$/.test(hexOf(clientId) ?? '');

/** A DUID in hex without separators, or null if the text is not a DUID. */
export function parseDuid(text: string): string | null {
  const hex = hexOf(text);
  return hex !== null && isDuid(hex) ? hex : null;
}

/** The MAC that a DUID was made from (RFC 8415, DUID-LLT and DUID-LL); null for other kinds and other hardware. */
export function macOfDuid(duid: string): string | null {
  const [, mac] = new RegExp(`^(?:0001${ETHERNET}[0-9a-f]{8}|0003${ETHERNET})([0-9a-f]{12})$`).exec(duid) ?? [];
  return mac === undefined ? null : (mac.match(/../g) ?? []).join(':');
}

function hexOf(text: string): string | null {
  const hex = text.replaceAll(':', '').toLowerCase();
  return /^(?:[0-9a-f]{2})+$/.test(hex) ? hex : null;
}

/** Two bytes of type and up to 128 bytes of identifier (RFC 8415, section 11.1). */
const isDuid = (hex: string): boolean => hex.length >= 8 && hex.length <= 260;
