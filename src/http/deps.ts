import type { Gate } from '../auth/gate.ts';
import type { Bonus, NewBonus } from '../ledger/books.ts';
import type { AuditAnswer } from '../views/api-v1/audit.ts';
import type { HandLimit, NewHandLimit } from '../views/api-v1/limits.ts';
import type { QueryParameters } from '../views/api-v1/query.ts';
import type { ReconciliationAnswer } from '../views/api-v1/reconciliation.ts';
import type { UsageAnswer } from '../views/api-v1/usage.ts';
import type { TextParts } from '../views/metrics/text.ts';
import type { PageReader } from '../views/pages/reader.ts';
import type { View } from '../views/view.ts';

/** What the routes need from the program. Only `scrape`, `read` and `live` read routers. */
export interface AppDeps {
  /** The current state, with months up to date. */
  view(): Promise<View>;
  /** Runs or joins a round and returns the text of `/metrics`. `timeout` in seconds; null if the caller sent none. */
  scrape(timeout: number | null): Promise<TextParts>;
  /** Runs or joins a round to its end. It reads the routers although `min_interval` may let a scrape reuse the last round. */
  read(): Promise<void>;
  /** The text of `/metrics/history`. */
  history(): Promise<TextParts>;
  apiPhp(action: string | undefined): Promise<{ status: number; body: unknown }>;
  /** Throws a RequestError for an invalid query. */
  usage(query: QueryParameters): Promise<UsageAnswer>;
  /** A file of the older logger. Throws a RequestError for an invalid query. */
  usageCsv(query: QueryParameters): Promise<string>;
  /** Throws a RequestError for an invalid query. */
  audit(query: QueryParameters): Promise<AuditAnswer>;
  /** Throws a RequestError for an invalid query. */
  reconciliation(query: QueryParameters): Promise<ReconciliationAnswer>;
  pages: PageReader;
  /** Whether the ledger is open and the program is not shutting down. */
  ready(): boolean;
  health(): Health;
  /** Reloads the configuration; null if that is not enabled, which a reload can change. */
  readonly reload: (() => Promise<{ ok: boolean; message: string }>) | null;
  auth: Auth;
  /** Revokes, restores and deletes peers. */
  control: PeerControl;
  /** Writes an audit row about an action or an attempt. */
  note(act: PeerAct): Promise<void>;
  bonuses: BonusControl;
  limits: HandLimits;
  live: LiveFeed;
  log(level: 'debug' | 'info' | 'warn' | 'error', message: string, fields: Record<string, unknown>): void;
  version: string;
}

/** Checks tokens. */
export interface Auth extends Pick<Gate, 'check'> {
  /** The current configuration; a reload can change it. */
  settings(): { read: 'open' | 'token'; control: boolean };
}

export type PeerAction = 'revoke' | 'restore' | 'delete';

/** Identifies a peer on its server. */
export interface PeerId {
  router: string;
  interface: string;
  publicKey: string;
}

/** The result of an action: the state on the server, or why nothing changed. */
export type PeerChange =
  | {
      ok: true;
      state: 'active' | 'revoked' | 'gone';
      /** False if it was so before. */
      changed?: boolean;
      /** Additional notes for the owner: sentences without a period. */
      notes?: readonly string[];
    }
  /** `conflict`: not possible in the current state, trying again does not help; else the server could not be reached or refused. */
  | { ok: false; conflict?: boolean; reason: string };

export interface PeerControl {
  /** Changes the interface and its configuration in one step and verifies the result. */
  change(peer: PeerId, action: PeerAction): Promise<PeerChange>;
}

/** Adds and removes bought volume of quotas, with a row in the audit. */
interface BonusControl {
  add(bonus: NewBonus): Promise<Bonus>;
  /** `by`: who removes it and how, for people. */
  remove(bonus: Bonus, by: string): Promise<void>;
}

/** What people decide about limits, with rows in the audit. */
interface HandLimits {
  hand(): Promise<HandLimit[]>;
  /** `replaced`: numbers of others that are of the same thing. */
  set(limit: NewHandLimit, replaced?: readonly number[]): Promise<HandLimit>;
  /** `by`: who clears it and how, for people. */
  clear(limit: HandLimit, by: string): Promise<void>;
}

/** What moves now, as server-sent events. */
export interface LiveFeed {
  /** False where the configuration has none, and once the program ends. */
  isOn(): boolean;
  /** Sends what happens from now on, until the returned function is called. Routers are read for it while it is needed. */
  watch(watcher: Watcher): () => void;
}

export interface Watcher {
  /** The text of one or more events. */
  send(events: Buffer): void;
  /** Nothing more is sent. */
  end(): void;
}

export interface PeerAct {
  peer: PeerId;
  /** A sentence for the audit, without a period. */
  why: string;
}

/** What a running service says about itself. */
export interface Health {
  /** Whether the ledger can be written. */
  healthy: boolean;
  /** Problems that need attention, one line each; a healthy program can have some. */
  problems: readonly string[];
}
