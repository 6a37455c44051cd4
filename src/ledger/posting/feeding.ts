import { hostCounter } from '../../domain/counter-names.ts';
import type { AnsweredSource, Round } from '../../domain/round.ts';
import { isZero, NOTHING, plus, type Traffic } from '../../domain/traffic.ts';
import { type Account, type AccountKind, accountKey, hasRouter, ipOf, isShownKind, ownedAs } from '../account.ts';
import { type Books, type Feeding, type Reader, readerKey } from '../books.ts';
import { addAuditRow } from './audit-log.ts';
import type { OwnerOf } from './names/owners.ts';
import { hasRoomFor, type Postings } from './postings.ts';
import { accountRef, type RoundUpdate } from './round-update.ts';
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

function automaticSource(books: Books, round: Round, update: RoundUpdate): 'stations' | 'hosts' {
  if (books.hostsSince > 0) return 'hosts';
  const gateway = round.routers.find((each) =>
    each.results.some((result) => result.status === 'ok' && countsHosts(books, each.router, result)),
  );
  if (gateway === undefined) return 'stations';
  update.hostsSince = update.at;
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
export function draftMoves(books: Books, owners: ReadonlyMap<string, OwnerOf>, postings: Postings, update: RoundUpdate): void {
  const moved = new Map<string, Traffic>();
  for (const { from, ip, kind } of unownedAccounts(books, update.at)) {
    const mac = owners.get(from.router)?.(ip) ?? null;
    if (mac === null || update.accounts.has(accountKey(from))) continue;
    const into = postings.accountFor(
      accountRef({ kind, router: hasRouter(kind) ? from.router : '', interface: '', key: mac }),
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
