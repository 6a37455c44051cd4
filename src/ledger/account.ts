import type { Traffic } from '../domain/traffic.ts';

export type AccountKind = 'wan' | 'station' | 'device';

/** What totals are kept for. */
export interface AccountName {
  kind: AccountKind;
  /** Empty for a device: it is one over all routers. */
  router: string;
  /** The uplink of a WAN account, else empty. */
  interface: string;
  /** The MAC of a station or device, else empty. */
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
