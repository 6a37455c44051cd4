import { type Day, dayNumber, dayOf, dayText, startOfDay } from '../domain/calendar.ts';
import { parseMac } from '../domain/mac.ts';
import { quote } from '../errors.ts';
import type { AccountKind } from '../ledger/account.ts';
import { RequestError } from './request-error.ts';
import type { View } from './view.ts';

/** The query of a URL, as Koa takes it apart. */
export type QueryParameters = Readonly<Record<string, string | string[] | undefined>>;

/** What `/api/v1/usage` is asked for. */
export type UsageRequest = {
  kind: AccountKind | null;
  mac: string | null;
  router: string | null;
} & (
  | {
      by: 'hour';
      /** Unix ms. */
      from: number;
      to: number;
    }
  | { by: 'day' | 'month'; from: Day; to: Day }
);

const NAMES = ['from', 'to', 'by', 'kind', 'mac', 'router'] as const;
type Name = (typeof NAMES)[number];

const BY = ['hour', 'day', 'month'] as const;
const KINDS = ['device', 'station', 'wan'] as const satisfies readonly AccountKind[];

const DAY_MS = 86_400_000;
const MOST_HOURS_DAYS = 62;

/** Reads the query; throws a RequestError that says what is wrong with it. The time is by default the billing period that runs. */
export function parseUsageRequest(parameters: QueryParameters, { timezone, months }: Pick<View, 'timezone' | 'months'>): UsageRequest {
  const given = single(parameters);
  const by = oneOf('by', given.by ?? 'day', BY);
  const from = parseTime('from', given.from, months.home.start, timezone);
  const to = parseTime('to', given.to, months.home.end, timezone);
  if (from.instant >= to.instant) throw bad(`"from" (${from.text}) is not before "to" (${to.text})`);
  const whose = parseWhose(given);
  if (by !== 'hour') return { ...whose, by, from: dayFrom(from, timezone), to: dayFrom(to, timezone) };
  // A day longer, because a spring's clock change or an offset makes no request for 62 days a wrong one.
  if (to.instant - from.instant > (MOST_HOURS_DAYS + 1) * DAY_MS) {
    throw bad(`by=hour is for ${MOST_HOURS_DAYS} days at the most: ask for a shorter time, or for by=day`);
  }
  return { ...whose, by, from: from.instant, to: to.instant };
}

const bad = (message: string) => new RequestError(400, message);

/** Every parameter at most once, and none that would be overlooked. */
function single(parameters: QueryParameters): { [N in Name]?: string } {
  const given: { [N in Name]?: string } = {};
  for (const [key, value] of Object.entries(parameters)) {
    const name = NAMES.find((known) => known === key);
    if (name === undefined) throw bad(`There is no parameter ${quote(key)}: use ${NAMES.join(', ')}`);
    if (typeof value !== 'string') throw bad(`"${name}" is given more than once`);
    if (value === '') throw bad(`"${name}" is empty: give it a value or leave it out`);
    given[name] = value;
  }
  return given;
}

function oneOf<T extends string>(name: Name, text: string, words: readonly T[]): T {
  const word = words.find((candidate) => candidate === text);
  if (word === undefined) throw bad(`"${name}" is ${quote(text)}: use ${words.join(', ')}`);
  return word;
}

function parseWhose(given: { [N in Name]?: string }): Pick<UsageRequest, 'kind' | 'mac' | 'router'> {
  const kind = given.kind === undefined ? null : oneOf('kind', given.kind, KINDS);
  const mac = given.mac === undefined ? null : parseMac(given.mac);
  if (given.mac !== undefined && mac === null) throw bad(`"mac" is ${quote(given.mac)}: write it like 02:00:00:00:00:01`);
  if (kind === 'wan' && mac !== null) throw bad('An uplink has no MAC: leave out "mac", or ask for kind=device');
  if (kind === 'device' && given.router !== undefined) {
    throw bad('A device is counted over all routers: leave out "router", or ask for kind=station');
  }
  return { kind, mac, router: given.router ?? null };
}

interface Time {
  text: string;
  /** Unix ms. */
  instant: number;
}

const DATE = /^(\d{4})-(\d\d)-(\d\d)$/;
// A plus sign that was not encoded in the URL arrives as a blank.
const INSTANT = /^(\d{4}-\d\d-\d\d)T([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d+)?(Z|[+ -]([01]\d|2[0-3]):[0-5]\d)$/i;

function parseTime(name: 'from' | 'to', text: string | undefined, otherwise: Day, timezone: string): Time {
  if (text === undefined) return { text: dayText(otherwise), instant: startOfDay(otherwise, timezone) };
  const day = parseDate(INSTANT.exec(text)?.[1] ?? text);
  if (day === null) throw bad(`"${name}" is ${quote(text)}: write a date like 2026-01-31, or a time like 2026-01-31T18:00:00Z`);
  return { text, instant: DATE.test(text) ? startOfDay(day, timezone) : Date.parse(text.replace(' ', '+').toUpperCase()) };
}

/** A date of the calendar, or null: 30 February is none. */
function parseDate(text: string): Day | null {
  const match = DATE.exec(text);
  if (match === null) return null;
  const day = dayNumber(Number(match[1]), Number(match[2]), Number(match[3]));
  return Number(match[1]) >= 1970 && dayText(day) === text ? day : null;
}

/** The first day that begins at the time or after it. */
function dayFrom({ instant }: Time, timezone: string): Day {
  const day = dayOf(instant, timezone);
  return startOfDay(day, timezone) < instant ? day + 1 : day;
}
