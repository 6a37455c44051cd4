import type { Collector } from '../../collector/collector.ts';
import { createLiveLoop, type LiveLoopTerms } from '../../collector/live-loop.ts';
import type { Clock } from '../../collector/round.ts';
import type { RouterRound, SourceResult } from '../../domain/round.ts';
import { total } from '../../domain/traffic.ts';
import type { LiveFeed, Watcher } from '../../http/deps.ts';
import { accountKey, deviceAccount, undirectedAccount } from '../../ledger/account.ts';
import { peerKey } from '../../ledger/books.ts';
import { comingEvent, eventText, type LiveNames, ratesEvent, shownDevice, shownPeer } from '../../views/live/events.ts';
import { type LiveRouter, type Moment, readLive } from '../../views/live/live-router.ts';
import { createPresence, type Presence, type SeenBefore } from '../../views/live/presence.ts';
import { isOnline } from '../../views/rows/peers.ts';
import type { LiveCounts } from '../../views/view.ts';

export interface LiveParts {
  collector: Pick<Collector, 'look' | 'watch'>;
  clock: Clock;
  /** The books and the names as they are now. */
  names(): LiveNames;
  /** Of the present configuration; an interval of 0 is off. */
  terms(): LiveLoopTerms & { lineRate(router: string): number };
  onBug(error: unknown): void;
}

/** What moves now, for those who watch. Without any, nothing is read and nothing kept. */
export interface Live extends LiveFeed {
  /** Begins again by the present configuration. */
  reconfigured(): void;
  /** Ends all streams and takes no others. */
  stop(): void;
  counts(): LiveCounts;
}

/** What is kept while somebody watches. */
interface LiveState {
  routers: Map<string, LiveRouter>;
  presence: Presence;
  /** The latest rates. */
  last: Buffer | null;
}

export function createLive({ collector, clock, names, terms, onBug }: LiveParts): Live {
  const watchers = new Set<Watcher>();
  const loop = createLiveLoop(collector, { onRead, onTurn, onBug });
  let watched: LiveState | null = null;
  let isStopped = false;
  const moment = (): Moment => ({ at: clock.now(), tick: clock.tick() });

  function begin(): void {
    watched = { routers: new Map(), presence: createPresence(clock.now(), terms().interval), last: null };
    loop.start(terms());
  }

  function end(): void {
    loop.stop();
    watched = null;
  }

  function endAll(reason: string): void {
    const text = Buffer.from(eventText('end', { reason }));
    for (const watcher of watchers) {
      watcher.send(text);
      watcher.end();
    }
    watchers.clear();
    end();
  }

  function onRead(read: RouterRound): void {
    if (watched === null) return;
    const [view, now] = [names(), moment()];
    const { router } = read;
    const isOverlay = ({ name, overlay }: { name: string; overlay: boolean }) =>
      view.books.accounts.get(accountKey({ kind: 'wan', router, interface: name, key: '' }))?.overlay ?? overlay;
    const live = readLive(watched.routers.get(router), read, now, {
      ...{ lineRate: terms().lineRate(router), feeding: view.books.feeding.by, isOverlay },
      isKnown: (key) => view.books.accounts.has(key),
    });
    watched.routers.set(router, live);
    for (const result of read.results) see(view, watched.presence, router, result, now);
    for (const { rates } of live.sources.values())
      for (const { account, rate } of rates?.accounts ?? [])
        if (rate !== null && total(rate) > 0 && (account.kind === 'device' || account.kind === 'undirected'))
          withDevice(view, account.key, (mac, before) => watched?.presence.seeBytes(mac, before, now));
  }

  function onTurn(): void {
    if (watched === null) return;
    const [view, now] = [names(), moment()];
    const { came, went } = watched.presence.changes(now);
    const events = { came: comingEvent(view, came, now), went: comingEvent(view, went, now) };
    const changed = Object.entries(events).flatMap(([name, event]) => (event === null ? [] : eventText(name, event)));
    watched.last = Buffer.from(eventText('rates', ratesEvent(view, watched.routers, now, terms().interval)));
    // The same bytes for all of them.
    const text = changed.length === 0 ? watched.last : Buffer.concat([Buffer.from(changed.join('')), watched.last]);
    for (const watcher of [...watchers]) watcher.send(text);
  }

  return {
    isOn: () => !isStopped && terms().interval > 0,
    watch(watcher) {
      watchers.add(watcher);
      if (watched === null) begin();
      else if (watched.last !== null) watcher.send(watched.last);
      return () => {
        if (watchers.delete(watcher) && watchers.size === 0) end();
      };
    },
    reconfigured() {
      if (watched === null) return;
      if (terms().interval === 0) return endAll('live is off');
      end();
      begin();
    },
    stop() {
      isStopped = true;
      endAll('wrtmeter is shutting down');
    },
    counts: () => ({ watchers: watchers.size, readings: loop.readings }),
  };
}

type WithDevice = (mac: string, before: SeenBefore) => void;

/** Only devices that are shown and that the ledger has. */
function withDevice(view: LiveNames, mac: string, use: WithDevice): void {
  const { accounts } = view.books;
  const account = accounts.get(accountKey(deviceAccount(mac))) ?? accounts.get(accountKey(undirectedAccount(mac)));
  const shown = account === undefined ? null : shownDevice(view, mac);
  if (account !== undefined && shown !== null) use(shown, account);
}

/** What one source shows of who is there. */
function see(view: LiveNames, presence: Presence, router: string, result: SourceResult, now: Moment): void {
  if (result.status === 'failed') {
    if (result.source === 'stations') presence.missStations(router, now);
    return;
  }
  const { observation } = result;
  if (observation.source === 'stations') {
    const seen = new Map<string, SeenBefore>();
    for (const { mac, access } of observation.stations) if (access) withDevice(view, mac, (shown, before) => seen.set(shown, before));
    presence.seeStations(router, seen, now);
  } else if (observation.source === 'peers') {
    const online = observation.peers.filter(({ state, latestHandshake }) => isOnline(state, latestHandshake * 1000, now.at));
    const keys = online.map(({ interface: name, publicKey }) => peerKey(router, name, publicKey));
    presence.seePeers(router, new Set(keys.filter((key) => shownPeer(view, key) !== null)));
  }
}
