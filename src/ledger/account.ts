import type { Traffic } from '../domain/traffic.ts';

/**
 * `host`: routed bytes, counted at a gateway. `address`: those of an address whose MAC is not known, kept for the device account that
 * they belong to. `peer`: of a WireGuard peer.
 */
export type AccountKind = 'wan' | 'station' | 'device' | 'host' | 'address' | 'peer';

/** What totals are kept for. */
export interface AccountName {
  kind: AccountKind;
  /** Empty for a device: it is one over all routers. */
  router: string;
  /** The uplink of a WAN account, the interface of a peer's, else empty. */
  interface: string;
  /** The MAC of a station, host or device, the address of one whose MAC is not known, the public key of a peer, else empty. */
  key: string;
  /** A WAN that runs inside another uplink and is left out of the home's sum. */
  overlay?: boolean;
}

export interface Account extends AccountName {
  id: number;
  total: Traffic;
  /** Of the billing period that is running. */
  month: Traffic;
  /** Unix ms. */
  firstSeen: number;
  lastSeen: number;
  overlay: boolean;
}

/** A MAC and what is known of the one who bears it. */
export interface Device {
  mac: string;
  /** The last name known. */
  name: string | null;
  namedBy: 'static' | 'lease' | null;
  ip: string | null;
}

/** A DHCP lease as it was last read. */
export interface KnownLease {
  router: string;
  mac: string;
  ip: string;
  hostname: string | null;
  clientId: string | null;
  /** Unix seconds; 0 = never. */
  expiry: number;
  /** Unix ms of the last reading that showed it; null while it is in the latest one. */
  lastRead: number | null;
}

export const accountKey = (name: AccountName): string => `${name.kind}\n${name.router}\n${name.interface}\n${name.key}`;
