import type { Change } from '../../domain/change.ts';
import type { Baseline, CounterRules, Reading } from '../../domain/counter.ts';
import { hostCounter, macIn } from '../../domain/counter-names.ts';
import type { AnsweredSource, Round } from '../../domain/round.ts';
import { DIRECTIONS, type Direction, isZero, NOTHING, plus, type Traffic } from '../../domain/traffic.ts';
import { isBelow } from '../../domain/within-epoch.ts';
import {
  type Account,
  type AccountKind,
  accountKey,
  deviceAccount,
  hasRouter,
  ipOf,
  isShownKind,
  ownedAs,
  undirectedAccount,
  undirectedBytes,
  usageOf,
} from '../account.ts';
import type { AccountRefs } from '../account-refs.ts';
import { type Books, type Feeding, type KeptBaseline, type Reader, readerKey } from '../books.ts';
import { addAuditRow } from './audit-log.ts';
import type { OwnerOf } from './names/owners.ts';
import { hasRoomFor, type Postings } from './postings.ts';
import type { RoundUpdate } from './round-update.ts';
import { mayHaveLacked } from './unread.ts';

/** A lease lasts half a day: after this the address may be another machine's, so its bytes stay under the address. Rule: unknown address. */
const KEPT_FOR_OWNER_MS = 12 * 3_600_000;

/**
 * What feeds the accounts of devices in this round. With `auto` it is the stations until a gateway shows that it counts hosts: from that
 * round on it is the hosts, permanently. Whatever the reason, the source that takes over begins where the other one ended.
 */
export function feedingOf(books: Books, round: Round, accounting: 'auto' | 'stations' | 'hosts', update: RoundUpdate): Feeding {
  const by = accounting === 'auto' ? automaticSource(books, round, update) : accounting;
  const fed = [...books.readers.values()].filter(({ source }) => source === books.feeding.by);
  const feeding =
    by === books.feeding.by
      ? books.feeding
      : {
          by,
          from: Math.max(0, ...fed.map(({ readAt }) => readAt)),
          fromTick: Math.max(...fed.map(({ readTick }) => readTick ?? Number.NEGATIVE_INFINITY)),
        };
  // A clock that was ahead may have left a reading in the future.
  return feeding.from > round.startedAt ? { ...feeding, from: round.startedAt } : feeding;
}

/**
 * Whether devices get what has moved since a reading: not what the source before may have posted to them already. `unclear`: not, because
 * the reading is in the future, and a clock that was ahead does not say which of the two came first. The monotonic clock does.
 */
export function feedsSince({ readAt, readTick }: Reader, { from, fromTick }: Feeding, round: Round): 'all' | 'nothing' | 'unclear' {
  if (from === 0) return 'all';
  if (readTick !== null) return readTick >= fromTick ? 'all' : 'nothing';
  if (readAt > round.startedAt) return 'unclear';
  return readAt >= from ? 'all' : 'nothing';
}

/**
 * Whether devices may have from another source what a counter shows more than these baselines: it waited, or readings left something open,
 * since that source fed them. A fall or a refused figure says nothing of what is shown more until the counter is back. Rule: device account.
 */
export function mayBeFedElsewhere(readings: readonly Reading[], baselines: readonly KeptBaseline[], changes: readonly Change[]): boolean {
  const marked = baselines.filter(({ isFedElsewhere }) => isFedElsewhere);
  if (marked.length === 0) return false;
  const cameBack = changes.some((change) => change.kind === 'dip' && change.why === 'came back');
  const isPosted = (way: Direction) => changes.some((change) => 'since' in change && change.bytes[way] > 0);
  const isOpen = ({ doubts, bytes }: Baseline, way: Direction) => {
    const doubt = doubts?.[way];
    if (doubt?.kind === 'fell') return cameBack;
    if (doubt?.kind === 'refused') return readings.some((reading) => reading.bytes[way] < bytes[way]);
    return doubt !== undefined;
  };
  return marked.some((each) => each.lastRead !== null || DIRECTIONS.some((way) => isPosted(way) && isOpen(each, way)));
}

function automaticSource(books: Books, round: Round, update: RoundUpdate): 'stations' | 'hosts' {
  if (books.hostsSince > 0) return 'hosts';
  const gateway = round.routers.find((each) =>
    each.results.some((result) => result.status === 'ok' && countsHosts(books, each.router, result)),
  );
  if (gateway === undefined) return 'stations';
  update.hostsSince = update.at;
  // It was configured until now.
  if (books.feeding.by === 'hosts') return 'hosts';
  const why = 'devices are counted at the gateway from now on, and no longer by their access points';
  addAuditRow(update, { at: update.at, kind: 'hosts', router: gateway.router, source: 'hosts', counter: '', ...NOTHING, why });
  return 'hosts';
}

/** A gateway counts hosts if a byte of theirs has moved since its last reading. Rule: device account. */
function countsHosts(books: Books, router: string, result: AnsweredSource): boolean {
  const { source, origin, observation } = result;
  const previous = books.readers.get(readerKey(router, source));
  if (observation.source !== 'hosts' || previous === undefined || previous.origin !== origin) return false;
  const lacked = mayHaveLacked(previous, result);
  return observation.hosts.some((host) => {
    const { counter = hostCounter(host) } = host;
    const known = previous.counters.get(counter)?.[0]?.bytes;
    if (known === undefined && (lacked || previous.unread.has(counter))) return false;
    const before = known ?? NOTHING;
    return host.bytes.download > before.download || host.bytes.upload > before.upload;
  });
}

/** What was kept under addresses whose MAC their router knows now goes over to the MAC. */
export function draftMoves(
  books: Books,
  refs: AccountRefs,
  owners: ReadonlyMap<string, OwnerOf>,
  postings: Postings,
  update: RoundUpdate,
): void {
  const moved = new Map<string, Traffic>();
  for (const { from, ip, kind } of unownedAccounts(books, update.at)) {
    const mac = owners.get(from.router)?.(ip) ?? null;
    if (mac === null || postings.has(from)) continue;
    // What it was counted without directions meanwhile may be the same bytes. Rule: undirected bytes.
    if (kind === 'device' && wasAlone(books, mac)) continue;
    const into = postings.accountFor(
      refs.of({ kind, router: hasRouter(kind) ? from.router : '', interface: '', key: mac }),
      update.at,
      from.router,
    );
    const sum = plus(moved.get(mac) ?? NOTHING, from.total);
    if (into === null || !hasRoomFor(into, sum)) continue;
    moved.set(mac, sum);
    update.moves.push({ from, into });
    if (!isShownKind(from.kind) || isZero(from.total)) continue;
    const why = `its MAC is ${mac}, which has its bytes from now on`;
    addAuditRow(update, { at: update.at, kind: 'learned', router: from.router, source: 'hosts', counter: ip, ...from.total, why });
  }
}

interface Unowned {
  from: Account;
  ip: string;
  /** Of the account that gets its bytes when its MAC is learned. */
  kind: AccountKind;
}

/** Accounts of routers' addresses whose MAC was not known when their bytes were posted. */
function unownedAccounts({ accounts }: Books, at: number): Unowned[] {
  const found: Unowned[] = [];
  for (const from of accounts.unowned) {
    const kind = ownedAs(from.kind);
    if (kind === null || at - from.lastSeen > KEPT_FOR_OWNER_MS) continue;
    const ip = ipOf(from);
    if (ip !== null) found.push({ from, ip, kind });
  }
  return found;
}

/** How the two measures of a device are kept apart in a round. Rule: undirected bytes. */
export interface Measures {
  /** Bytes of this MAC without a direction are counted with it too, so they are not added to what it used. */
  isRepeated(mac: string): boolean;
  /** Until now this MAC was counted without directions alone: its first bytes with one may be among them. */
  isAlone(mac: string): boolean;
}

/** Decided by the device, permanently: from its first bytes with a direction on those count, as long as what feeds devices is configured. */
export function measuresOf(books: Books, round: Round, update: RoundUpdate, postings: Postings): Measures {
  const hasNone = [...books.accounts.ofKind('undirected')].length === 0;
  const isFed = isDirectedRead(books, round, update);
  return {
    isRepeated(mac) {
      const device = accountKey(deviceAccount(mac));
      return isFed && (books.accounts.has(device) || (postings.has(deviceAccount(mac)) && !wasAlone(books, mac)));
    },
    isAlone(mac) {
      // Nearly every home has none, and each station is asked for.
      if (hasNone) return false;
      return wasAlone(books, mac) && !books.accounts.has(accountKey(deviceAccount(mac)));
    },
  };
}

/** Whether bytes of a MAC were counted that nothing has with a direction. */
const wasAlone = ({ accounts }: Pick<Books, 'accounts'>, mac: string): boolean => {
  const account = accounts.get(accountKey(undirectedAccount(mac)));
  return account !== undefined && usageOf(account.kind, account.total).total > 0;
};

/** Whether a router of this round is or was read for what feeds devices. One that does not answer counts meanwhile. */
function isDirectedRead({ readers }: Books, { routers }: Round, { feeding: { by } }: RoundUpdate): boolean {
  return routers.some(
    ({ router, results }) => readers.has(readerKey(router, by)) || results.some(({ status, source }) => status === 'ok' && source === by),
  );
}

/**
 * While nothing that feeds devices is configured, bytes without a direction are all that devices get. What such a source shows when it is
 * back began before, so devices do not get it: as where another source takes over.
 */
export function keepLapse(books: Books, round: Round, update: RoundUpdate, tick: number): void {
  const { by } = update.feeding;
  const counts = round.routers.some(({ results }) => results.some(({ status, source }) => status === 'ok' && source === 'statistics'));
  const wasRead = [...books.readers.values()].some(({ source }) => source === by);
  if (counts && wasRead && !isDirectedRead(books, round, update)) update.feeding = { by, from: round.finishedAt, fromTick: tick };
}

/**
 * The baselines of counters whose machine has another address now, or one that it had before: a router may keep its entry, so the highest
 * of its figures that are not shown any more, and that is not above what it shows, is what it continues. Each continues once.
 * Rule: undirected counter.
 */
export function withMovedAddresses(
  known: ReadonlyMap<string, readonly Baseline[]>,
  counters: () => ReadonlyMap<string, readonly Reading[]>,
  { directions }: CounterRules,
): ReadonlyMap<string, readonly Baseline[]> {
  if (directions !== 'sum') return known;
  const present = counters();
  const isOpen = (counter: string) => known.get(counter)?.[0]?.lastRead !== null;
  const appeared = [...present].filter(([counter]) => isOpen(counter));
  if (appeared.length === 0) return known;
  const names = new Map<string, string[]>();
  for (const counter of known.keys()) {
    if (present.has(counter) && !isOpen(counter)) continue;
    const mac = macIn(counter);
    names.set(mac, [...(names.get(mac) ?? []), counter]);
  }
  const moved = new Map(known);
  const bytesOf = (lines: readonly { bytes: Traffic }[] = []): Traffic => lines[0]?.bytes ?? NOTHING;
  const settled = new Set<string>();
  // The largest first: what is left for the others is not above them.
  for (const [counter, readings] of appeared.sort(([, a], [, b]) => bytesOf(b).download - bytesOf(a).download)) {
    const [best] = (names.get(macIn(counter)) ?? [])
      .filter((name) => moved.has(name) && !settled.has(name) && !isBelow(bytesOf(readings), bytesOf(moved.get(name))))
      .sort((a, b) => bytesOf(moved.get(b)).download - bytesOf(moved.get(a)).download);
    settled.add(counter);
    const [own, lines] = [moved.get(counter), best === undefined ? undefined : moved.get(best)];
    if (best === undefined || lines === undefined || best === counter) continue;
    moved.set(counter, lines);
    // What waited under this address waits under the other one: it may be back there.
    if (own === undefined) moved.delete(best);
    else moved.set(best, own);
  }
  return moved;
}

/** A change of a counter of both directions without its packets, for the audit. */
export function withoutPackets(change: Change): Change {
  if (change.kind === 'dip') return { ...change, short: { ...change.short, upload: 0 } };
  return 'bytes' in change ? { ...change, bytes: { ...change.bytes, upload: 0 } } : change;
}

/** The same as its account keeps it. */
export const asUndirected = (change: Change, isRepeated: boolean): Change =>
  'bytes' in change ? { ...change, bytes: undirectedBytes(change.bytes.download, isRepeated) } : change;
