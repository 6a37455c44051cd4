import type { CounterRules, Epoch } from './counter.ts';
import type { Traffic } from './traffic.ts';

/** The kinds of reading a router can give; the `source` label. */
export const SOURCES = ['stations', 'wan', 'leases', 'neighbours', 'hosts', 'peers'] as const;
export type SourceName = (typeof SOURCES)[number];

/** An 802.11 client on an access point. */
export interface Station {
  /** Null in a classic list, which names no interface. */
  interface: string | null;
  mac: string;
  bytes: Traffic;
  epoch: Epoch | null;
  /** Whether its bytes are those of one device: not so on mesh, client and 4-address links, which repeat other devices' bytes. */
  access: boolean;
  /** dBm */
  signal: number | null;
  /** Bytes per second that the radio link allows. */
  linkDownload: number | null;
  linkUpload: number | null;
  /** Seconds since the station associated. */
  connected: number | null;
}

/** A radio interface of an access point. */
export interface Radio {
  interface: string;
  type: string;
  fourAddress: boolean;
  /** MHz */
  frequency: number | null;
  ssid: string;
}

/** A WAN interface, by netifd's logical name. */
export interface Uplink {
  name: string;
  up: boolean;
  device: string | null;
  protocol: string | null;
  /** Runs inside another uplink (a VPN), so it is left out of the home's sum. */
  overlay: boolean;
  /** Null while it is down: netifd names its device only while it is up. */
  bytes: Traffic | null;
  bits: 32 | 64;
  epoch: Epoch | null;
}

export interface Lease {
  mac: string;
  ip: string;
  hostname: string | null;
  clientId: string | null;
  /** Unix seconds; 0 = never. */
  expiry: number;
}

export interface Lease6 {
  duid: string;
  ip: string;
  hostname: string | null;
  expiry: number;
}

/** A name that the owner of the router gave: a static host of the configuration. */
export interface StaticHost {
  mac: string;
  ip: string | null;
  name: string;
}

/** An address of a hosts file and its name. */
export interface HostsEntry {
  ip: string;
  name: string;
}

export interface Neighbour {
  ip: string;
  interface: string;
  mac: string;
  state: string;
}

/** What a router says of itself. */
export interface System {
  /** Identifies the boot; a new one at every start. */
  bootId: string;
  /** Seconds since the boot. */
  uptime: number;
  /** The router's wall clock, Unix seconds. */
  time: number;
  hostname: string;
  model: string;
  release: string;
  counterBits: 32 | 64;
  flowOffload: { software: boolean; hardware: boolean };
}

/** What one source of one router showed. */
export type Observation =
  | { source: 'stations'; rules: CounterRules; radios: Radio[]; stations: Station[] }
  | { source: 'wan'; rules: CounterRules; uplinks: Uplink[] }
  | { source: 'leases'; leases: Lease[]; leases6: Lease6[]; staticHosts: StaticHost[] | null; hosts: HostsEntry[] | null }
  | { source: 'neighbours'; neighbours: Neighbour[] };
