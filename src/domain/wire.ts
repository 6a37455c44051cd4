/**
 * Uplinks with counters of one answer, each of which is compared with all others, and accounts of a router's uplinks that take no room of
 * others. Rule: small.
 */
export const MOST_UPLINKS = 64;

/** Where a counter of an uplink is. */
export interface Wired {
  /** The layer-3 device; null where the router does not say. */
  device: string | null;
  /** The devices that it lies on; absent where the router does not say. */
  below?: ReadonlySet<string>;
}

/** Whether the counter of a lower device has the bytes of an upper one too; `perhaps` where nothing shows what lies on what. Rule: one wire. */
export function liesOn({ device, below }: Wired, lower: string | null): 'yes' | 'perhaps' | 'no' {
  if (device === null || lower === null || device === lower) return 'no';
  if (below !== undefined) return below.has(lower) ? 'yes' : 'no';
  if (isVlanOf(device, lower)) return 'yes';
  return mayHavePorts(device) && mayBePort(lower) ? 'perhaps' : 'no';
}

/** `eth1.20` is a VLAN of `eth1`. */
const isVlanOf = (device: string, lower: string): boolean =>
  device.startsWith(`${lower}.`) && /^(\.\d+)+$/.test(device.slice(lower.length));

/** PPP and bridges do not have their ports in their names. */
const mayHavePorts = (device: string): boolean => /^ppp/.test(device) || /^br[\w-]*$/.test(device);

/** Modems, radios and tunnels carry neither PPPoE nor a bridge of an uplink. */
const mayBePort = (device: string): boolean =>
  !/^(ppp|br\b|3g-|wwan|rmnet|wlan|phy|tun|tap|wg|awg|tailscale|zt|gre|sit|6in4|6rd|6to4)/.test(device);
