import { type Day, dayOf, parseDate, startOfDay } from '../../domain/calendar.ts';
import { didYouMean } from '../../domain/names/nearest.ts';
import { quote } from '../../errors.ts';
import type { View } from '../view.ts';
import { RequestError } from './request-error.ts';

/** The query of a URL, as parsed by Koa. */
export type QueryParameters = Readonly<Record<string, string | string[] | undefined>>;

/** The parameters that were given. */
export type Given<N extends string> = { [K in N]?: string | undefined };

export const bad = (message: string) => new RequestError(400, message);

/** Reads parameters: each known and given at most once. Throws a RequestError. */
export function single<N extends string>(parameters: QueryParameters, names: readonly N[]): Given<N> {
  const given: Given<N> = {};
  for (const [key, value] of Object.entries(parameters)) {
    const name = names.find((known) => known === key);
    if (name === undefined)
      throw bad(`There is no parameter ${quote(key)}: ${names.length === 0 ? 'leave it out' : `use ${names.join(', ')}`}`);
    if (typeof value !== 'string') throw bad(`"${name}" is given more than once`);
    if (value === '') throw bad(`"${name}" is empty: give it a value or leave it out`);
    given[name] = value;
  }
  return given;
}

/** One of the given words. Throws a RequestError. */
export function oneOf<T extends string>(name: string, text: string, words: readonly T[]): T {
  const word = words.find((candidate) => candidate === text);
  if (word === undefined) throw bad(`"${name}" is ${quote(text)}: use ${words.join(', ')}`);
  return word;
}

/** How many entries an answer may have. Throws a RequestError. */
export function parseLimit(text: string, most: number): number {
  const value = Number(text);
  if (/^[1-9]\d*$/.test(text) && value <= most) return value;
  throw bad(`"limit" is ${quote(text)}: use a whole number from 1 to ${most}`);
}

export interface Time {
  /** As it was given. */
  text: string;
  /** Unix ms. */
  instant: number;
}

// A plus sign that was not encoded in the URL arrives as a space.
const INSTANT = /^(\d{4}-\d\d-\d\d)T([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d+)?(Z|[+ -]([01]\d|2[0-3]):[0-5]\d)$/i;

/** A local date (the instant at which that day begins) or an RFC 3339 time. Throws a RequestError. */
export function parseTime(name: 'from' | 'to' | 'until', text: string, timezone: string): Time {
  const [, date] = INSTANT.exec(text) ?? [];
  const day = parseDate(date ?? text);
  if (day === null) throw bad(`"${name}" is ${quote(text)}: write a date like 2026-01-31, or a time like 2026-01-31T18:00:00Z`);
  return { text, instant: date === undefined ? startOfDay(day, timezone) : Date.parse(text.replace(' ', '+').toUpperCase()) };
}

/** The time from `from` (inclusive) to `to` (exclusive); null where it is open. */
export interface Span {
  from: Time | null;
  to: Time | null;
}

/** Parses both. Throws a RequestError. */
export function parseSpan({ from, to }: Given<'from' | 'to'>, timezone: string): Span {
  const span = {
    from: from === undefined ? null : parseTime('from', from, timezone),
    to: to === undefined ? null : parseTime('to', to, timezone),
  };
  refuseEmpty(span);
  return span;
}

/** Throws a RequestError where nothing lies between the two. */
export function refuseEmpty({ from, to }: Span): void {
  if (from !== null && to !== null && from.instant >= to.instant) throw bad(`"from" (${from.text}) is not before "to" (${to.text})`);
}

/** The first day that starts at the time or later. */
export function dayFrom({ instant }: Time, timezone: string): Day {
  const day = dayOf(instant, timezone);
  return startOfDay(day, timezone) < instant ? day + 1 : day;
}

/** The refusal of a router that is neither read nor in the ledger. */
export function unknownRouter({ books, routers }: Pick<View, 'books' | 'routers'>, name: string): RequestError {
  const known = [...routers, ...[...books.accounts.values()].flatMap(({ router }) => (router === '' ? [] : { name: router }))];
  const names = [...new Set(known.map((router) => router.name))];
  const all = names.length === 0 ? 'none has been read yet' : `the names are ${names.map((each) => quote(each)).join(', ')}`;
  return new RequestError(404, `There is no router ${quote(name)}: ${didYouMean(name, names, all)}`);
}
