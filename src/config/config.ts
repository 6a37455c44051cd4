import type { CounterBits } from '../domain/counter.ts';
import type { KindConfig } from '../sources/registry.ts';

/** What the program runs by: plain data, complete, with every default and every secret filled in. */
export interface Config {
  listen: Listen;
  /** Directory of the ledger, as it was written: relative to the working directory. */
  data: string;
  /** IANA name. */
  timezone: string;
  billing: BillingConfig;
  accounting: Accounting;
  /** Seconds without a scrape after which the service reads by itself; 0 = never. */
  heartbeat: number;
  /** Seconds that a round waits for routers, unless a router has its own. */
  timeout: number;
  /** Seconds for which a finished round may be shown again; 0 = every scrape reads. */
  minInterval: number;
  /** Bits per second that no router's counters can exceed, unless the router says otherwise. */
  lineRate: number;
  retention: {
    /** Seconds for which hour rows are kept. */
    hours: number;
  };
  /** Seconds after which a device that is not seen leaves the metrics. */
  expire: number;
  /** Whether `POST /-/reload` is answered. */
  reload: boolean;
  auth: {
    /** Who may read: everyone who reaches the address, or who has a token. */
    read: ReadAccess;
  };
  /** Whether peers can be let in and out over HTTP, always with a token. */
  control: boolean;
  log: { level: LogLevel };
  routers: RouterConfig[];
  devices: DeviceConfig[];
  peers: PeerConfig[];
  /** The file it was read from, as it was named; null without one. */
  file: string | null;
  /** Nobody named a router, so the usual address of one is tried. */
  implied: boolean;
}

export interface Listen {
  host: string;
  port: number;
}

interface BillingConfig {
  /** Day of the month, 1 to 31. */
  day: number;
}

export const ACCOUNTINGS = ['auto', 'hosts', 'stations'] as const;
type Accounting = (typeof ACCOUNTINGS)[number];

export const READ_ACCESSES = ['open', 'token'] as const;
type ReadAccess = (typeof READ_ACCESSES)[number];

export const LOG_LEVELS = ['debug', 'info', 'warn', 'error'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

export interface RouterConfig {
  name: string;
  /** Earlier names, whose accounts go on under this one. */
  was: string[];
  /** How it is read: one main kind, and kinds beside it. */
  kinds: KindConfig[];
  credentials: Credentials;
  tls: TlsConfig;
  /** Bits per second. */
  lineRate: number;
  billing: BillingConfig;
  /** Seconds that a round waits for it. */
  timeout: number;
  /** Width of the router's counters; null = as the router says. */
  counterBits: CounterBits | null;
}

export type Credentials = { kind: 'none' } | { kind: 'basic'; username: string; password: string } | { kind: 'bearer'; token: string };

export interface TlsConfig {
  /** PEM text of the only authority that is trusted; null = the system's. */
  ca: string | null;
  /** Any certificate will do. */
  insecure: boolean;
}

/** A device that the owner named, with all its addresses (lower case, colons). */
export interface DeviceConfig {
  name: string;
  macs: string[];
  user?: string;
}

/** A WireGuard peer that the owner named. */
export interface PeerConfig {
  name: string;
  publicKey: string;
  user?: string;
}

export const MAX_ROUTERS = 256;
export const MAX_DEVICES = 5000;
export const MAX_PEERS = 5000;
export const MAX_MACS = 32;
