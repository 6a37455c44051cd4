import type { Gate } from '../auth/gate.ts';
import type { AuditAnswer } from '../views/api-v1/audit.ts';
import type { QueryParameters } from '../views/api-v1/query.ts';
import type { ReconciliationAnswer } from '../views/api-v1/reconciliation.ts';
import type { UsageAnswer } from '../views/api-v1/usage.ts';
import type { View } from '../views/view.ts';

/** What the routes ask of the program. Only `scrape` reads routers. */
export interface AppDeps {
  /** What is known now, its months turned. */
  view(): Promise<View>;
  /** Runs a round or joins one, and answers with the text of `/metrics`. Seconds that the caller waits, null where it does not say. */
  scrape(timeout: number | null): Promise<string>;
  apiPhp(action: string | undefined): Promise<{ status: number; body: unknown }>;
  /** Throws a RequestError for what cannot be asked. */
  usage(query: QueryParameters): Promise<UsageAnswer>;
  /** Throws a RequestError for what cannot be asked. */
  audit(query: QueryParameters): Promise<AuditAnswer>;
  /** Throws a RequestError for what cannot be asked. */
  reconciliation(query: QueryParameters): Promise<ReconciliationAnswer>;
  /** The ledger is open, and the program is not about to end. */
  ready(): boolean;
  health(): Health;
  /** Loads the configuration anew; null where that is not enabled. */
  reload: (() => Promise<{ ok: boolean; message: string }>) | null;
  auth: Auth;
  /** Lets peers in and out; null where the program cannot. */
  access: PeerAccess | null;
  /** Writes an audit row about what somebody did or tried. */
  note(act: PeerAct): Promise<void>;
  log(level: 'debug' | 'info' | 'warn' | 'error', message: string, fields: Record<string, unknown>): void;
  version: string;
}

/** Who may do what. */
export interface Auth extends Pick<Gate, 'check'> {
  /** As the configuration says now: it may be loaded anew. */
  settings(): { read: 'open' | 'token'; control: boolean };
}

export type PeerAction = 'revoke' | 'restore' | 'delete';

/** A peer, as its server knows it. */
export interface PeerId {
  router: string;
  interface: string;
  publicKey: string;
}

/** What became of an action: what the server shows now, or why nothing has changed. */
export type PeerChange =
  | {
      ok: true;
      state: 'active' | 'revoked' | 'gone';
      /** False where it was so before. */
      changed?: boolean;
      /** Sentences without a period: what the owner should know beside it. */
      notes?: readonly string[];
    }
  /** `conflict`: it cannot be done as things are, and trying again does not help; else the server could not be reached or refused. */
  | { ok: false; conflict?: boolean; reason: string };

export interface PeerAccess {
  /** Changes the interface and its configuration as one step, and reads back. `who` is the name of a token. */
  change(peer: PeerId, action: PeerAction, who: string): Promise<PeerChange>;
}

export interface PeerAct {
  peer: PeerId;
  action: PeerAction;
  who: string;
  /** A sentence for the audit, without a period. */
  why: string;
}

interface Health {
  healthy: boolean;
  /** What a person should look at, a line each; there may be some while the program is healthy. */
  problems: readonly string[];
}
