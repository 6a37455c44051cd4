import type { CounterRules } from '../domain/counter.ts';
import type { Finding } from '../domain/finding.ts';
import type { SourceName } from '../domain/observation.ts';
import type { RouterStatus } from '../domain/status.ts';
import type { Fields, Found } from '../fields/fields.ts';
import type { Files } from '../fields/files.ts';
import type { Problems } from '../fields/problems.ts';
import type { RouterUrl } from '../fields/urls.ts';
import type { Argv, RunEach, SendRequest } from '../transports/request.ts';
import type { Probe } from './source.ts';

/**
 * A kind of router: all that the program knows of it. `F` are the keys of a router's entry that configure it, `Entry` is what they
 * hold as written, `Config` the same with paths and secrets resolved. One folder a kind; registry.ts lists them.
 */
export interface RouterKind<F extends Fields, Entry, Config extends object> {
  /** For people: what is read, in a few words. */
  title: string;
  /**
   * `main`: a router is read in one main way. `beside`: may be added to a main way, whose answers then leave out the sources of
   * `owns`, so that nothing is counted twice.
   */
  role: 'main' | 'beside';
  owns: readonly SourceName[];
  /** Whether it is read over HTTP, with the router's token or password. */
  usesHttp: boolean;
  /** Whether its answers say which router it is and since when it runs (`System`). */
  readsSystem: boolean;
  /** What the counters of each source promise (docs/ledger-rules.md); the key is a source, or a source and a method. */
  promises: Readonly<Record<string, CounterRules>>;
  fields: F;
  /** Keys inside a field that is a group, by their heading in docs/configuration.md. */
  groups: Readonly<Record<string, Fields>>;
  /** What the fields configure; null where none of them is there. What is wrong is reported. */
  entry(found: Found<F>, problems: Problems): Entry | null;
  /** The URLs that are read: two routers with one URL are an error. */
  urls(entry: Entry): ReadUrl[];
  /** Why this entry and another router's would count the same bytes, beyond equal URLs; null where they would not. */
  clash(entry: Entry, other: OtherRouter): string | null;
  /** Fills in what was left open; paths are resolved. */
  resolve(entry: Entry, files: Files, problems: Problems): Promise<Config>;
  /** Where it is read, for people: without credentials. */
  addresses(config: Config): string[];
  /** Label and text, a line each, for `wrtmeter check`; without secrets. */
  describe(config: Config): [label: string, text: string][];
  probes(config: Config, tools: KindTools): Probe[];
  /** What the doctor has to say of all routers of this kind. */
  check(routers: readonly CheckedRouter<Config>[], version: string): Finding[];
}

/** A URL as written. */
export interface ReadUrl extends RouterUrl {
  /** What is read there, for messages: a source, or the script. */
  what: string;
  place: string;
  /** Its answer holds what all scripts beside it would count. */
  whole: boolean;
  /** Whether bytes are counted there: what is only names may be read twice. */
  counts: boolean;
}

/** Another router of the configuration, as a clash sees it. */
export interface OtherRouter {
  name: string;
  /** Its entry of the same kind, if it has one. */
  same: unknown;
  /** Whether it stands above in the configuration: of two that clash alike, the lower one is reported. */
  earlier: boolean;
  urls: readonly ReadUrl[];
}

/** Where commands are run. */
export interface MachineTarget {
  /** Null = this machine. Null within: as OpenSSH's own configuration has it. */
  ssh: { host: string; user: string | null; port: number | null; keyFile: string | null; knownHostsFile: string | null } | null;
  /** The container that they run in, there. */
  container: string | null;
  /** Whether root's commands are run by sudo. */
  sudo: boolean;
}

/** What a probe reaches its router with. */
export interface KindTools {
  send: SendRequest;
  machine(target: MachineTarget): { each: RunEach; asRoot: (argv: Argv) => Argv };
  /** Width of the router's counters where the configuration sets it. */
  counterBits: 32 | 64 | null;
  /** Whether another kind of the same router reads its `System`. */
  systemIsRead: boolean;
}

/** A router that the doctor has read. */
export interface CheckedRouter<Config> {
  name: string;
  config: Config;
  status: RouterStatus;
  /** Whether the ledger has counted hosts of it before. */
  hadHosts: boolean;
}

/** Infers the kind's types from its record. */
export const defineKind = <F extends Fields, Entry, Config extends object>(
  kind: RouterKind<F, Entry, Config>,
): RouterKind<F, Entry, Config> => kind;
