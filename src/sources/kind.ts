import type { CounterBits, CounterRules } from '../domain/counter.ts';
import type { Finding } from '../domain/finding.ts';
import type { SourceName } from '../domain/observation.ts';
import type { RouterStatus } from '../domain/status.ts';
import type { FailureReason } from '../errors.ts';
import type { Fields, Found } from '../fields/fields.ts';
import type { Files } from '../fields/files.ts';
import type { Problems } from '../fields/problems.ts';
import type { Login, RouterUrl } from '../fields/urls.ts';
import type { Argv, RunEach, SendRequest, StatusWords } from '../transports/request.ts';
import type { Probe } from './source.ts';

/**
 * A kind of router: everything that the program knows about it. `F` are the configuration keys of a router of this kind, `Entry` their
 * values as written, `Config` the same with paths and secrets resolved. One folder per kind; registry.ts lists them.
 */
export interface RouterKind<F extends Fields, Entry, Config extends object> {
  /** What is read, in a few words, for people. */
  title: string;
  /**
   * `main`: a router has at most one kind of this role. `beside`: can be added to a main kind; then this kind alone reads the sources in
   * `owns`, so that nothing is counted twice.
   */
  role: 'main' | 'beside';
  owns: readonly SourceName[];
  /** What a status of its web server means; null if it is not read over HTTP, with the router's token or password. */
  http: StatusWords | null;
  /** Whether it logs in by itself with the router's user name and password; else its requests carry the router's credentials. */
  logsIn: boolean;
  /** What its owner can do about each failure of a reading: sentences. */
  todo: Readonly<Record<FailureReason, string>>;
  /** Whether its answers contain a `System`: identity and uptime of the router. */
  readsSystem: boolean;
  /** What the counters of each source promise (docs/ledger-rules.md), by source, or by source and method. */
  promises: Readonly<Record<string, CounterRules>>;
  fields: F;
  /** The keys of fields that are groups, by their heading in docs/configuration.md. */
  groups: Readonly<Record<string, Fields>>;
  /** The entry made of the fields; null if none of them is set. Reports errors. */
  entry(found: Found<F>, problems: Problems): Entry | null;
  /** The URLs that are read. Two routers with the same URL are an error. */
  urls(entry: Entry): ReadUrl[];
  /** Why this entry and another router's would count the same bytes, apart from equal URLs; null if they would not. */
  clash(entry: Entry, other: OtherRouter): string | null;
  /** Fills in defaults and resolves paths. */
  resolve(entry: Entry, files: Files, problems: Problems): Promise<Config>;
  /** What a configuration lacks although it was resolved, where `login` is the router's own; null if it lacks nothing. */
  lacks(config: Config, login: Login | null): string | null;
  /** Where it is read, for people; without credentials. */
  addresses(config: Config): string[];
  /** Lines of label and text for `wrtmeter check`; without secrets. */
  describe(config: Config): [label: string, text: string][];
  probes(config: Config, tools: KindTools): Probe[];
  /** Findings of the doctor about the routers of this kind. */
  check(routers: readonly CheckedRouter<Config>[], version: string): Finding[];
}

/** A URL as written. */
export interface ReadUrl extends RouterUrl {
  /** What is read there, for messages: a source or the script. */
  what: string;
  place: string;
  /** Its answer contains everything that other scripts in the same folder would count. */
  whole: boolean;
  /** Whether bytes are counted there. Names alone may be read twice. */
  counts: boolean;
}

/** Another router of the configuration, for `clash`. */
interface OtherRouter {
  name: string;
  /** Its entry of the same kind; null if it has none. */
  same: unknown;
  /** Whether it comes first in the configuration: if two routers clash, the later one is reported. */
  earlier: boolean;
  urls: readonly ReadUrl[];
}

/** Where commands are run. */
export interface MachineTarget {
  /** Null = this machine. Null fields use OpenSSH's own configuration. */
  ssh: { host: string; user: string | null; port: number | null; keyFile: string | null; knownHostsFile: string | null } | null;
  /** The container that they run in. */
  container: string | null;
  /** Whether commands that need root are run with sudo. */
  sudo: boolean;
}

/** What is remembered of a login, over restarts too, without the password. */
export interface LoginMemory {
  /** It works. Returns at once: it is kept in the background. */
  worked(): void;
  /**
   * It may have been refused. How often in a row, over restarts too, since it last worked; null if it is not known to have ever worked. Takes
   * a moment, but does not block, and never fails for a fault of the ledger.
   */
  refused(): Promise<number | null>;
}

/** What a probe needs to reach its router. */
interface KindTools {
  /** Without credentials where the kind logs in by itself. */
  send: SendRequest;
  /** The router's user name and password, for a kind that logs in by itself. */
  login: Login | null;
  /** What is remembered of a login at an address. */
  remembered(address: string, login: Login): LoginMemory;
  /** Unix ms, and ms of a monotonic clock. */
  clock: { now(): number; tick(): number };
  /** Logs a line, where the reading itself did not fail. */
  warn(line: string): void;
  machine(target: MachineTarget): { each: RunEach; asRoot: (argv: Argv) => Argv };
  /** Width of the router's counters if configured. */
  counterBits: CounterBits | null;
  /** Whether another kind of the same router reads its `System`. */
  systemIsRead: boolean;
}

/** A router that the doctor read. */
export interface CheckedRouter<Config> {
  name: string;
  config: Config;
  status: RouterStatus;
  /** Whether the ledger has counted its hosts before. */
  hadHosts: boolean;
  /** Bits per second that its line carries at most. */
  lineRate: number;
  /** Seconds since the service last read its statistics; null if it never did. */
  sinceRead: number | null;
  /** Lines that its probes logged. */
  warnings: readonly string[];
}

/** Infers the types of a kind. */
export const defineKind = <F extends Fields, Entry, Config extends object>(
  kind: RouterKind<F, Entry, Config>,
): RouterKind<F, Entry, Config> => kind;
