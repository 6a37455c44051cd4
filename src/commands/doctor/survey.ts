import { statfs } from 'node:fs/promises';
import { resolve } from 'node:path';
import { aliasesOf, probesOf, statusOf, termsOf } from '../../app/from-config.ts';
import type { Clock } from '../../collector/round.ts';
import { readRound } from '../../collector/round.ts';
import type { Config, RouterConfig } from '../../config/config.ts';
import { dayOf } from '../../domain/calendar.ts';
import type { Round, RouterRound } from '../../domain/round.ts';
import { type RouterStatus, updateStatuses } from '../../domain/status.ts';
import { LedgerError, SourceError } from '../../errors.ts';
import { type Backup, listBackups } from '../../ledger/backup/backups.ts';
import type { Books } from '../../ledger/books.ts';
import { ledgerPath, sizeOf } from '../../ledger/storage/files.ts';
import { loadBooks } from '../../ledger/storage/load.ts';
import { readAudit } from '../../ledger/storage/read-audit.ts';
import { readUsage } from '../../ledger/storage/read-usage.ts';
import { openStoreToRead, type Store } from '../../ledger/storage/store.ts';
import { type Months, monthsAt, sumMonths } from '../../ledger/usage/months.ts';
import { httpSender } from '../../transports/http.ts';
import { gatherEvidence } from '../../views/reconciliation/evidence.ts';
import type { ReconciliationView } from '../../views/reconciliation/gateways.ts';
import { type Reconciliation, reconciliations } from '../../views/reconciliation/reconciliation.ts';
import type { Alias } from '../../views/view.ts';

/** Everything that the doctor reads. */
export interface Survey {
  config: Config;
  version: string;
  /** Unix ms. */
  now: number;
  routers: RouterSurvey[];
  round: Round;
  /** Null if there is none. */
  ledger: LedgerSurvey | null;
  /** Why the ledger could not be read; null if it could, or if there is none. */
  ledgerError: string | null;
  /** Problems that the running service reports; null if none answers at the configured address. */
  service: { problems: string[] } | null;
}

/** A router that was read once. */
export interface RouterSurvey {
  config: RouterConfig;
  status: RouterStatus;
  read: RouterRound;
}

/** What the ledger contains. */
export interface LedgerSurvey {
  directory: string;
  books: Books;
  months: Months;
  aliases: ReadonlyMap<string, Alias>;
  reconciliations: Reconciliation[];
  backups: Backup[];
  /** Bytes of the file, and free bytes on its disk; null if unknown. */
  size: number;
  free: number | null;
}

const SERVICE_MS = 2000;

/** Reads every router once, and the ledger without changing it. Errors of routers and files become part of the survey. */
export async function takeSurvey(config: Config, { cwd, clock, version }: { cwd: string; clock: Clock; version: string }): Promise<Survey> {
  const probes = config.routers.map((router) => ({ router, probes: probesOf(router) }));
  const reading = probes.map(({ router: { name, timeout }, probes }) => ({ name, probes, timeout }));
  const round = await readRound(reading, new AbortController().signal, clock);
  const statuses = new Map(probes.map(({ router, probes }) => [router.name, statusOf(router, probes)]));
  updateStatuses(statuses, round);
  const routers = config.routers.flatMap((router): RouterSurvey[] => {
    const status = statuses.get(router.name);
    const read = round.routers.find((each) => each.router === router.name);
    return status === undefined || read === undefined ? [] : [{ config: router, status, read }];
  });
  const now = clock.now();
  const ledger = await surveyLedger(config, resolve(cwd, config.data), routers, now);
  return { config, version, now, routers, round, ...ledger, service: await askService(config) };
}

async function surveyLedger(
  config: Config,
  directory: string,
  routers: readonly RouterSurvey[],
  now: number,
): Promise<Pick<Survey, 'ledger' | 'ledgerError'>> {
  const size = await sizeOf(ledgerPath(directory));
  if (size === null) return { ledger: null, ledgerError: null };
  try {
    const store = await openStoreToRead(directory);
    try {
      const terms = termsOf(config);
      const books = await loadBooks(store);
      const months = monthsAt(now, terms);
      await sumMonths(store, books, months);
      const view: ReconciliationView = { books, months, routers: routers.map(({ status }) => status), timezone: config.timezone, now };
      const free = await statfs(directory).then(
        ({ bavail, bsize }) => bavail * bsize,
        () => null,
      );
      const backups = await listBackups(directory, dayOf(now, config.timezone));
      const aliases = aliasesOf(config);
      return {
        ledger: { directory, books, months, aliases, reconciliations: await reconciled(view, store), backups, size, free },
        ledgerError: null,
      };
    } finally {
      await store.close();
    }
  } catch (error) {
    if (!(error instanceof LedgerError)) throw error;
    return { ledger: null, ledgerError: error.message };
  }
}

async function reconciled(view: ReconciliationView, store: Store): Promise<Reconciliation[]> {
  const evidence = await gatherEvidence(view, {
    usage: (query, most) => readUsage(store, query, most),
    audit: (query, most) => readAudit(store, query, most),
  });
  return reconciliations(view, evidence);
}

/** Asks the service at its own address for its health; another program may listen there. */
async function askService({ listen: { host, port } }: Config): Promise<Survey['service']> {
  const local = host === '0.0.0.0' || host === '' ? '127.0.0.1' : host === '::' ? '[::1]' : host.includes(':') ? `[${host}]` : host;
  const send = httpSender({ credentials: { kind: 'none' }, tls: { ca: null, insecure: false } });
  try {
    const { text } = await send({ url: `http://${local}:${port}/-/healthy` }, AbortSignal.timeout(SERVICE_MS));
    const answer: unknown = JSON.parse(text);
    if (typeof answer !== 'object' || answer === null || !('problems' in answer) || !Array.isArray(answer.problems)) return null;
    return { problems: answer.problems.filter((line) => typeof line === 'string') };
  } catch (error) {
    if (error instanceof SourceError || error instanceof SyntaxError) return null;
    throw error;
  }
}
