import type { Logger } from 'pino';
import type { Registry } from 'prom-client';
import { type Collector, createCollector } from '../collector/collector.ts';
import type { Clock } from '../collector/round.ts';
import type { Config } from '../config/config.ts';
import type { Round } from '../domain/round.ts';
import { type RouterStatus, updateStatuses } from '../domain/status.ts';
import { LedgerError } from '../errors.ts';
import type { Health } from '../http/deps.ts';
import { dailyBackups } from '../ledger/backup/backup.ts';
import type { Ledger, Posted } from '../ledger/ledger.ts';
import { createMetrics, processMetrics } from '../views/metrics/metrics.ts';
import type { View } from '../views/view.ts';
import { aliasesOf, peerNamesOf, probesOf, renamesOf, statusOf, termsOf } from './from-config.ts';
import { healthOf } from './health.ts';
import { fitHeap } from './heap.ts';
import { withoutLeftOut } from './left-out.ts';
import { logPosting, logRound } from './round-log.ts';

/** Days of backups to keep. */
const KEPT_BACKUPS = 7;

/** Milliseconds for which the text of `/metrics` is the same for all, if no round ends. */
const SHARED_MS = 500;

/** The running meter, without its HTTP server. */
export interface Service {
  readonly config: Config;
  readonly ledger: Ledger;
  /** The current state; starts no round. */
  view(): Promise<View>;
  /** Starts or joins a round and gives the text of `/metrics`; after `patience` (seconds) with the figures that are committed by then. */
  scrape(patience: number | null): Promise<string>;
  /** Continues with another configuration. */
  reconfigure(config: Config): Promise<void>;
  /** False once it is shutting down. */
  readonly running: boolean;
  /** Whether the ledger can be written, and what needs attention. */
  health(): Health;
  /** Cuts the running round short, posts what was read, and stops. */
  drain(): Promise<void>;
  /** Closes the ledger; call it after the last answer. */
  close(): Promise<void>;
}

export interface ServiceParts {
  config: Config;
  ledger: Ledger;
  log: Logger;
  clock: Clock;
  version: string;
}

/** Connects the collector, the ledger and the views. */
export async function createService({ config: given, ledger, log, clock, version }: ServiceParts): Promise<Service> {
  let config = given;
  let aliases = aliasesOf(given);
  let peerNames = peerNamesOf(given);
  let statuses = new Map<string, RouterStatus>();
  let lastPosted: Posted | null = null;
  let running = true;
  const startedAt = clock.now();
  /** The text of `/metrics` after so many rounds, for those that ask at the same time: it is megabytes with thousands of devices. */
  let rounds = 0;
  let rendered: { rounds: number; text: Promise<string> } | null = null;
  const own: Registry = processMetrics();
  const metrics = createMetrics();
  const routers = () => config.routers.map((router) => ({ router, probes: probesOf(router) }));
  const collect: Collector = createCollector({ routers: [], heartbeat: 0, minInterval: 0 }, post, clock, (error) => log.error(error));

  const backups = dailyBackups({
    directory: given.data,
    keep: KEPT_BACKUPS,
    made(path) {
      ledger.state.backupFailure = null;
      log.info(`Backup "${path}" created`);
    },
    failed(error) {
      ledger.state.backupErrors += 1;
      ledger.state.backupFailure = error.message;
      log.error(`The daily backup failed and is tried again in an hour; counting continues: ${error.message}`);
    },
  });

  async function post(round: Round): Promise<void> {
    const posted = await ledger.post(round, clock.tick);
    logRound(log, statuses, round);
    logPosting(log, posted, lastPosted);
    lastPosted = posted;
    updateStatuses(statuses, withoutLeftOut(round, ledger.books));
    rounds += 1;
    fitHeap(ledger.books.accounts.size);
    if (posted.status === 'posted') backups.afterPosting(round.finishedAt, clock.tick(), config.timezone);
  }

  async function configure(next: Config): Promise<void> {
    await ledger.renameRouters(renamesOf(next), clock.now());
    await ledger.setTerms(termsOf(next), clock.now());
    config = next;
    rendered = null;
    aliases = aliasesOf(next);
    peerNames = peerNamesOf(next);
    const read = routers();
    statuses = new Map(read.map(({ router, probes }) => [router.name, keptStatus(statuses.get(router.name), statusOf(router, probes))]));
    collect.setTerms({
      routers: read.map(({ router: { name, timeout }, probes }) => ({ name, probes, timeout })),
      heartbeat: config.heartbeat,
      minInterval: config.minInterval,
    });
  }

  async function view(): Promise<View> {
    const now = ledger.trusted(clock.now());
    try {
      await ledger.turnMonths(now);
    } catch (error) {
      if (!(error instanceof LedgerError)) throw error;
      log.error(error.message); // the view then has the months of the last good reading
    }
    return {
      now,
      timezone: config.timezone,
      expire: config.expire,
      version,
      books: ledger.books,
      months: ledger.months,
      ledger: ledger.state,
      routers: [...statuses.values()],
      aliases,
      peerNames,
      implied: config.implied,
    };
  }

  async function scrape(patience: number | null): Promise<string> {
    await collect.round(patience);
    const now = await view();
    if (rendered?.rounds === rounds) return rendered.text;
    const text = metrics.render(now, own);
    rendered = { rounds, text };
    setTimeout(() => {
      rendered = null;
    }, SHARED_MS).unref();
    return text;
  }

  fitHeap(ledger.books.accounts.size);
  await configure(config);
  return {
    get config() {
      return config;
    },
    ledger,
    view,
    scrape,
    reconfigure: configure,
    get running() {
      return running;
    },
    health: () =>
      healthOf({ ledger: ledger.state, lastPosted, routers: statuses.values(), startedAt, now: clock.now(), heartbeat: config.heartbeat }),
    drain() {
      running = false;
      return collect.stop();
    },
    async close() {
      await backups.stop();
      await ledger.close();
    },
  };
}

/** A router with unchanged addresses keeps its status. */
function keptStatus(before: RouterStatus | undefined, fresh: RouterStatus): RouterStatus {
  return before !== undefined && before.addresses.join() === fresh.addresses.join() ? before : fresh;
}
