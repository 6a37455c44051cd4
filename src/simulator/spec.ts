import type { CounterBits } from '../domain/counter.ts';
import type { OpenwrtMethod } from '../domain/observation.ts';
import type { Traffic } from '../domain/traffic.ts';

/** What a simulated world is made of. Everything it does follows from this and its seed. */
export interface WorldSpec {
  seed: number;
  /** When the world begins, Unix milliseconds. */
  start: number;
  /** Minutes the home's clocks are ahead of UTC: people sleep by local time. Default 0. */
  utcOffset?: number;
  /** The version that the routers' scripts name; without one they name none, as old ones did. */
  script?: string;
  routers: readonly RouterSpec[];
  devices: readonly DeviceSpec[];
}

export interface RouterSpec {
  name: string;
  model?: string;
  release?: string;
  /** Seconds it has been up when the world begins. Default: one hour. */
  uptime?: number;
  /** Width of its kernel's network device counters. */
  counterBits?: CounterBits;
  flowOffload?: { software: boolean; hardware: boolean };
  radios: readonly RadioSpec[];
  /** Only a gateway has any. All Internet traffic of the world leaves through the first that is up. */
  uplinks?: readonly UplinkSpec[];
  /** Whether leases, names and neighbours are kept here. Default: where the uplinks are. */
  dhcp?: boolean;
  /** The router's own traffic: time, name lookups, package lists. */
  life?: Life;
  /** How it counts its hosts. Only where the uplinks are. Default: it does not. */
  counting?: CountingSpec;
  tunnels?: readonly TunnelSpec[];
}

/** What counts the bytes that each host moves to and from the Internet. */
export interface CountingSpec {
  method: OpenwrtMethod;
  /** Logical name and device. */
  networks: readonly (readonly [name: string, device: string])[];
  /** Addresses that each set has room for. Default 4096. */
  size?: number;
}

/** A WireGuard interface. Its peers' packets cross the home's uplink. */
export interface TunnelSpec {
  interface: string;
  kind?: 'wireguard' | 'amneziawg';
  ifindex: number;
  peers: readonly PeerSpec[];
}

export interface PeerSpec {
  publicKey: string;
  name?: string;
  /** The address that it has inside. */
  address: string;
  /** Allowed addresses. Default: its address alone. */
  allowed?: readonly string[];
  endpoint: string;
  /** Known to the configuration, and switched off. */
  revoked?: boolean;
  /** What its counters show when the world begins, and seconds since its last byte then. */
  shows?: Traffic;
  silent?: number;
  /** Its `lan` activities end in the home; the rest continues to the Internet and crosses the uplink a second time. */
  life?: Life;
}

export interface RadioSpec {
  interface: string;
  /** MHz. */
  frequency: number;
  ssid: string;
  /** As `iw` prints it. Default `ap`. */
  type?: string;
  /** 4-address frames: a backhaul, whose bytes are other devices'. */
  fourAddress?: boolean;
}

export interface UplinkSpec {
  /** netifd's logical name. */
  name: string;
  /** Layer-3 device. */
  device: string;
  ifindex: number;
  protocol: string;
  up?: boolean;
  /** What its counters show when the world begins. */
  shows?: Traffic;
}

export interface DeviceSpec {
  mac: string;
  /** The name it sends with its DHCP request; none: the lease shows `*`. */
  hostname?: string;
  /** IPv4 address. */
  address: string;
  address6?: string;
  duid?: string;
  /** An IPv6 prefix (four groups) in which it gives itself an address, and another one every day. Most of what it does goes by IPv6 then. */
  slaac?: string;
  clientId?: string;
  /** How it gets its address. `static`: a host of the router's configuration (`name`), `hosts`: a line of a hosts file. */
  addressing?: 'dhcp' | 'static' | 'hosts';
  /** The name the router's owner gave it. */
  name?: string;
  /** On a cable: it counts at the uplink, but no access point sees it. */
  wired?: boolean;
  /** Where it may be on the air; the first is where it begins. */
  places?: readonly Place[];
  /** Without one it moves only what `transfer` moves. */
  life?: Life;
}

/** One value, or one for each local hour. */
export type Profile = number | readonly number[];

export interface Place {
  router: string;
  interface: string;
  /** How likely it is to be here, against its other places. */
  weight: Profile;
  /** dBm at the access point. */
  signal: number;
}

/** A device's habits. Rates are bytes a second, shares are 0 to 1. */
export interface Life {
  /** Share of the days on which it is at home at that hour. */
  presence: Profile;
  /** Share of that hour in which it is in use. */
  use: Profile;
  /** What it does when in use, one at a time. */
  activities: readonly Activity[];
  /** What it does when it is not. */
  idle: Traffic;
  /** Use on Saturdays and Sundays, against the other days. Default 1. */
  weekend?: number;
  /** Mean seconds for which one rate holds. Default 12. */
  bursts?: number;
}

export interface Activity {
  weight: number;
  download: number;
  upload: number;
  /** Mean length in seconds. */
  seconds: number;
  /** Stays inside the home: seen by the access point, not by the uplink. */
  lan?: boolean;
}

/** The value of a profile at a local hour (0–23). */
export function at(profile: Profile, hour: number): number {
  return typeof profile === 'number' ? profile : (profile[hour] ?? 0);
}

/** A profile from steps: `hours([0, 0.1], [7, 0.6])` is 0.1 from midnight and 0.6 from seven on. */
export function hours(...steps: readonly (readonly [from: number, value: number])[]): number[] {
  return Array.from({ length: 24 }, (_, hour) => steps.findLast(([from]) => from <= hour)?.[1] ?? 0);
}
