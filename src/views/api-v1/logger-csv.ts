import { DAY_MS, dayOf, endOfHour, hourOf, startOfDay } from '../../domain/calendar.ts';
import { macOfPeople } from '../../domain/mac.ts';
import { didYouMean } from '../../domain/names/nearest.ts';
import { OTHERS } from '../../domain/people/user.ts';
import { quote } from '../../errors.ts';
import { deviceAccountsOf, isDirected } from '../../ledger/account.ts';
import type { BucketReader, BucketSum, SummedAccounts } from '../../ledger/storage/people/read-buckets.ts';
import { LOGGER_HEADER, type LoggerLine, loggerLine, totalOf } from '../logger/line.ts';
import { shownDevices } from '../logger/subjects.ts';
import { isPrivate } from '../view.ts';
import { bad, oneOf, parseTime, type QueryParameters, refuseEmpty, single, type Time } from './query.ts';
import { RequestError } from './request-error.ts';
import { MOST_HOURS_DAYS } from './usage-query.ts';
import { deviceMac, type UsageView } from './usage-subjects.ts';

/** Lengths of a bucket: one line each. */
export const LOGGER_BY = ['hour', 'day'] as const;

/** What one answer may cost. */
export interface LoggerBounds {
  days: Record<(typeof LOGGER_BY)[number], number>;
  /** Figures in the file that it is made from. */
  figures: number;
}

/** Of an answer over HTTP. */
export const LOGGER_PAGE: LoggerBounds = { days: { hour: MOST_HOURS_DAYS, day: 3660 }, figures: 500_000 };
/** Of a program that has its memory for itself. */
export const LOGGER_WHOLE: LoggerBounds = { days: { hour: Infinity, day: Infinity }, figures: Infinity };

/** Reads the ledger. */
export interface LoggerReader extends BucketReader {
  stretches(table: 'hour' | 'day', from: number, to: number): Promise<number>;
}

/** A stretch of time, Unix ms. */
interface Bucket {
  start: number;
  end: number;
}

/**
 * `/api/v1/usage.csv`: a file of the older logger, of a device, a user, or all devices, with a line at the end of each hour or day. Its
 * sums are those since counting began. Throws a RequestError where the query is wrong.
 */
export async function loggerCsv(
  view: UsageView,
  parameters: QueryParameters,
  read: LoggerReader,
  most: LoggerBounds = LOGGER_PAGE,
): Promise<string> {
  const { timezone, months, now } = view;
  const given = single(parameters, ['from', 'to', 'by', 'mac', 'user']);
  const by = oneOf('by', given.by ?? 'day', LOGGER_BY);
  const [from, to] = (['from', 'to'] as const).map((name) => {
    const text = given[name];
    const day = name === 'from' ? months.home.start : months.home.end;
    return text === undefined ? { text: '', instant: startOfDay(day, timezone) } : parseTime(name, text, timezone);
  }) as [Time, Time];
  refuseEmpty({ from, to });
  const accounts = accountsFor(view, given);
  const end = Math.min(to.instant, now);
  if (end - from.instant > (most.days[by] + 1) * DAY_MS)
    throw bad(`by=${by} covers at most ${most.days[by]} days: ask for a shorter time${by === 'hour' ? ', or use by=day' : ''}`);
  const buckets = bucketsOf(by, from.instant, end, timezone);
  const [first] = buckets;
  if (first === undefined || accounts.length === 0) return LOGGER_HEADER;
  const figures = accounts.length * (await read.stretches(by, ...spanOf(by, first.start, end, timezone)));
  if (figures > most.figures)
    throw bad(`The answer would be made from more than ${most.figures} figures: ask for a shorter time, or for one device or user`);
  const lines = await linesOf(by, buckets, timezone, accounts, read);
  return LOGGER_HEADER + lines.map(loggerLine).join('');
}

function accountsFor(view: UsageView, { mac, user }: { mac?: string | undefined; user?: string | undefined }): SummedAccounts {
  if (mac !== undefined && user !== undefined) throw bad('"mac" and "user" are both given: leave one out');
  const macs = mac !== undefined ? macsOfDevice(view, mac) : macsOfUser(view, user);
  return deviceAccountsOf(view.books.accounts).flatMap(({ id, kind, key }) =>
    macs.has(key) ? [{ id, isUndirected: !isDirected(kind) }] : [],
  );
}

function macsOfDevice(view: UsageView, given: string): ReadonlySet<string> {
  const mac = macOfPeople(given);
  if (mac === null) throw bad(`"mac" is ${quote(given)}: write it like 02:00:00:00:00:01`);
  if (isPrivate(view, mac)) throw bad(`"${mac}" is private: only its whole months and years are shown, and not as such a file`);
  const device = shownDevices(view).get(deviceMac(view, mac));
  if (device === undefined)
    throw new RequestError(404, `No device with the MAC "${mac}" has been counted: /api/v1/devices lists all devices`);
  return device.macs;
}

/** Of all devices where no user is named. */
function macsOfUser(view: UsageView, user: string | undefined): ReadonlySet<string> {
  if (user !== undefined && user !== OTHERS) {
    const found = view.people.users.find(({ name }) => name === user);
    const names = view.people.users.map(({ name }) => name);
    if (found === undefined)
      throw new RequestError(404, `There is no user ${quote(user)}: ${didYouMean(user, names, '/api/v1/users lists them')}`);
    if (found.isPrivate) throw bad(`${quote(user)} is private: only its totals are shown, and not as such a file`);
  }
  const wanted = user === OTHERS ? null : user;
  const devices = [...shownDevices(view).values()].filter((device) => wanted === undefined || device.user === wanted);
  return new Set(devices.flatMap(({ macs }) => [...macs]));
}

/** The hours or days that begin between two instants; the last one may still run. */
function bucketsOf(by: 'hour' | 'day', from: number, to: number, timezone: string): Bucket[] {
  const endOf = (start: number) => (by === 'hour' ? endOfHour(start, timezone) : startOfDay(dayOf(start, timezone) + 1, timezone));
  const begun = by === 'hour' ? hourOf(from, timezone) : startOfDay(dayOf(from, timezone), timezone);
  const found: Bucket[] = [];
  for (let start = begun < from ? endOf(begun) : begun; start < to; ) {
    const end = endOf(start);
    found.push({ start, end: Math.min(end, to) });
    start = end;
  }
  return found;
}

/** In what hours and days are kept by. */
const spanOf = (by: 'hour' | 'day', from: number, to: number, timezone: string): [from: number, to: number] =>
  by === 'hour' ? [from, to] : [dayOf(from, timezone), dayOf(to - 1, timezone) + 1];

const NOTHING: BucketSum = { bytes: 0, offPeak: 0 };

async function linesOf(
  by: 'hour' | 'day',
  buckets: readonly Bucket[],
  timezone: string,
  accounts: SummedAccounts,
  read: LoggerReader,
): Promise<LoggerLine[]> {
  const [from, to] = [buckets[0]?.start ?? 0, buckets.at(-1)?.end ?? 0];
  const firstDay = dayOf(from, timezone);
  const days = await read.sums('day', accounts, ...spanOf('day', from, to, timezone));
  const hours = by === 'day' ? new Map<number, BucketSum>() : await read.sums('hour', accounts, startOfDay(firstDay, timezone), to);
  /** What of a day no line has yet: also bytes whose hour is not known, which are in the last line of their day. */
  const left = new Map(days);
  const take = (day: number, part: BucketSum): BucketSum => {
    left.set(day, minus(left.get(day) ?? NOTHING, part));
    return part;
  };
  let sum = await read.before(accounts, firstDay);
  for (const [hour, part] of hours) if (hour < from) sum = plus(sum, take(firstDay, part));
  const lines = [lineAt(from, sum, 0)];
  for (const [index, { start, end }] of buckets.entries()) {
    const day = dayOf(start, timezone);
    let part = by === 'hour' ? take(day, hours.get(start) ?? NOTHING) : NOTHING;
    const next = buckets[index + 1];
    // The last line may be of a day that was asked for in part only.
    const endsDay = next === undefined ? by === 'day' || dayOf(end, timezone) !== day : dayOf(next.start, timezone) !== day;
    if (endsDay) part = plus(part, take(day, positive(left.get(day) ?? NOTHING)));
    sum = plus(sum, part);
    lines.push(lineAt(end, sum, part.bytes));
  }
  // Before anything was counted there is nothing to say.
  const counted = lines.findIndex((line) => totalOf(line) > 0);
  return counted === -1 ? lines.slice(-1) : lines.slice(Math.max(0, counted - 1));
}

/** A line says what was used before it, so its time is the end of its bucket. */
const lineAt = (instant: number, { bytes, offPeak }: BucketSum, delta: number): LoggerLine => ({
  time: Math.floor(instant / 1000),
  delta,
  onPeak: bytes - offPeak,
  offPeak,
});

const plus = (a: BucketSum, b: BucketSum): BucketSum => ({ bytes: a.bytes + b.bytes, offPeak: a.offPeak + b.offPeak });
const minus = (a: BucketSum, b: BucketSum): BucketSum => ({ bytes: a.bytes - b.bytes, offPeak: a.offPeak - b.offPeak });

/** A round may be posted between two statements. */
function positive({ bytes, offPeak }: BucketSum): BucketSum {
  const all = Math.max(0, bytes);
  return { bytes: all, offPeak: Math.min(all, Math.max(0, offPeak)) };
}
