import type { Logger } from 'pino';
import { type Collector, createCollector } from '../collector/collector.ts';
import type { Clock } from '../collector/round.ts';
import type { Config } from '../config/config.ts';
import type { Round } from '../domain/round.ts';
import { updateStatuses } from '../domain/status.ts';
import { LedgerError } from '../errors.ts';
import type { Health } from '../http/deps.ts';
import type { Ledger, Posted } from '../ledger/ledger.ts';
import { loadBonuses } from '../ledger/storage/people/bonuses.ts';
import type { Store } from '../ledger/storage/store.ts';
import type { TextParts } from '../views/metrics/text.ts';
import { quotaNotices } from '../views/quota-notices.ts';
import type { View } from '../views/view.ts';
import { createLimiter, type Limiter, type LimiterParts } from './control/limiter.ts';
import { createCsv } from './csv/csv.ts';
import { namesOf, renamesOf, termsOf } from './from-config.ts';
import { healthOf } from './health.ts';
import { fitHeap } from './heap.ts';
import { keptRound } from './kept-round.ts';
import { reportedBackups } from './log/backups.ts';
import { createTwiceLog, logPosting, logRound } from './log/round-log.ts';
import { createNotifier } from './notify/notifier.ts';
import { createQuotas } from './quotas/quotas.ts';
import { createRouters } from './routers.ts';
import { createLive, type Live } from './texts/live.ts';
import { createMetricsText } from './texts/metrics-text.ts';
import { openLogins } from './tools/logins.ts';

/** The running meter, without its HTTP server. */
export interface Service {
  readonly config: Config;
  readonly ledger: Ledger;
  readonly limiter: Limiter;
  readonly live: Pick<Live, 'isOn' | 'watch'>;
  /** The current state; starts no round. */
  view(): Promise<View>;
  /** Starts or joins a round and gives the text of `/metrics`; after `patience` (seconds) with the figures that are committed by then. */
  scrape(patience: number | null): Promise<TextParts>;
  /** Reads the routers now and posts the round, or joins one that is running. */
  read(): Promise<void>;
  /** Continues with another configuration. */
  reconfigure(config: Config): Promise<void>;
  /** False once it is shutting down. */
  readonly running: boolean;
  /** Whether the ledger can be written, and what needs attention. */
  health(): Health;
  /** Cuts the running round short, posts what was read, and stops reading and writing files. */
  drain(): Promise<void>;
  /** Closes the ledger; call it after the last answer. */
  close(): Promise<void>;
}

export interface ServiceParts {
  config: Config;
  ledger: Ledger;
  /** Reads the ledger on a connection of its own, so that no round waits for it. Closed with the service. */
  reading: Pick<Store, 'all' | 'close'>;
  log: Logger;
  clock: Clock;
  version: string;
  /** How routers are asked for limits; default: as their configuration says. */
  limitsChannel?: LimiterParts['channel'];
}

/** Connects the collector, the ledger and the views. */
export async function createService({
  config: given,
  ledger,
  reading,
  log,
  clock,
  version,
  limitsChannel,
}: ServiceParts): Promise<Service> {
  let config = given;
  let names = namesOf(given);
  let lastPosted: Posted | null = null;
  let running = true;
  const startedAt = clock.now();
  let telling: Promise<void> = Promise.resolve();
  const metrics = createMetricsText();
  const logins = await openLogins(ledger.store, (error) =>
    log.error(error instanceof LedgerError ? `What is known of logins cannot be kept: ${error.message}` : error),
  );
  const routers = createRouters(clock, log, logins);
  const logTwice = createTwiceLog(log);
  const quotas = createQuotas(reading, log);
  const collect: Collector = createCollector({ routers: [], heartbeat: 0, minInterval: 0 }, post, clock, (error) => log.error(error));
  const backups = reportedBackups(given.data, ledger, log);
  const notifier = await createNotifier({ config: given, ledger, reading, log, clock });
  const limiter = createLimiter({
    ...{ config: given, store: ledger.store, log, clock, view },
    ...(limitsChannel !== undefined && { channel: limitsChannel }),
  });
  const csv = createCsv({
    ...{ config: given, ledger, reading, log, clock },
    isClockTrusted: () => lastPosted !== null && ledger.state.suspendedBecause === null,
    known: () => ({ ...names, routers: [...routers.statuses.values()] }),
  });

  const lineRate = (router: string) => config.routers.find(({ name }) => name === router)?.lineRate ?? config.lineRate;
  const live = createLive({
    ...{ collector: collect, clock, onBug: (error) => log.error(error) },
    names: () => ({ books: ledger.books, ...names }),
    terms: () => ({ interval: config.live, commit: config.minCommit, lineRate }),
  });

  async function post(round: Round): Promise<void> {
    const posted = await ledger.post(round, clock.tick);
    logRound(log, routers.statuses, round);
    logPosting(log, posted, lastPosted);
    const isFirst = lastPosted === null;
    lastPosted = posted;
    updateStatuses(routers.statuses, keptRound(round, ledger.books));
    logTwice([...routers.statuses.values()]);
    metrics.renew();
    quotas.afterRound();
    fitHeap(ledger.books.accounts.size);
    if (posted.status === 'posted') backups.afterPosting(round.finishedAt, clock.tick(), config.timezone);
    if (isFirst) void csv.write();
    notifier.afterRound({ posted, routers: [...routers.statuses.values()], ...names });
    if (posted.status === 'posted') limiter.afterRound();
    else limiter.keepUp();
    if (posted.status === 'posted') telling = telling.then(tellQuotas).catch((error) => log.error(error));
  }

  /** No round is read by one configuration and posted by another: to a renamed router, it would be a first reading. */
  async function configure(next: Config): Promise<void> {
    const release = await collect.hold();
    try {
      await apply(next);
    } finally {
      release();
    }
    live.reconfigured();
  }

  async function apply(next: Config): Promise<void> {
    await ledger.renameRouters(renamesOf(next), clock.now());
    await ledger.setTerms(termsOf(next), clock.now());
    const isNext = next !== config;
    if (isNext) await notifier.reconfigure(next);
    config = next;
    metrics.renew();
    quotas.reconfigured();
    names = namesOf(next);
    if (isNext) csv.reconfigure(next);
    if (isNext) limiter.reconfigure(next);
    collect.setTerms({
      routers: routers.configure(next.routers),
      heartbeat: config.heartbeat,
      minInterval: config.minInterval,
    });
  }

  async function view(): Promise<View> {
    const wallClock = clock.now();
    const now = ledger.trusted(wallClock);
    try {
      await ledger.turnMonths(now);
      // Commands add and remove them beside the service.
      ledger.books.bonuses = await loadBonuses(reading);
    } catch (error) {
      if (!(error instanceof LedgerError)) throw error;
      log.error(error.message); // the view then has the months of the last good reading
    }
    const known = { now, timezone: config.timezone, books: ledger.books, months: ledger.months, ...names };
    return {
      units: config.units,
      wallClock,
      ...known,
      quotas: await quotas.of(known),
      expire: config.expire,
      version,
      ledger: ledger.state,
      routers: [...routers.statuses.values()],
      notices: notifier.counts(),
      csv: csv.status(),
      limits: limiter.status(),
      live: live.counts(),
      implied: config.implied,
    };
  }

  /** In the background: no round waits for it. */
  async function tellQuotas(): Promise<void> {
    if (config.targets.length === 0 || config.quotas.length === 0) return;
    await notifier.tell(quotaNotices(await view(), renamesOf(config)));
  }

  async function scrape(patience: number | null): Promise<TextParts> {
    // The process shows its own metrics while it waits for the routers.
    const [, own] = await Promise.all([collect.round(patience), metrics.own()]);
    return metrics.of(await view(), own);
  }

  fitHeap(ledger.books.accounts.size);
  await configure(config);
  return {
    get config() {
      return config;
    },
    ledger,
    limiter,
    live,
    view,
    scrape,
    read: collect.read,
    reconfigure: configure,
    get running() {
      return running;
    },
    health: () =>
      healthOf({
        ledger: ledger.state,
        lastPosted,
        csv: csv.status(),
        routers: [...routers.statuses.values()],
        startedAt,
        now: clock.now(),
        heartbeat: config.heartbeat,
      }),
    async drain() {
      running = false;
      live.stop();
      await collect.stop();
      await csv.stop();
    },
    async close() {
      await backups.stop();
      await telling;
      await limiter.stop();
      await notifier.stop();
      await logins.stop();
      await reading.close();
      await ledger.close();
    },
  };
}
