import { type Day, dayText, minuteText } from '../../domain/calendar.ts';
import { spread } from '../../domain/spread.ts';
import { excess, isZero, minus, NOTHING, plus, type Traffic } from '../../domain/traffic.ts';
import type { OwnCount } from './counted.ts';
import { type PostedDay, reachingOut, sumOf } from './days.ts';
import type { Figure, ImportProgram, LeftOut } from './figures.ts';

/** Where the figures of one account go. */
export interface Placing {
  program: ImportProgram;
  timezone: string;
  own: OwnCount;
  /** Bytes per second that the line carries at most. */
  fastest: number;
  /** What may still be posted before the sum of all times is reached. */
  budget: Traffic;
}

export interface Placed {
  /** What is added to each day, and whether the day was known by itself. */
  days: Map<Day, { bytes: Traffic; kind: Figure['kind'] }>;
  leftOut: LeftOut[];
  /** Of the days that the figures speak of, what the ledger has already. */
  before: Traffic;
}

/**
 * Books figures on days. Rule: imported days. In order:
 * what reaches past the ledger's last reading is left out, because the ledger continues from there; days from the first that the ledger
 * counted itself are left out; a day has bytes of one program only; a figure is posted less all that its days hold already, and a
 * stretch also less what an earlier one that reaches beyond it brought; a stretch goes evenly to the days of it that nothing is known of.
 */
export function placeFigures(figures: readonly Figure[], posted: ReadonlyMap<Day, PostedDay>, terms: Placing): Placed {
  const { program, own, timezone } = terms;
  const days = new Map(posted);
  const placed: Placed = { days: new Map(), leftOut: [], before: NOTHING };
  const known = new Set<Day>();
  const spokenOf = new Set<Day>();
  let budget = terms.budget;

  for (const figure of figures) {
    const { from, to, kind, bytes } = figure;
    for (let day = from; day < to; day += 1) spokenOf.add(day);
    const more = excess(bytes, sumOf(days, from, to));
    const rest = kind === 'day' ? more : excess(more, reachingOut(days, from, to));
    if (!isZero(minus(more, rest))) placed.leftOut.push({ what: spanText(from, to), bytes: minus(more, rest), why: REACHING_OUT });
    const why = kind === 'day' ? placeDay(figure, rest) : placeStretch(figure, rest);
    if (why !== null && !isZero(rest)) placed.leftOut.push({ what: spanText(from, to), bytes: rest, why });
  }
  for (const day of spokenOf) placed.before = plus(placed.before, posted.get(day)?.bytes ?? NOTHING);
  return placed;

  /** Why it is left out, or null. */
  function placeDay(figure: Figure, rest: Traffic): string | null {
    const { from: day } = figure;
    known.add(day);
    const there = days.get(day)?.imported ?? null;
    const why = whyNever(figure);
    if (why !== null) return why;
    if (there !== null && there.program !== program) return `already imported from ${there.program}`;
    if (there?.kind === 'stretch') return 'already imported as part of a longer period';
    return add(day, rest, 'day') ? null : BEYOND;
  }

  function placeStretch(figure: Figure, rest: Traffic): string | null {
    const { from, to } = figure;
    const why = whyNever(figure);
    if (why !== null) return why;
    const range = Array.from({ length: to - from }, (_, i) => from + i).filter((day) => own.from === null || day < own.from);
    const unknown = range.filter((day) => !known.has(day) && isZero(days.get(day)?.bytes ?? NOTHING));
    // A later copy of the same stretch: what it has more goes where the earlier one went.
    const again = range.filter((day) => {
      const there = days.get(day)?.imported;
      return !known.has(day) && there?.program === program && there.kind === 'stretch';
    });
    const open = unknown.length > 0 ? unknown : again;
    for (const day of range) known.add(day);
    if (isZero(rest)) return null;
    if (open.length === 0) return 'every day of it already has bytes';
    const even = open.map((day) => ({ hour: null, day, length: 1 }));
    const [download, upload] = [spread(rest.download, even), spread(rest.upload, even)];
    const all = open.map((day, i) => add(day, { download: download[i] ?? 0, upload: upload[i] ?? 0 }, 'stretch'));
    return all.includes(false) ? BEYOND : null;
  }

  function whyNever({ from, to, until, bytes }: Figure): string | null {
    const most = terms.fastest * (to - from) * DAY_SECONDS;
    if (bytes.download > most || bytes.upload > most) return `more than ${Math.floor(terms.fastest * 8)} bit/s could carry`;
    if (own.from !== null && own.from <= from) return `the ledger itself has counted since ${dayText(own.from)}`;
    if (until > own.readUntil) {
      const read = minuteText(own.readUntil, timezone);
      return `reaches past the ledger's last reading at ${read}, from which it continues: start the service, stop it, and import again`;
    }
    return null;
  }

  /** Adds to a day as far as the program's own total allows; whether that was all of it. */
  function add(day: Day, bytes: Traffic, kind: Figure['kind']): boolean {
    const part = { download: Math.min(bytes.download, budget.download), upload: Math.min(bytes.upload, budget.upload) };
    const whole = part.download === bytes.download && part.upload === bytes.upload;
    if (isZero(part)) return whole;
    budget = minus(budget, part);
    const before = days.get(day);
    const imported = { program, kind, bytes: plus(before?.imported?.bytes ?? NOTHING, part) };
    days.set(day, { bytes: plus(before?.bytes ?? NOTHING, part), imported });
    placed.days.set(day, { bytes: plus(placed.days.get(day)?.bytes ?? NOTHING, part), kind });
    return whole;
  }
}

const DAY_SECONDS = 90_000; // the longest day has 25 hours
const REACHING_OUT = 'an earlier import of a longer time may have it';
const BEYOND = 'more than the total that the program itself shows';

export const spanText = (from: Day, to: Day): string => (to - from === 1 ? dayText(from) : `${dayText(from)} to ${dayText(to - 1)}`);
