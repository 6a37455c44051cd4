import type { EventEmitter } from 'node:events';
import type { Logger } from 'pino';
import type { Clock } from '../collector/round.ts';
import type { Config } from '../config/config.ts';
import type { LoadedConfig } from '../config/load.ts';
import { ConfigError, LedgerError } from '../errors.ts';
import { createApp } from '../http/app.ts';
import type { AppDeps } from '../http/deps.ts';
import { listen, refuseIfTaken } from '../http/server.ts';
import { openOrRecover } from '../ledger/backup/recovery.ts';
import { openLedger } from '../ledger/ledger.ts';
import { describeDriver, loadDriver } from '../ledger/storage/driver/choose.ts';
import { addBonus, removeBonus } from '../ledger/storage/people/bonuses.ts';
import { readAudit } from '../ledger/storage/read-audit.ts';
import { loggerReader, usageReader } from '../ledger/storage/read-usage.ts';
import { openStoreToRead, type Store } from '../ledger/storage/store.ts';
import { apiPhp } from '../views/api-php.ts';
import { auditAnswer } from '../views/api-v1/audit.ts';
import { loggerCsv } from '../views/api-v1/logger-csv.ts';
import { reconciliationAnswer } from '../views/api-v1/reconciliation.ts';
import { usageAnswer } from '../views/api-v1/usage.ts';
import { authOf, warnOfMissingTokens } from './auth.ts';
import { peerControl } from './control/peers.ts';
import { termsOf } from './from-config.ts';
import { createService, type Service, type ServiceParts } from './service.ts';
import { createHistory, createHistoryReader } from './texts/history.ts';
import { createPageReader } from './texts/page-reader.ts';
import { tightenData } from './tighten.ts';
import { usualRouterLine } from './usual-router.ts';

/** What the running service uses of its process. */
export interface ServiceIo {
  clock: Clock;
  version: string;
  stdout: { write: (text: string) => unknown };
  /** Where SIGTERM, SIGINT and SIGHUP arrive. */
  signals: EventEmitter;
}

/** Resolves with the name of the first signal that ends the program. */
export const ending = (signals: EventEmitter): Promise<string> =>
  new Promise((resolve) => {
    for (const name of ['SIGTERM', 'SIGINT']) signals.once(name, () => resolve(name));
  });

/**
 * Runs the service until a signal ends it, or what the caller waits for as its `ended`; `load` reads the configuration again on SIGHUP.
 * `isStale`: whether one came after the configuration was read. Throws a LedgerError or a ListenError.
 */
export async function runService(
  config: Config,
  log: Logger,
  io: ServiceIo,
  load: () => Promise<LoadedConfig>,
  more: Pick<ServiceParts, 'limitsChannel'> & { ended?: Promise<string>; isStale?: () => boolean } = {},
): Promise<void> {
  const { clock, version } = io;
  const { ended: given, isStale, ...parts } = more;
  // A second start by mistake must leave no trace.
  await refuseIfTaken(config.listen);
  await tightenData(config.data, log);
  const store = await openOrRecover(config.data, { now: clock.now(), report: (line) => log.error(line) });
  log.info(`Ledger driver: ${describeDriver(await loadDriver())}`);
  const ledger = await openLedger(store, termsOf(config), clock.now());
  // Long answers are read on a connection of their own, so that no round waits for them.
  const reading = await openStoreToRead(config.data).catch(async (error) => {
    await ledger.close();
    throw error;
  });
  const service = await createService({ config, ledger, reading, log, clock, version, ...parts });
  let hasEnded = false;
  let reloading: Promise<unknown> = Promise.resolve();
  const reload = () => {
    // One after the other.
    const done = reloading.then(() => reloadInto(service, log, load, () => hasEnded));
    reloading = done.catch((error) => log.error(error));
    return done;
  };
  const app = createApp({
    ...routesOf(service, reading, clock),
    auth: authOf(service, log, clock),
    // The configuration that is in use says whether it is enabled.
    get reload() {
      return service.config.reload ? reload : null;
    },
    log: (level, message, fields) => log[level](fields, message),
    version,
  });
  const server = await listen(app.callback(), config.listen).catch(async (error) => {
    await service.drain();
    await service.close();
    throw error;
  });
  io.signals.on('SIGHUP', () => void reload());
  if (isStale?.()) void reload();
  const ended = (given ?? ending(io.signals)).then((signal) => {
    hasEnded = true;
    return signal;
  });
  // After the signals are handled: a supervisor that waits for this line may send one at once.
  io.stdout.write(`listening on ${server.url}\n`);
  await warnOfMissingTokens(config, log);
  if (config.implied) void tryUsualRouter(service, log);
  log.info(`${await ended}: posting what was read, then ending`);
  await service.drain();
  await server.close();
  await reloading;
  await service.close();
}

/** What the web application asks of the service. */
function routesOf(service: Service, reading: Pick<Store, 'all'>, clock: Clock): Omit<AppDeps, 'auth' | 'reload' | 'log' | 'version'> {
  const { ledger, view, scrape, read } = service;
  const rows = createHistoryReader(reading);
  const history = createHistory(rows);
  return {
    view,
    scrape,
    read,
    history: async () => history.of(await view(), termsOf(service.config)),
    apiPhp: async (action) => apiPhp(await view(), action),
    usage: async (query) => usageAnswer(await view(), termsOf(service.config), query, usageReader(reading)),
    usageCsv: async (query) => loggerCsv(await view(), query, loggerReader(reading)),
    audit: async (query) => auditAnswer(await view(), query, (rows, most) => readAudit(reading, rows, most)),
    reconciliation: async (query) =>
      reconciliationAnswer(await view(), query, {
        audit: (rows, most) => readAudit(reading, rows, most),
      }),
    pages: createPageReader({ store: reading, terms: () => termsOf(service.config), history: rows }),
    ready: () => service.running,
    health: service.health,
    control: peerControl(() => service.config),
    bonuses: {
      add: (bonus) => addBonus(ledger.store, bonus),
      remove: (bonus, by) => removeBonus(ledger.store, bonus, clock.now(), by),
    },
    limits: service.limiter,
    live: service.live,
    note: ({ peer: { router, interface: name, publicKey }, why }) =>
      ledger.addAudit({
        at: clock.now(),
        kind: 'access',
        router,
        source: 'peers',
        counter: `${name} ${publicKey}`,
        download: 0,
        upload: 0,
        why,
      }),
  };
}

/** Reloads the configuration. A bad one is reported, and the old one stays in use. A service that is shutting down needs none. */
async function reloadInto(
  service: Service,
  log: Logger,
  load: () => Promise<LoadedConfig>,
  ending: () => boolean,
): Promise<{ ok: boolean; message: string }> {
  const ends = { ok: false, message: 'wrtmeter is shutting down' };
  if (ending()) return ends;
  try {
    const { config, warnings } = await load();
    if (ending()) return ends;
    for (const warning of warnings) log.warn(warning);
    if (fixed(service.config) !== fixed(config)) log.warn('listen, data and ledger.driver change only with a restart');
    const { listen, data, ledger } = service.config;
    await service.reconfigure({ ...config, listen, data, ledger: { ...config.ledger, driver: ledger.driver } });
    log.level = config.log.level;
    await warnOfMissingTokens(service.config, log);
    log.info('Configuration reloaded');
    return { ok: true, message: 'configuration reloaded' };
  } catch (error) {
    if (!(error instanceof ConfigError || error instanceof LedgerError)) throw error;
    if (ending()) return ends;
    const lines = error instanceof ConfigError ? error.errors : [error.message];
    for (const line of lines) log.error(`The old configuration stays in use: ${line}`);
    return { ok: false, message: `the old configuration stays in use: ${lines[0]}` };
  }
}

/** What a reload cannot change. */
const fixed = ({ listen, data, ledger }: Config): string => JSON.stringify([listen, data, ledger.driver]);

/** No router is configured: checks whether one answers at the usual address, and says what to do if none does. */
async function tryUsualRouter(service: Service, log: Logger): Promise<void> {
  await service.read();
  if (!service.running) return;
  const { routers } = await service.view();
  const line = usualRouterLine(routers);
  if (line !== null) log.warn(line);
}
