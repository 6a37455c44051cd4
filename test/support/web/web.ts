import { type IncomingHttpHeaders, request } from 'node:http';
import { request as requestTls } from 'node:https';
import { createHistory, createHistoryReader } from '../../../src/app/texts/history.ts';
import { createPageReader } from '../../../src/app/texts/page-reader.ts';
import { createApp } from '../../../src/http/app.ts';
import type { AppDeps } from '../../../src/http/deps.ts';
import { type Listening, listen } from '../../../src/http/server.ts';
import { addBonus, removeBonus } from '../../../src/ledger/storage/people/bonuses.ts';
import { clearHandLimit, loadHandLimits, setHandLimit } from '../../../src/ledger/storage/people/limits.ts';
import { readAudit } from '../../../src/ledger/storage/read-audit.ts';
import { loggerReader, usageReader } from '../../../src/ledger/storage/read-usage.ts';
import { apiPhp } from '../../../src/views/api-php.ts';
import { auditAnswer } from '../../../src/views/api-v1/audit.ts';
import { loggerCsv } from '../../../src/views/api-v1/logger-csv.ts';
import { reconciliationAnswer } from '../../../src/views/api-v1/reconciliation.ts';
import { usageAnswer } from '../../../src/views/api-v1/usage.ts';
import type { PageReader } from '../../../src/views/pages/reader.ts';
import type { ReadLedger } from '../../../src/views/reconciliation/evidence.ts';
import type { View } from '../../../src/views/view.ts';
import type { SmallHome } from '../homes/small-home.ts';

export interface Answer {
  status: number;
  headers: IncomingHttpHeaders;
  body: Buffer;
  text: string;
}

export interface Asking {
  method?: string;
  headers?: Record<string, string>;
  body?: string;
  /** The address of this machine that it comes from. */
  localAddress?: string;
  /** Certificates to trust over https. */
  ca?: string;
  /** Ends it early. */
  signal?: AbortSignal;
}

/** One request on its own connection, with its raw answer. */
export function ask(url: string, options: Asking = {}): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const { body, ...rest } = { ...options, ...(options.localAddress !== undefined && { family: 4 }) };
    const sent = (url.startsWith('https:') ? requestTls : request)(url, { agent: false, ...rest }, (answer) => {
      const chunks: Buffer[] = [];
      answer.on('data', (chunk: Buffer) => chunks.push(chunk));
      answer.on('end', () => {
        const whole = Buffer.concat(chunks);
        resolve({ status: answer.statusCode ?? 0, headers: answer.headers, body: whole, text: whole.toString() });
      });
      answer.on('error', reject);
    });
    sent.on('error', reject);
    sent.end(body);
  });
}

/** Whoever reaches it may read; there is no token. */
const OPEN: AppDeps['auth'] = { settings: () => ({ read: 'open', control: false }), check: async () => ({ kind: 'missing' }) };

/** How a home's ledger is read. */
export const readerOf = ({ ledger }: SmallHome): ReadLedger => ({
  audit: (query, most) => readAudit(ledger.store, query, most),
});

/** What the pages of a home are read with. */
export const pageReaderOf = (home: SmallHome): PageReader =>
  createPageReader({
    store: home.ledger.store,
    terms: () => home.terms,
    history: createHistoryReader(home.ledger.store),
  });

/** What a home's application is made of, with the parts that a test wants otherwise. */
export function depsOf(home: SmallHome, view: () => View, changes: Partial<AppDeps> = {}): AppDeps {
  return {
    view: async () => view(),
    scrape: async () => [Buffer.from('wrtmeter_up 1\n')],
    read: async () => undefined,
    history: () => createHistory(createHistoryReader(home.ledger.store)).of(view(), home.terms),
    apiPhp: async (action) => apiPhp(view(), action),
    usage: (query) => usageAnswer(view(), home.terms, query, usageReader(home.ledger.store)),
    usageCsv: (query) => loggerCsv(view(), query, loggerReader(home.ledger.store)),
    audit: (query) => auditAnswer(view(), query, (rows, most) => readAudit(home.ledger.store, rows, most)),
    reconciliation: (query) => reconciliationAnswer(view(), query, readerOf(home)),
    pages: pageReaderOf(home),
    ready: () => true,
    health: () => ({ healthy: true, problems: [] }),
    auth: OPEN,
    control: { change: async () => ({ ok: false, reason: 'nothing changes peers here' }) },
    note: async () => undefined,
    bonuses: {
      add: (bonus) => addBonus(home.ledger.store, bonus),
      remove: (bonus, by) => removeBonus(home.ledger.store, bonus, bonus.at, by),
    },
    limits: {
      hand: () => loadHandLimits(home.ledger.store),
      set: (limit) => setHandLimit(home.ledger.store, limit, home.terms.timezone),
      clear: (limit, by) => clearHandLimit(home.ledger.store, limit, limit.at, by),
    },
    live: { isOn: () => false, watch: () => () => undefined },
    reload: null,
    log: () => undefined,
    version: '0.1.0',
    ...changes,
  };
}

/** Serves an application on a free port of the loopback. */
export const serveApp = (deps: AppDeps): Promise<Listening> => listen(createApp(deps).callback(), { host: '127.0.0.1', port: 0 });
