import type { CounterBits } from '../domain/counter.ts';
import type { LimitsConfig } from '../domain/people/limits/limit.ts';
import type { Quota } from '../domain/people/quota.ts';
import type { Tariff } from '../domain/people/tariffs.ts';
import type { Units } from '../domain/people/units.ts';
import type { User } from '../domain/people/user.ts';
import type { NoticesConfig } from '../notify/settings.ts';
import type { TargetConfig } from '../notify/target.ts';
import type { MachineTarget } from '../sources/kind.ts';
import type { KindConfig } from '../sources/registry.ts';

/** The complete configuration, with defaults and secrets filled in. */
export interface Config {
  listen: Listen;
  /** Directory of the ledger as written; relative to the working directory. */
  data: string;
  /** IANA name. */
  timezone: string;
  billing: BillingConfig;
  accounting: Accounting;
  /** Seconds without a round after which the service starts one; 0 = never. */
  heartbeat: number;
  /** Seconds that a round waits for routers, unless a router has its own. */
  timeout: number;
  /** Seconds for which a finished round is reused; 0 = every scrape starts one. */
  minInterval: number;
  /** Seconds between two readings while somebody watches live; 0 = nobody can. */
  live: number;
  /** Seconds after the last round after which such a reading is posted. */
  minCommit: number;
  /** Highest rate of a router's counters in bit/s, unless the router sets its own. */
  lineRate: number;
  retention: {
    /** Seconds that hour rows are kept. */
    hours: number;
  };
  /** Seconds after which an unseen device is removed from the metrics. */
  expire: number;
  /** Whether `POST /-/reload` is enabled. */
  reload: boolean;
  auth: {
    /** Who may read: everyone who can reach the address, or only requests with a token. */
    read: ReadAccess;
  };
  /** Whether limits are set on routers, and whether peers, limits and bonuses can be changed over HTTP, always with a token. */
  control: boolean;
  ledger: {
    /** What opens the file: the package sqlite3, Node's own SQLite, or the first of them that loads. */
    driver: LedgerDriver;
  };
  log: { level: LogLevel };
  routers: RouterConfig[];
  devices: DeviceConfig[];
  peers: PeerConfig[];
  /** Where notices are sent. */
  targets: TargetConfig[];
  /** What is reported. */
  notices: NoticesConfig;
  users: User[];
  /** They do not overlap. */
  tariffs: Tariff[];
  quotas: Quota[];
  limits: LimitsConfig;
  /** The older logger's files; null: none are written. */
  csv: CsvConfig | null;
  /** How bytes are shown to people: 1024 (GiB) or 1000 (GB). */
  units: Units;
  /** The configuration file as given; null without one. */
  file: string | null;
  /** No router is configured, so the usual address is tried. */
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

/** The files that the older TP-Link logger wrote. Times are seconds. */
export interface CsvConfig {
  /** As written; relative to the working directory. */
  directory: string;
  /** Between two lines of a file. */
  every: number;
  /** How long lines are kept; then one for each month is left. */
  keep: number;
}

export const ACCOUNTINGS = ['auto', 'hosts', 'stations'] as const;
type Accounting = (typeof ACCOUNTINGS)[number];

export const READ_ACCESSES = ['open', 'token'] as const;
type ReadAccess = (typeof READ_ACCESSES)[number];

export const LEDGER_DRIVERS = ['auto', 'sqlite3', 'node'] as const;
type LedgerDriver = (typeof LEDGER_DRIVERS)[number];

export const LOG_LEVELS = ['debug', 'info', 'warn', 'error'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

export interface RouterConfig {
  name: string;
  /** Earlier names, whose accounts continue under this one. */
  was: string[];
  /** How it is read: one main kind, and additional kinds. */
  kinds: KindConfig[];
  credentials: Credentials;
  tls: TlsConfig;
  /** Bits per second. */
  lineRate: number;
  billing: BillingConfig;
  /** Seconds that a round waits for it. */
  timeout: number;
  /** Width of the router's counters; null = as reported by the router. */
  counterBits: CounterBits | null;
  /** How limits reach it; null: it is never asked for any. */
  limits: LimitsTransport | null;
}

/** Over ssh with a key that can do nothing else, or over the login that its WireGuard peers are changed with. */
export type LimitsTransport = { over: 'ssh'; ssh: NonNullable<MachineTarget['ssh']> } | { over: 'wireguard' };

export type Credentials = { kind: 'none' } | { kind: 'basic'; username: string; password: string } | { kind: 'bearer'; token: string };

export interface TlsConfig {
  /** PEM text of the only trusted authority; null = the system's. */
  ca: string | null;
  /** Accepts any certificate. */
  insecure: boolean;
}

/** A device named in the configuration, with all its MACs (lower case, colons). */
export interface DeviceConfig {
  name: string;
  macs: string[];
  user?: string;
  /** Only totals are kept and shown. */
  isPrivate?: true;
}

/** A WireGuard peer named in the configuration. */
export interface PeerConfig {
  name: string;
  publicKey: string;
  user?: string;
}

export const MOST_ROUTERS = 256;
export const MOST_DEVICES = 5000;
export const MOST_PEERS = 5000;
export const MOST_MACS = 32;
export const MOST_USERS = 500;
/** Of each list of a user. */
export const MOST_ENTRIES = 500;
