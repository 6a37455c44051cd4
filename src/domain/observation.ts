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
  /** The devices that its device lies on, the nearest first: a VLAN's port, a bridge's ports, the port below PPPoE. Absent where the router does not say. */
  below?: readonly string[];
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

/** How a gateway counts its hosts. */
export const HOST_METHODS = ['nftables', 'iptables', 'nlbwmon'] as const;
export type HostMethod = (typeof HOST_METHODS)[number];

/** One counter of what a machine behind the gateway moved between the LAN and the Internet. */
export interface HostCounter {
  /** Where it counts one direction only, the other one of `bytes` is 0. */
  counts: 'download' | 'upload' | 'both';
  /** Null where the counter knows the address alone. */
  mac: string | null;
  ip: string;
  bytes: Traffic;
  epoch: Epoch | null;
}

/** A WireGuard or AmneziaWG peer, as its server shows it. */
export interface Peer {
  interface: string;
  publicKey: string;
  /** From the interface's file or from uci; null where nobody gave one. */
  name: string | null;
  endpoint: string | null;
  allowedIps: string[];
  /** A revoked peer is in the server's record of them, and not on the interface. */
  state: 'active' | 'revoked';
  /** Unix seconds; 0 = never, or not known. */
  latestHandshake: number;
  /** Null while it is revoked. */
  bytes: Traffic | null;
  epoch: Epoch | null;
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
  /** Version of the script that answered; null where it does not say. */
  script: string | null;
}

/** What one source of one router showed. */
export type Observation =
  | { source: 'stations'; rules: CounterRules; radios: Radio[]; stations: Station[] }
  | { source: 'wan'; rules: CounterRules; uplinks: Uplink[] }
  | { source: 'leases'; leases: Lease[]; leases6: Lease6[]; staticHosts: StaticHost[] | null; hosts: HostsEntry[] | null }
  | { source: 'neighbours'; neighbours: Neighbour[] }
  | {
      source: 'hosts';
      rules: CounterRules;
      method: HostMethod;
      hosts: HostCounter[];
      /** Devices of the networks that are counted. */
      devices: string[];
      /** Bytes that no counter had room for, since the counting began; null where that is not known. */
      uncounted: Traffic | null;
    }
  | { source: 'peers'; rules: CounterRules; interfaces: string[]; peers: Peer[] };
