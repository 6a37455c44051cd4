import { statfs } from 'node:fs/promises';
import { resolve } from 'node:path';
import { askService } from '../../app/ask-service.ts';
import { channelOf } from '../../app/control/channel-of.ts';
import { type Exchange, namesOf, probesOf, statusOf, termsOf } from '../../app/from-config.ts';
import type { Clock } from '../../collector/round.ts';
import { readRound } from '../../collector/round.ts';
import type { Config, RouterConfig } from '../../config/config.ts';
import { whyNotAsked } from '../../control/limits/channel.ts';
import { dayOf } from '../../domain/calendar.ts';
import type { People } from '../../domain/people/people.ts';
import type { Round, RouterRound } from '../../domain/round.ts';
import { type RouterStatus, updateStatuses } from '../../domain/status.ts';
import { LedgerError } from '../../errors.ts';
import { type Backup, listBackups } from '../../ledger/backup/backups.ts';
import type { Books } from '../../ledger/books.ts';
import { loadDriver } from '../../ledger/storage/driver/choose.ts';
import { ledgerPath, sizeOf, whyHidden } from '../../ledger/storage/files.ts';
import { loadBooks } from '../../ledger/storage/load.ts';
import { readAudit } from '../../ledger/storage/read-audit.ts';
import { openStoreToRead, type Store } from '../../ledger/storage/store.ts';
import { type Months, monthsAt, sumMonths } from '../../ledger/usage/months.ts';
import { gatherEvidence } from '../../views/reconciliation/evidence.ts';
import type { ReconciliationView } from '../../views/reconciliation/gateways.ts';
import { type Reconciliation, reconciliations } from '../../views/reconciliation/reconciliation.ts';
import type { Alias } from '../../views/view.ts';

/** Ms for the login of a router's limits. */
const LOGIN_MS = 15_000;

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
  ledgerError: LedgerError | null;
  /** Problems that the running service reports; null if none answers at the configured address. */
  service: { problems: readonly string[] } | null;
}

/** A router that was read once. */
export interface RouterSurvey {
  config: RouterConfig;
  status: RouterStatus;
  read: RouterRound;
  /** What the service would have logged, although the reading itself did not fail. */
  warnings: readonly string[];
  /** Why it cannot be asked for limits; null if it can, or may not. */
  limitsFailure: string | null;
}

/** What the ledger contains. */
export interface LedgerSurvey {
  directory: string;
  books: Books;
  months: Months;
  aliases: ReadonlyMap<string, Alias>;
  people: People;
  reconciliations: Reconciliation[];
  backups: Backup[];
  /** Bytes of the file, and free bytes on its disk; null if unknown. */
  size: number;
  free: number | null;
}

/** Reads every router once, and the ledger without changing it. Errors of routers and files become part of the survey. */
export async function takeSurvey(
  config: Config,
  { cwd, clock, version }: { cwd: string; clock: Clock; version: string },
  record: ((exchange: Exchange) => void) | null = null,
): Promise<Survey> {
  const probes = config.routers.map((router) => {
    const warnings: string[] = [];
    return { router, warnings, probes: probesOf(router, router.kinds, { clock, record, warn: (line) => warnings.push(line) }) };
  });
  const reading = probes.map(({ router: { name, timeout }, probes }) => ({ name, probes, timeout }));
  const [round, failures] = await Promise.all([readRound(reading, new AbortController().signal, clock), limitsFailures(config)]);
  const statuses = new Map(probes.map(({ router, probes }) => [router.name, statusOf(router, probes)]));
  updateStatuses(statuses, round);
  const routers = probes.flatMap(({ router, warnings }): RouterSurvey[] => {
    const status = statuses.get(router.name);
    const read = round.routers.find((each) => each.router === router.name);
    return status === undefined || read === undefined
      ? []
      : [{ config: router, status, read, warnings, limitsFailure: failures.get(router.name) ?? null }];
  });
  const now = clock.now();
  const ledger = await surveyLedger(config, resolve(cwd, config.data), routers, now);
  return { config, version, now, routers, round, ...ledger, service: await askService(config) };
}

/** By the routers that may be asked for limits and cannot be. */
async function limitsFailures({ control, routers }: Config): Promise<Map<string, string>> {
  const asked = routers.filter(({ limits }) => control && limits !== null);
  const found = await Promise.all(
    asked.map(async (router) => [router.name, await whyNotAsked(channelOf(router), AbortSignal.timeout(LOGIN_MS))] as const),
  );
  return new Map(found.flatMap(([name, why]) => (why === null ? [] : [[name, why]])));
}

async function surveyLedger(
  config: Config,
  directory: string,
  routers: readonly RouterSurvey[],
  now: number,
): Promise<Pick<Survey, 'ledger' | 'ledgerError'>> {
  try {
    await loadDriver();
    const size = await sizeOf(ledgerPath(directory));
    if (size === null) {
      const hidden = await whyHidden(directory);
      return { ledger: null, ledgerError: hidden === null ? null : new LedgerError(hidden) };
    }
    const store = await openStoreToRead(directory);
    try {
      const terms = termsOf(config);
      const books = await loadBooks(store);
      const months = monthsAt(now, terms);
      await sumMonths(store, books, months, terms.timezone);
      const { timezone, units } = config;
      const view: ReconciliationView = { books, months, routers: routers.map(({ status }) => status), timezone, units, now };
      const free = await statfs(directory).then(
        ({ bavail, bsize }) => bavail * bsize,
        () => null,
      );
      const backups = await listBackups(directory, dayOf(now, config.timezone));
      return {
        ledger: { directory, books, months, ...namesOf(config), reconciliations: await reconciled(view, store), backups, size, free },
        ledgerError: null,
      };
    } finally {
      await store.close();
    }
  } catch (error) {
    if (!(error instanceof LedgerError)) throw error;
    return { ledger: null, ledgerError: error };
  }
}

async function reconciled(view: ReconciliationView, store: Store): Promise<Reconciliation[]> {
  const evidence = await gatherEvidence(view, {
    audit: (query, most) => readAudit(store, query, most),
  });
  return reconciliations(view, evidence);
}
