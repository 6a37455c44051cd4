import type { Logger } from 'pino';
import { type Collector, createCollector } from '../collector/collector.ts';
import type { Clock } from '../collector/round.ts';
import type { Config, RouterConfig } from '../config/config.ts';
import type { Round } from '../domain/round.ts';
import { type RouterStatus, updateStatuses } from '../domain/status.ts';
import { LedgerError } from '../errors.ts';
import type { Health } from '../http/deps.ts';
import { type DailyBackups, dailyBackups } from '../ledger/backup/backup.ts';
import type { Ledger, Posted } from '../ledger/ledger.ts';
import { loadBonuses } from '../ledger/storage/people/bonuses.ts';
import type { Store } from '../ledger/storage/store.ts';
import type { Probe } from '../sources/source.ts';
import type { TextParts } from '../views/metrics/text.ts';
import { quotaNotices } from '../views/quota-notices.ts';
import type { View } from '../views/view.ts';
import { createCsv } from './csv/csv.ts';
import { namesOf, probesOf, renamesOf, statusOf, termsOf } from './from-config.ts';
import { healthOf } from './health.ts';
import { fitHeap } from './heap.ts';
import { withoutLeftOut } from './left-out.ts';
import { logPosting, logRound } from './log/round-log.ts';
import { createMetricsText } from './metrics-text.ts';
import { createNotifier } from './notify/notifier.ts';
import { createModels, type DayModels } from './quota-models.ts';
import { sharedQuotaRows } from './quota-rows.ts';

/** Days of backups to keep. */
const KEPT_BACKUPS = 7;

const NO_MODELS: DayModels = new Map();

/** The running meter, without its HTTP server. */
export interface Service {
  readonly config: Config;
  readonly ledger: Ledger;
  /** The current state; starts no round. */
  view(): Promise<View>;
  /** Starts or joins a round and gives the text of `/metrics`; after `patience` (seconds) with the figures that are committed by then. */
  scrape(patience: number | null): Promise<TextParts>;
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
  /** Reads the ledger on a connection of its own. */
  reading: Pick<Store, 'all'>;
  log: Logger;
  clock: Clock;
  version: string;
}

/** Connects the collector, the ledger and the views. */
export async function createService({ config: given, ledger, reading, log, clock, version }: ServiceParts): Promise<Service> {
  let config = given;
  let names = namesOf(given);
  let statuses = new Map<string, RouterStatus>();
  const probes = new Map<string, { settings: string; probes: readonly Probe[] }>();
  let lastPosted: Posted | null = null;
  let running = true;
  const startedAt = clock.now();
  let telling: Promise<void> = Promise.resolve();
  const metrics = createMetricsText();
  const models = createModels(ledger.store);
  const quotas = sharedQuotaRows();
  const collect: Collector = createCollector({ routers: [], heartbeat: 0, minInterval: 0 }, post, clock, (error) => log.error(error));
  const backups = reportedBackups(given.data, ledger, log);
  const notifier = await createNotifier({ config: given, ledger, log, clock });
  const csv = createCsv({
    ...{ config: given, ledger, reading, log, clock },
    isClockTrusted: () => lastPosted !== null && ledger.state.suspendedBecause === null,
    known: () => ({ ...names, routers: [...statuses.values()] }),
  });

  async function post(round: Round): Promise<void> {
    const posted = await ledger.post(round, clock.tick);
    logRound(log, statuses, round);
    logPosting(log, posted, lastPosted);
    const isFirst = lastPosted === null;
    lastPosted = posted;
    updateStatuses(statuses, withoutLeftOut(round, ledger.books));
    renew();
    fitHeap(ledger.books.accounts.size);
    if (posted.status === 'posted') backups.afterPosting(round.finishedAt, clock.tick(), config.timezone);
    if (isFirst) void csv.write();
    notifier.afterRound({ posted, routers: [...statuses.values()], ...names });
    if (posted.status === 'posted') telling = telling.then(tellQuotas).catch((error) => log.error(error));
  }

  /** What is made once for all that ask between two rounds is made again. */
  function renew(): void {
    metrics.renew();
    quotas.renew();
  }

  /** No round is read by one configuration and posted by another: to a renamed router, it would be a first reading. */
  async function configure(next: Config): Promise<void> {
    const release = await collect.hold();
    try {
      await apply(next);
    } finally {
      release();
    }
  }

  async function apply(next: Config): Promise<void> {
    await ledger.renameRouters(renamesOf(next), clock.now());
    await ledger.setTerms(termsOf(next), clock.now());
    const isNext = next !== config;
    if (isNext) await notifier.reconfigure(next);
    config = next;
    renew();
    names = namesOf(next);
    if (isNext) csv.reconfigure(next);
    models.renew();
    const read = next.routers.map((router) => ({ router, probes: lastingProbes(router) }));
    for (const name of probes.keys()) if (!read.some(({ router }) => router.name === name)) probes.delete(name);
    statuses = new Map(read.map(({ router, probes }) => [router.name, keptStatus(statuses.get(router.name), statusOf(router, probes))]));
    collect.setTerms({
      routers: read.map(({ router: { name, timeout }, probes }) => ({ name, probes, timeout })),
      heartbeat: config.heartbeat,
      minInterval: config.minInterval,
    });
  }

  /** A router that is read as before keeps what its probes remember, such as a password that was refused. */
  function lastingProbes(router: RouterConfig): readonly Probe[] {
    const { kinds, credentials, tls, counterBits } = router;
    const settings = JSON.stringify({ kinds, credentials, tls, counterBits });
    const known = probes.get(router.name);
    const lasting =
      known?.settings === settings
        ? known
        : { settings, probes: probesOf(router, router.kinds, clock, null, (line) => log.warn({ router: router.name }, line)) };
    probes.set(router.name, lasting);
    return lasting.probes;
  }

  async function view(): Promise<View> {
    const wallClock = clock.now();
    const now = ledger.trusted(wallClock);
    try {
      await ledger.turnMonths(now);
      // Commands add and remove them beside the service.
      ledger.books.bonuses = await loadBonuses(ledger.store);
    } catch (error) {
      if (!(error instanceof LedgerError)) throw error;
      log.error(error.message); // the view then has the months of the last good reading
    }
    const known = { now, timezone: config.timezone, books: ledger.books, months: ledger.months, ...names };
    return {
      units: config.units,
      wallClock,
      ...known,
      quotas: quotas.of({ ...known, models: await modelsOf(known) }),
      expire: config.expire,
      version,
      ledger: ledger.state,
      routers: [...statuses.values()],
      notices: notifier.counts(),
      csv: csv.status(),
      implied: config.implied,
    };
  }

  /** A day whose history cannot be read has no forecasts. */
  async function modelsOf(known: Parameters<typeof models.of>[0]): Promise<DayModels> {
    try {
      return await models.of(known);
    } catch (error) {
      if (!(error instanceof LedgerError)) throw error;
      log.error(error.message);
      return NO_MODELS;
    }
  }

  /** In the background: no round waits for it. */
  async function tellQuotas(): Promise<void> {
    if (config.targets.length === 0 || config.quotas.length === 0) return;
    await notifier.tell(quotaNotices(await view()));
  }

  async function scrape(patience: number | null): Promise<TextParts> {
    await collect.round(patience);
    return metrics.of(await view());
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
      healthOf({
        ledger: ledger.state,
        lastPosted,
        csv: csv.status(),
        routers: statuses.values(),
        startedAt,
        now: clock.now(),
        heartbeat: config.heartbeat,
      }),
    async drain() {
      running = false;
      await collect.stop();
      await csv.stop();
    },
    async close() {
      await backups.stop();
      await telling;
      await notifier.stop();
      await ledger.close();
    },
  };
}

/** A router with unchanged addresses keeps its status. */
function keptStatus(before: RouterStatus | undefined, fresh: RouterStatus): RouterStatus {
  return before !== undefined && before.addresses.join() === fresh.addresses.join() ? before : fresh;
}

/** Daily backups, with what became of the last one in the log and in the ledger's state. */
function reportedBackups(directory: string, ledger: Ledger, log: Logger): DailyBackups {
  return dailyBackups({
    directory,
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
}
