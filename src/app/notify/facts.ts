import type { Config } from '../../config/config.ts';
import { DAY_MS } from '../../domain/calendar.ts';
import { isRandomized } from '../../domain/mac.ts';
import type { System } from '../../domain/observation.ts';
import type { RouterStatus } from '../../domain/status.ts';
import { type AccountName, accountKey, deviceAccount, deviceAccountsOf, undirectedAccount } from '../../ledger/account.ts';
import { type Books, readerKey } from '../../ledger/books.ts';
import type { Watched } from '../../notify/settings.ts';
import { newDeviceKey } from '../../notify/watch/devices.ts';
import type { Facts, RecentDevice, RouterFacts, WatchedFacts } from '../../notify/watch/facts.ts';
import { isPrivate, nameOf, nameOfPeer, type View } from '../../views/view.ts';

/** Devices are new for so long. Longer than it takes to tell one, shorter than their keys are kept. */
const RECENT_MS = 30 * DAY_MS;

/** What the facts are gathered from. Times are Unix ms. */
export interface FactSources extends Pick<View, 'aliases' | 'peerNames' | 'people' | 'now' | 'timezone'> {
  config: Pick<Config, 'notices'>;
  books: Books;
  routers: readonly RouterStatus[];
  startedAt: number;
  seeingSince: number;
  /** When watching for new devices began. */
  since: number;
  /** Whether a notice with the key was reported before. */
  isReported(key: string): boolean;
}

/** What notices are decided from, after a round. */
export function factsOf(sources: FactSources): Facts {
  const { config, books, routers, now, timezone, startedAt, seeingSince } = sources;
  let names: ReadonlyMap<string, readonly string[]> | null = null;
  return {
    now,
    timezone,
    settings: config.notices,
    startedAt,
    recent: recentDevices(sources),
    isNameOfAnother(name, mac) {
      names ??= macsByName(sources);
      return names.get(name.toLowerCase())?.some((other) => other !== mac) ?? false;
    },
    routers: routers.map((router) => routerFacts(router, books)),
    watched: config.notices.watch.filter((each) => mayBeWatched(each, sources)).map((each) => watchedFacts(each, sources)),
    seeingSince,
  };
}

/** Whether every router that could show a device or peer was read in the last round. */
export const seesAll = (routers: readonly RouterStatus[]): boolean =>
  routers.every(({ sources }) =>
    [...sources.values()].every(({ source, success }) => success || !['stations', 'hosts', 'statistics', 'peers'].includes(source)),
  );

/** Few, however many devices there are. */
function recentDevices(sources: FactSources): RecentDevice[] {
  const { books, aliases, now, since, isReported } = sources;
  const from = Math.max(since, now - RECENT_MS);
  const recent = deviceAccountsOf(books.accounts).filter(
    ({ key, firstSeen }) => firstSeen > from && !aliases.has(key) && !isPrivate(sources, key) && !isReported(newDeviceKey(key)),
  );
  return [...new Set(recent.map(({ key }) => key))].flatMap((mac) => {
    const seen = accountsOfDevice(mac).flatMap((name) => books.accounts.get(accountKey(name)) ?? []);
    const firstSeen = Math.min(...seen.map((account) => account.firstSeen));
    // It may have been seen without directions long before.
    if (firstSeen <= from) return [];
    const lastSeen = Math.max(...seen.map((account) => account.lastSeen));
    const device = books.devices.get(mac);
    return [{ mac, name: device?.name ?? null, ip: device?.ip ?? null, randomized: isRandomized(mac), firstSeen, lastSeen }];
  });
}

/** With directions, and without. */
const accountsOfDevice = (mac: string): AccountName[] => [deviceAccount(mac), undirectedAccount(mac)];

/** Also by the configured names: a phone whose MACs are listed may have made up one more. */
function macsByName({ books, aliases }: FactSources): Map<string, string[]> {
  const found = new Map<string, string[]>();
  const known = [...books.devices.values()].map(({ mac, name }) => [name, mac] as const);
  for (const [name, mac] of [...known, ...[...aliases].map(([mac, alias]) => [alias.name, mac] as const)]) {
    if (name === null) continue;
    const macs = found.get(name.toLowerCase());
    // Thousands of devices may call themselves the same.
    if (macs === undefined) found.set(name.toLowerCase(), [mac]);
    else macs.push(mac);
  }
  return found;
}

const routerFacts = ({ name, sources, system }: RouterStatus, books: Books): RouterFacts => ({
  name,
  sources: [...sources.values()].map(({ source, lastSuccess, error }) => ({
    source,
    lastRead: lastSuccess ?? books.readers.get(readerKey(name, source))?.readAt ?? null,
    why: error?.message ?? null,
  })),
  offload: offloadOf(system?.flowOffload ?? null),
});

const offloadOf = (found: System['flowOffload']): RouterFacts['offload'] =>
  found && (['hardware', 'software'] as const).filter((kind) => found[kind]).slice(0, 1);

/** When private devices and peers come and go is nobody's business. */
function mayBeWatched(watched: Watched, { people, books }: FactSources): boolean {
  switch (watched.kind) {
    case 'device':
      return !watched.macs.some((mac) => people.isPrivateDevice(mac, books.devices));
    case 'peer':
      return !people.isPrivatePeer(watched.publicKey, watched.name);
    default:
      return watched satisfies never;
  }
}
const stationAccount = (router: string, mac: string): AccountName => ({ kind: 'station', router, interface: '', key: mac });

function watchedFacts(watched: Watched, sources: FactSources): WatchedFacts {
  const { books, routers } = sources;
  switch (watched.kind) {
    case 'device': {
      const [id = ''] = watched.macs;
      // A sleeping phone moves no bytes as a host, but is still on the air as a station.
      const accounts = watched.macs.flatMap((mac) => [...accountsOfDevice(mac), ...routers.map(({ name }) => stationAccount(name, mac))]);
      const seen = accounts.flatMap((account) => books.accounts.get(accountKey(account))?.lastSeen ?? []);
      return { id, name: watched.name ?? nameOf(sources, id), lastSeen: seen.length === 0 ? null : Math.max(...seen) };
    }
    case 'peer': {
      const id = watched.publicKey;
      const found = [...books.peers.values()].filter(({ publicKey }) => publicKey === id);
      const [first] = found;
      const name = watched.name ?? (first === undefined ? id : nameOfPeer(sources, first));
      const seen = Math.max(0, ...found.map(({ latestHandshake }) => latestHandshake * 1000));
      return { id, name, lastSeen: seen === 0 ? null : seen };
    }
    default:
      return watched satisfies never;
  }
}
