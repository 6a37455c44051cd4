import { halfHoursOf, ON_PEAK, type Tariff, WEEKDAYS, type Window } from '../../domain/people/tariffs.ts';
import { type Field, group, listOf, readFields, scalar } from '../../fields/fields.ts';
import type { KeyValue, Node } from '../../fields/nodes.ts';
import { fail, type Located, type Problems, shown } from '../../fields/problems.ts';
import { ValueError } from '../../fields/values.ts';

/** The keys of a tariff in wrtmeter.yaml. */
export const tariffFields = {
  hours: { key: 'hours', read: listOf(parseHours, 24) },
  days: { key: 'days', read: listOf(parseDays, 14) },
  counts: { key: 'counts', read: scalar(parseShare) },
} as const satisfies Record<string, Field<unknown>>;

const MOST_TARIFFS = 16;

export const EVERY_DAY = WEEKDAYS.map((_, day) => day);

/** Reads the tariffs of wrtmeter.yaml; a half hour of the week can belong to only one of them. Rule: tariffs. */
export function readTariffs(node: Node, problems: Problems): Tariff[] {
  const entries = group(node, problems) ?? [];
  if (entries.length > MOST_TARIFFS) fail(problems, node.place, `has more than ${MOST_TARIFFS} tariffs; shorten the list`);
  const taken = new Map<number, string>();
  return entries.slice(0, MOST_TARIFFS).flatMap((entry) => readTariff(entry, taken, problems) ?? []);
}

function readTariff(entry: KeyValue, taken: Map<number, string>, problems: Problems): Tariff | undefined {
  const { key: name, place, value } = entry;
  if (name === ON_PEAK) fail(problems, place, 'is what no other tariff has; choose another name');
  else if (!/^[a-z][a-z0-9_]{0,31}$/.test(name))
    fail(problems, place, `${shown(name)} is not a name of a tariff; use small letters, digits and "_", for example off_peak`);
  const before = problems.errors.length;
  const { hours, days, counts } = readFields(value, tariffFields, problems);
  if (!hours?.value.length) {
    if (problems.errors.length === before) fail(problems, place, 'has no hours; use for example hours: 00:00-07:00');
    return undefined;
  }
  const wanted = days === undefined ? EVERY_DAY : [...new Set(days.value.flatMap((each) => each.value))].sort();
  const windows = hours.value.map((each) => claim(each, wanted, name, taken, problems));
  return { name, windows, counts: counts?.value ?? 1 };
}

/** Reports a window whose half hours are taken: once, at the first of them. */
function claim(
  { value, place }: Located<Pick<Window, 'from' | 'to'>>,
  days: readonly number[],
  name: string,
  taken: Map<number, string>,
  problems: Problems,
): Window {
  const window = { days, ...value };
  const halves = halfHoursOf(window);
  const clash = halves.find((half) => taken.has(half));
  if (clash !== undefined) {
    const owner = taken.get(clash);
    fail(
      problems,
      place,
      `overlaps ${owner === name ? 'another window' : `"${owner}"`} on ${whenText(clash)}; each time can have one tariff`,
    );
  }
  for (const half of halves) taken.set(half, name);
  return window;
}

const whenText = (half: number): string => `${WEEKDAYS[Math.floor(half / 48)]} at ${timeText(half % 48)}`;

const timeText = (half: number): string => `${String(half >> 1).padStart(2, '0')}:${half % 2 === 0 ? '00' : '30'}`;

/** `00:00-07:00`, in half hours since midnight. */
export function parseHours(text: string): Pick<Window, 'from' | 'to'> {
  const [, from, to] = /^(\d{1,2}:\d{2}) ?[-–] ?(\d{1,2}:\d{2})$/.exec(text) ?? [];
  const [start, end] = [halfHour(from), halfHour(to)];
  if (start === null || end === null || start === 48) {
    throw new ValueError('is not a time of day in whole or half hours; use for example 00:00-07:00 or 22:30-06:00');
  }
  if (start === end % 48 && end !== 48) throw new ValueError('has no length; use 00:00-24:00 for the whole day');
  return { from: start, to: end === 0 ? 48 : end };
}

function halfHour(text: string | undefined): number | null {
  const [hours = Number.NaN, minutes] = (text ?? '').split(':').map(Number);
  const half = hours * 2 + (minutes === 30 ? 1 : 0);
  return (minutes === 0 || minutes === 30) && half <= 48 ? half : null;
}

/** `mon`, or `mon-fri`; a range may pass Sunday. */
export function parseDays(text: string): number[] {
  const [, first = '', last = first] = /^([a-z]+)(?: ?- ?([a-z]+))?$/i.exec(text) ?? [];
  const [from, to] = [first, last].map((word) => (WEEKDAYS as readonly string[]).indexOf(word.toLowerCase()));
  if (from === undefined || to === undefined || from < 0 || to < 0) {
    throw new ValueError(`is not a day of the week; use ${WEEKDAYS.join(', ')}, or a range such as mon-fri`);
  }
  return Array.from({ length: ((to - from + 7) % 7) + 1 }, (_, i) => (from + i) % 7);
}

function parseShare(text: string): number {
  const share = Number(text);
  if (!/^\d*\.?\d+$/.test(text) || share > 1)
    throw new ValueError('is not a share; use a number from 0 (does not count) to 1 (counts in full)');
  return share;
}

/** A tariff in a line, for `wrtmeter check`. */
export const describeTariff = ({ windows, counts }: Tariff): string =>
  `${windows.map(hoursText).join(' and ')} on ${daysText(windows[0]?.days ?? [])}; counts ${counts}`;

export const hoursText = ({ from, to }: Window): string => `${timeText(from)}-${timeText(to)}`;

export const daysText = (days: readonly number[]): string =>
  days.length === WEEKDAYS.length ? 'every day' : days.map((day) => WEEKDAYS[day]).join(', ');
