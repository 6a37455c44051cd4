import type { Change } from '../../../domain/change.ts';
import type { Baseline, Reading } from '../../../domain/counter.ts';
import { hostCounter } from '../../../domain/counter-names.ts';
import type { SourceName } from '../../../domain/observation.ts';
import type { AnsweredSource, Round } from '../../../domain/round.ts';
import { type Direction, NOTHING } from '../../../domain/traffic.ts';
import { type Books, type Feeding, type KeptBaseline, type Open, type Reader, readerKey } from '../../books.ts';
import { addAuditRow } from '../audit-log.ts';
import { mayHaveLacked } from '../counters/unread.ts';
import type { RoundUpdate } from '../round-update.ts';

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
          from: Math.max(books.feeding.from, ...fed.map(({ readAt }) => readAt)),
          fromTick: Math.max(books.feeding.fromTick, ...fed.map(({ readTick }) => readTick ?? Number.NEGATIVE_INFINITY)),
        };
  // A clock that was ahead may have left a reading in the future.
  return feeding.from > round.startedAt ? { ...feeding, from: round.startedAt } : feeding;
}

/** Whether devices can be fed from a source. */
export const canFeedDevices = (source: SourceName): source is Feeding['by'] => source === 'stations' || source === 'hosts';

/** Readers of the other source that were not read in this round, although devices were fed; those that are behind already are left out. */
export function behindOf({ readers }: Books, { feeding: { by }, readers: read }: RoundUpdate): Reader[] {
  if (!read.some(({ reader }) => reader.source === by)) return [];
  return unreadOf(
    [...readers.values()].filter(({ source }) => source !== by),
    read,
  );
}

/** Those that can feed devices, are not in an update, and not behind already. */
export function unreadOf(readers: readonly Reader[], read: RoundUpdate['readers']): Reader[] {
  const isRead = (other: Reader) => read.some(({ reader }) => reader.id === other.id);
  return readers.filter((each) => canFeedDevices(each.source) && !each.isBehind && !isRead(each));
}

/**
 * Whether devices get what has moved since a reading: not what another source may have posted to them already. Only where it takes over right
 * now, a clock must tell whether the other one was read later. `unclear`: not, because the reading is in the future, and a clock that was
 * ahead does not say which of the two came first. The monotonic clock does.
 */
export function feedsSince(before: Reader, { by, from, fromTick }: Feeding, round: Round): 'all' | 'nothing' | 'unclear' {
  // A router reads its stations before its hosts, so of one answer only the hosts are later.
  const isLater = (read: number, other: number) => read > other || (read === other && by === 'hosts');
  const { readAt, readTick, isBehind, isFedElsewhere } = before;
  if (isBehind) return 'nothing';
  if (!isFedElsewhere || from === 0) return 'all';
  // What was read before this process was read before all that was read in it.
  if (readTick !== null || fromTick > Number.NEGATIVE_INFINITY) return readTick !== null && isLater(readTick, fromTick) ? 'all' : 'nothing';
  if (readAt > round.startedAt) return 'unclear';
  return isLater(readAt, from) ? 'all' : 'nothing';
}

/**
 * Whether devices may have from another source what a counter shows more than these baselines: it waited, or readings left something open,
 * since that source fed them. A fall or a refused figure says nothing of what is shown more until the counter is back. Rule: device account.
 */
export function mayBeFedElsewhere(readings: readonly Reading[], baselines: readonly KeptBaseline[], changes: readonly Change[]): boolean {
  const cameBack = changes.some((change) => change.kind === 'dip' && change.why === 'came back');
  const isPosted = (way: Direction) => changes.some((change) => 'since' in change && change.bytes[way] > 0);
  const mayBeFed = ({ bytes, doubts }: Baseline, open: Open) => {
    if (open === 'wait') return true;
    const doubt = doubts?.[open];
    if (doubt?.kind === 'fell' && !cameBack) return false;
    if (doubt?.kind === 'refused' && readings.every((reading) => reading.bytes[open] >= bytes[open])) return false;
    return isPosted(open);
  };
  return baselines.some((each) => each.fedElsewhere?.some((open) => mayBeFed(each, open)));
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
