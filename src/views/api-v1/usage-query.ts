import { DAY_MS, type Day, dayOf, dayText, startOfDay, yearOf } from '../../domain/calendar.ts';
import { macOfPeople } from '../../domain/mac.ts';
import { ON_PEAK } from '../../domain/people/tariffs.ts';
import { quote } from '../../errors.ts';
import { ACCOUNT_KINDS, hasRouter, mayHaveMac, SHOWN_KINDS, type ShownKind } from '../../ledger/account.ts';
import type { View } from '../view.ts';
import { bad, dayFrom, type Given, oneOf, parseLimit, parseTime, type QueryParameters, refuseEmpty, single, type Time } from './query.ts';

/** A parsed query of `/api/v1/usage`. */
export type UsageRequest = {
  kind: ShownKind | null;
  mac: string | null;
  router: string | null;
  /** Series of the answer; null: as many as fit. */
  limit: number | null;
  /** The place of the first series; null: the first of all. */
  cursor: Cursor | null;
  /** Only bytes of this tariff. */
  tariff: string | null;
} & (
  | {
      by: 'hour';
      /** Unix ms. */
      from: number;
      to: number;
    }
  | { by: 'day' | 'month' | 'year'; from: Day; to: Day }
);

/** A place in the order of the series: the kind's, then the account's. */
export interface Cursor {
  place: number;
  id: number;
}

const NAMES = ['from', 'to', 'by', 'kind', 'mac', 'router', 'limit', 'cursor', 'tariff'] as const;

/** Series of one answer at most. */
export const MOST_SERIES = 10_000;

/** Lengths of a bucket: months are billing periods, years are calendar years. */
export const BY = ['hour', 'day', 'month', 'year'] as const;

/** Days that `by=hour` covers. */
export const MOST_HOURS_DAYS = 62;

/** Parses the query. Throws a RequestError. The default time is the current billing period, or the current year. */
export function parseUsageRequest(parameters: QueryParameters, view: Pick<View, 'timezone' | 'months' | 'now' | 'books'>): UsageRequest {
  const { timezone, months, now } = view;
  const given = single(parameters, NAMES);
  const by = oneOf('by', given.by ?? 'day', BY);
  const usual = by === 'year' ? yearOf(dayOf(now, timezone)) : months.home;
  const edge = (name: 'from' | 'to', otherwise: Day): Time => {
    const text = given[name];
    return text === undefined ? { text: dayText(otherwise), instant: startOfDay(otherwise, timezone) } : parseTime(name, text, timezone);
  };
  const [from, to] = [edge('from', usual.start), edge('to', usual.end)];
  refuseEmpty({ from, to });
  const whose = { ...parseWhose(given), ...parsePage(given), tariff: parseTariff(given.tariff, view) };
  if (by !== 'hour') return { ...whose, by, from: dayFrom(from, timezone), to: dayFrom(to, timezone) };
  // One day more, so that a clock change in spring or an offset does not refuse a request for 62 days.
  if (to.instant - from.instant > (MOST_HOURS_DAYS + 1) * DAY_MS) {
    throw bad(`by=hour covers at most ${MOST_HOURS_DAYS} days: ask for a shorter time, or use by=day`);
  }
  return { ...whose, by, from: from.instant, to: to.instant };
}

function parseTariff(tariff: string | undefined, { books }: Pick<View, 'books'>): string | null {
  if (tariff === undefined) return null;
  return oneOf('tariff', tariff, [...new Set([ON_PEAK, ...[...books.tariffs.values()].map(({ name }) => name)])]);
}

function parsePage({ limit, cursor }: Given<(typeof NAMES)[number]>): Pick<UsageRequest, 'limit' | 'cursor'> {
  const [, place, id] = /^([0-9])\.([1-9]\d{0,14})$/.exec(cursor ?? '') ?? [];
  if (cursor !== undefined && id === undefined) throw bad(`"cursor" is ${quote(cursor)}: use "next" of the answer before`);
  return {
    limit: limit === undefined ? null : parseLimit(limit, MOST_SERIES),
    cursor: id === undefined ? null : { place: Number(place), id: Number(id) },
  };
}

function parseWhose(given: Given<(typeof NAMES)[number]>): Pick<UsageRequest, 'kind' | 'mac' | 'router'> {
  const kind = given.kind === undefined ? null : oneOf('kind', given.kind, SHOWN_KINDS);
  const mac = given.mac === undefined ? null : macOfPeople(given.mac);
  if (given.mac !== undefined && mac === null) throw bad(`"mac" is ${quote(given.mac)}: write it like 02:00:00:00:00:01`);
  if (kind !== null && !mayHaveMac(kind) && mac !== null) throw bad(`${one(kind)} has no MAC: leave out "mac", or use kind=device`);
  if (kind !== null && !hasRouter(kind) && given.router !== undefined) {
    throw bad(`${one(kind)} is counted over all routers: leave out "router", or use kind=host or kind=station`);
  }
  return { kind, mac, router: given.router ?? null };
}

function one(kind: ShownKind): string {
  const { label } = ACCOUNT_KINDS[kind];
  return `${/^[aeiou]/.test(label) ? 'An' : 'A'} ${label}`;
}
