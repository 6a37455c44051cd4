import type { CounterBits, CounterRules, Epoch } from './counter.ts';
import type { StandingLimit } from './people/limits/effect.ts';
import type { Traffic } from './traffic.ts';

/** The sources that a router can have; the `source` label. */
export const SOURCES = ['stations', 'wan', 'leases', 'neighbours', 'hosts', 'statistics', 'peers'] as const;
export type SourceName = (typeof SOURCES)[number];

/** An 802.11 client on an access point. */
export interface Station {
  /** Null in a classic list, which has no interfaces. */
  interface: string | null;
  mac: string;
  /** The name of its counter, where the source keeps it from answer to answer; otherwise `stationCounter` makes it. */
  counter?: string;
  bytes: Traffic;
  bits: CounterBits;
  epoch: Epoch | null;
  /** Whether its bytes are those of one device. False on mesh, client and 4-address links, which repeat other devices' bytes. */
  access: boolean;
  /** dBm */
  signal: number | null;
  /** Link rate in bytes per second. */
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

/** A connection to the Internet, by netifd's logical name. */
export interface Uplink {
  name: string;
  up: boolean;
  device: string | null;
  /** The devices that its device lies on, the nearest first: a VLAN's port, a bridge's ports, the port below PPPoE. Absent where the router does not say. */
  below?: readonly string[];
  protocol: string | null;
  /** It runs inside another uplink (a VPN), so it is left out of the home's sum. */
  overlay: boolean;
  /** Null while it is down: netifd reports the device only while it is up. */
  bytes: Traffic | null;
  bits: CounterBits;
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

/** A static host of the router's configuration. */
export interface StaticHost {
  mac: string;
  ip: string | null;
  name: string;
}

/** An address and name from a hosts file. */
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

/** How OpenWrt counts its hosts. */
export const OPENWRT_METHODS = ['nftables', 'iptables', 'nlbwmon'] as const;
export type OpenwrtMethod = (typeof OPENWRT_METHODS)[number];

/** How a gateway counts its hosts. `statistics`: by TP-Link's own firmware, where it knows the directions. */
export const HOST_METHODS = [...OPENWRT_METHODS, 'statistics'] as const;
export type HostMethod = (typeof HOST_METHODS)[number];

/** A counter of the bytes that a host moved between the LAN and the Internet. */
export interface HostCounter {
  /** If it counts only one direction, the other one in `bytes` is 0. */
  counts: 'download' | 'upload' | 'both';
  /** Null if the counter knows only the address. */
  mac: string | null;
  ip: string;
  /** The name of the counter, where the source keeps it from answer to answer; otherwise `hostCounter` makes it. */
  counter?: string;
  bytes: Traffic;
  bits: CounterBits;
  epoch: Epoch | null;
}

/** A counter of the bytes that a machine moved through the router, in both directions together. */
export interface SumCounter {
  mac: string;
  ip: string;
  bytes: number;
  /** Null if the router does not show them. */
  packets: number | null;
  bits: CounterBits;
}

/** A WireGuard or AmneziaWG peer on its server. */
export interface Peer {
  interface: string;
  publicKey: string;
  /** From the interface's file or from uci; null if there is none. */
  name: string | null;
  endpoint: string | null;
  allowedIps: string[];
  /** A revoked peer is in the server's record of revoked peers, and not on the interface. */
  state: 'active' | 'revoked';
  /** Unix seconds; 0 = never or unknown. */
  latestHandshake: number;
  /** Null while it is revoked. */
  bytes: Traffic | null;
  bits: CounterBits;
  epoch: Epoch | null;
}

/** What a router reports about itself. */
export interface System {
  /** Changes with every boot. */
  bootId: string;
  /** Seconds since boot. */
  uptime: number;
  /** The router's wall clock, Unix seconds. */
  time: number;
  hostname: string;
  model: string;
  release: string;
  counterBits: CounterBits;
  /** Null where it is not asked, as on a server. */
  flowOffload: { software: boolean; hardware: boolean } | null;
  /** Version of the script that answered; null if not reported. */
  script: string | null;
  /** The limits that stand there, or why they could not be read; absent where it shows none. */
  limits?: readonly StandingLimit[] | { failed: string };
}

/** What one source of one router showed. */
export type Observation =
  | {
      source: 'stations';
      rules: CounterRules;
      radios: Radio[];
      stations: Station[];
      /** Lines whose bytes another line of their counter has too, by counter. They are none of the stations. Rule: lines of one MAC. */
      links?: ReadonlyMap<string, readonly Traffic[]>;
      /** Counters whose lines are all in a row, and may be a sum and such lines. */
      inRow?: ReadonlySet<string>;
    }
  | { source: 'wan'; rules: CounterRules; uplinks: Uplink[] }
  | {
      source: 'leases';
      /** These lists, and that of the neighbours, are the same objects as in the observation before if nothing in them changed. */
      leases: readonly Lease[];
      leases6: readonly Lease6[];
      staticHosts: readonly StaticHost[] | null;
      hosts: readonly HostsEntry[] | null;
    }
  | { source: 'neighbours'; neighbours: readonly Neighbour[] }
  | {
      source: 'hosts';
      rules: CounterRules;
      method: HostMethod;
      hosts: HostCounter[];
      /** Network devices that are counted. */
      devices: string[];
      /** The logical names of those networks (`guest`), and their devices. Absent where the router does not say. */
      networks?: readonly { name: string; device: string }[];
      /** Bytes that no counter had room for since counting began; null if unknown. */
      uncounted: Traffic | null;
    }
  | { source: 'statistics'; rules: CounterRules; machines: SumCounter[] }
  | { source: 'peers'; rules: CounterRules; interfaces: string[]; peers: Peer[] };
