import type { AuditAnswer } from '../views/api-v1-audit.ts';
import type { UsageAnswer } from '../views/api-v1-usage.ts';
import type { QueryParameters } from '../views/query.ts';
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
  /** The ledger is open, and the program is not about to end. */
  ready(): boolean;
  health(): Health;
  /** Loads the configuration anew; null where that is not enabled. */
  reload: (() => Promise<{ ok: boolean; message: string }>) | null;
  log(level: 'debug' | 'info' | 'warn' | 'error', message: string, fields: Record<string, unknown>): void;
  version: string;
}

export interface Health {
  healthy: boolean;
  /** What a person should look at, a line each; there may be some while the program is healthy. */
  problems: readonly string[];
}
