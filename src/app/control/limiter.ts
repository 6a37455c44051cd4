import { networkInterfaces } from 'node:os';
import type { Logger } from 'pino';
import type { Clock } from '../../collector/round.ts';
import type { Config, RouterConfig } from '../../config/config.ts';
import type { LimitsChannel } from '../../control/limits/channel.ts';
import type { ShownLimits } from '../../control/limits/due.ts';
import { type Decided, decideLimits } from '../../domain/people/limits/decide.ts';
import type { HandLimit, NewHandLimit } from '../../domain/people/limits/limit.ts';
import { wantedLimits } from '../../domain/people/limits/wanted.ts';
import type { RouterStatus } from '../../domain/status.ts';
import { count, LedgerError } from '../../errors.ts';
import {
  clearHandLimit,
  loadHandLimits,
  noteLimits,
  recallLimits,
  rememberLimits,
  setHandLimit,
} from '../../ledger/storage/people/limits.ts';
import type { Store } from '../../ledger/storage/store.ts';
import type { LimitsStatus } from '../../views/limits-status.ts';
import { nameOfThing } from '../../views/rows/limits.ts';
import type { View } from '../../views/view.ts';
import { type LastingAddresses, lastingAddresses } from './addresses.ts';
import { channelOf } from './channel-of.ts';
import { limitedHome } from './home.ts';
import { type LimitingRouterControl, limitingRouter } from './limiting-router.ts';
import type { LimitNews } from './said.ts';

/** Decides what is limited after each round, and keeps routers so. No round waits for it. */
export interface Limiter {
  /** Decides from the committed books, and asks routers in the background. */
  afterRound(): void;
  /** After a round of which nothing could be posted: nothing new is decided, but what was decided last does not end for that. */
  keepUp(): void;
  /** What was decided last; null while nothing can be limited. */
  status(): LimitsStatus | null;
  /** Sets what a person decided, in place of limits with other numbers of the same thing, and decides again. Throws a LedgerError. */
  set(limit: NewHandLimit, replaced?: readonly number[]): Promise<HandLimit>;
  /** Clears it, and decides again. Throws a LedgerError. */
  clear(limit: HandLimit, by: string): Promise<void>;
  /** What people decided, as it is in the ledger. Throws a LedgerError. */
  hand(): Promise<HandLimit[]>;
  reconfigure(config: Config): void;
  /** Waits until what was set off is done. */
  settled(): Promise<void>;
  /** Ends what is running; call it before the ledger is closed. */
  stop(): Promise<void>;
}

export interface LimiterParts {
  config: Config;
  store: Pick<Store, 'all' | 'commit'>;
  log: Logger;
  clock: Clock;
  /** The committed state. */
  view(): Promise<View>;
  /** How a router is asked; default: as its configuration says. */
  channel?: (router: RouterConfig) => LimitsChannel;
}

/** Whether anything can be limited: control is on, and a router may be asked. */
export const canLimit = ({ control, routers }: Pick<Config, 'control' | 'routers'>): boolean =>
  control && routers.some(({ limits }) => limits !== null);

/** Of this machine. */
const ownAddresses = (): string[] => Object.values(networkInterfaces()).flatMap((all) => (all ?? []).map(({ address }) => address));

/** What a router is asked with. */
const settingsOf = ({ limits, kinds }: RouterConfig): string => JSON.stringify([limits, kinds]);

/** Lines of the log for one answer, and what is a warning there. */
const MOST_LINES = 4;
const TROUBLES: ReadonlySet<LimitNews['kind']> = new Set(['refused', 'failed', 'missing', 'room']);

interface KeptRouter {
  settings: string;
  control: LimitingRouterControl;
  addresses: LastingAddresses;
}

export function createLimiter({ config: given, store, log, clock, view, channel = channelOf }: LimiterParts): Limiter {
  let config = given;
  const routers = new Map<string, KeptRouter>();
  /** Those that are freed, because they may no longer be asked. */
  const leaving = new Map<string, LimitingRouterControl>();
  let decided: Decided | null = null;
  let hand: HandLimit[] = [];
  let since: ReadonlyMap<string, number> | null = null;
  let working: Promise<void> = Promise.resolve();
  let isWaiting = false;
  let writing: Promise<void> = Promise.resolve();

  const isOn = () => canLimit(config);
  const controls = () => [...leaving.values(), ...[...routers.values()].map(({ control }) => control)];

  /** Decisions are made one after the other; one that waits is enough for all that ask. */
  function decideAgain(): Promise<void> {
    if (isWaiting) return working;
    isWaiting = true;
    working = working.then(() => {
      isWaiting = false;
      return isOn() ? decide().catch(report) : undefined;
    });
    return working;
  }

  async function decide(): Promise<void> {
    const now = await view();
    hand = await loadHandLimits(store);
    since ??= await recallLimits(store);
    // The configuration may have changed in the meantime.
    if (!isOn()) return;
    const home = limitedHome(now, config, {
      ...{ hand, ownAddresses: ownAddresses() },
      addressesOn: (router, shown, named, contested) => keptOf(router).addresses.of(shown, clock.tick(), named, contested),
    });
    const { rules } = config.limits;
    decided = decideLimits({ rules, hand, quotas: now.quotas, home, now: now.now, timezone: config.timezone, since });
    if (JSON.stringify([...decided.since]) !== JSON.stringify([...since])) await rememberLimits(store, decided.since);
    since = decided.since;
    const wanted = wantedLimits(decided.limits, home);
    for (const { router, limits, left } of wanted) {
      const kept = routers.get(router);
      const status = now.routers.find(({ name }) => name === router);
      if (kept === undefined) continue;
      const shown = shownBy(status);
      kept.control.want({
        ...{ wanted: limits, decided: decided.limits, shown, terms: config.limits, timezone: config.timezone },
        left: left.map((thing) => nameOfThing(now, thing) || thing.of),
      });
    }
  }

  /** A router that is asked in the same way keeps what is known of it. */
  function keptOf(router: RouterConfig): KeptRouter {
    const settings = settingsOf(router);
    const known = routers.get(router.name);
    if (known?.settings === settings) return known;
    for (const control of [known?.control, leaving.get(router.name)]) void control?.stop();
    const control = limitingRouter({ name: router.name, channel: channel(router), clock, note, bug: report });
    const kept = { settings, control, addresses: lastingAddresses() };
    routers.set(router.name, kept);
    return kept;
  }

  /** In the background. A router that is only renamed is not freed. */
  function leave(name: string, { control, settings }: KeptRouter): void {
    routers.delete(name);
    if (isOn() && config.routers.some((router) => router.limits !== null && settingsOf(router) === settings)) return void control.stop();
    leaving.set(name, control);
    void control.release().then(() => {
      if (leaving.get(name) === control) leaving.delete(name);
    });
  }

  function shownBy(status: RouterStatus | undefined): ShownLimits {
    const system = status?.system ?? null;
    if (status === undefined || system === null) return { boot: null, offload: null, at: null, standing: null };
    const { limits, bootId, flowOffload } = system;
    const isFailed = limits !== undefined && 'failed' in limits;
    const times = [...status.sources.values()].flatMap(({ success, lastSuccess }) =>
      success && lastSuccess !== null ? [lastSuccess] : [],
    );
    return {
      boot: bootId,
      offload: flowOffload && `${flowOffload.software} ${flowOffload.hardware}`,
      at: !status.up || isFailed || times.length === 0 ? null : Math.max(...times),
      standing: limits === undefined || 'failed' in limits ? null : limits,
    };
  }

  /** The log has at most a few lines for one answer; the audit has all. */
  function note(news: readonly LimitNews[]): void {
    if (news.length === 0) return;
    for (const { router, thing, kind, why } of news.slice(0, news.length > MOST_LINES ? MOST_LINES - 1 : MOST_LINES)) {
      log[TROUBLES.has(kind) ? 'warn' : 'info']({ router }, `${thing ?? router}: ${why}`);
    }
    if (news.length > MOST_LINES) log.info(`${count(news.length - MOST_LINES + 1, 'more change')} of limits: see "wrtmeter print audit"`);
    writing = writing.then(() => noteLimits(store, news, clock.now())).catch(report);
  }

  function report(error: unknown): void {
    if (error instanceof LedgerError) log.error(`Limits cannot be kept: ${error.message}`);
    else log.error(error);
  }

  return {
    afterRound: () => void decideAgain(),
    keepUp: () => {
      if (isOn()) for (const { control } of routers.values()) control.again();
    },
    status: () =>
      isOn() ? { hand, decided: decided?.limits ?? [], routers: [...routers.values()].map(({ control }) => control.state()) } : null,
    async set(limit, replaced) {
      const done = await setHandLimit(store, limit, config.timezone, replaced);
      await decideAgain();
      return done;
    },
    async clear(limit, by) {
      await clearHandLimit(store, limit, clock.now(), by);
      await decideAgain();
    },
    hand: () => loadHandLimits(store),
    reconfigure(next) {
      config = next;
      for (const [name, kept] of routers) {
        if (!isOn() || !next.routers.some((router) => router.name === name && router.limits !== null)) leave(name, kept);
      }
    },
    async settled() {
      await working;
      await Promise.all(controls().map((control) => control.settled()));
      await writing;
    },
    async stop() {
      await working;
      await Promise.all(controls().map((control) => control.stop()));
      await writing;
    },
  };
}
