import { calendarDay, type Day, dayNumber, dayOf, type Month, monthOf, startOfDay, yearOf } from '../../domain/calendar.ts';
import { NOTHING, plus, type Traffic } from '../../domain/traffic.ts';
import { count } from '../../errors.ts';
import { ImportError, type LeftOut, wholeBytes } from './figures.ts';
import { localInstant } from './local-time.ts';

/** An interface as `vnstat --json` shows it. Its rx is the home's download. */
export interface VnstatInterface {
  name: string;
  alias: string;
  created: Day | null;
  /** Unix ms. */
  updated: number | null;
  /** Day on which its months begin (MonthRotate); null where the version does not say. */
  monthStart: number | null;
  total: Traffic | null;
  days: VnstatRow[];
  months: VnstatRow[];
  years: VnstatRow[];
  leftOut: LeftOut[];
}

interface VnstatRow {
  /** The day, or the first of the calendar month or year that it is called by. */
  day: Day;
  bytes: Traffic;
}

type Json = Record<string, unknown>;

/**
 * Parses what `vnstat --json` prints: vnStat 2 (jsonversion 2: `day`, `month`, `year`, bytes) and vnStat 1.13 to 1.18 (jsonversion 1:
 * `days`, `months`, KiB); src/dbjson.c there. Throws an ImportError that says what is wrong with `file`.
 */
export function parseVnstat(text: string, file: string, timezone: string): VnstatInterface[] {
  const root = parseJson(text, file);
  const version = root.jsonversion;
  const list = root.interfaces;
  if (version === undefined || !Array.isArray(list)) throw new ImportError(`${file} is not what "vnstat --json" prints`);
  if (String(version) !== '1' && String(version) !== '2') {
    throw new ImportError(`${file} has jsonversion ${String(version).slice(0, 10)}; versions 1 and 2 are supported`);
  }
  return list
    .filter(isObject)
    .map((found) => (String(version) === '1' ? parseOne(found, 1024, 's', timezone) : parseOne(found, 1, '', timezone)));
}

function parseJson(text: string, file: string): Json {
  for (const json of [text, withoutStrayCommas(text)]) {
    try {
      const root: unknown = JSON.parse(json);
      if (isObject(root)) return root;
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error;
    }
  }
  throw new ImportError(`${file} is not a JSON object: export it with "vnstat --json", without a limit to one kind`);
}

/** vnStat 1.13 begins a list with a comma where its first entries are empty, as the hours of a database's first day are. */
const withoutStrayCommas = (text: string): string =>
  text.replace(/"[^"\\]*(?:\\.[^"\\]*)*"|[^"]+/g, (part) =>
    part.startsWith('"') ? part : part.replace(/([[{,])(?:\s*,)+/g, '$1').replace(/,(\s*[\]}])/g, '$1'),
  );

function parseOne(found: Json, unit: number, plural: '' | 's', timezone: string): VnstatInterface {
  const traffic = object(found.traffic);
  const leftOut: LeftOut[] = [];
  const rows = (kind: string): VnstatRow[] =>
    array(traffic[`${kind}${plural}`]).flatMap((row) => {
      const { year, month = 1, day = 1 } = object(object(row).date);
      const at = calendarDay(year, month, day);
      const bytes = trafficIn(row, unit);
      if (at !== null && bytes !== null) return [{ day: at, bytes }];
      leftOut.push({ what: `a ${kind}`, bytes: null, why: at === null ? 'its date is not valid' : 'it has no byte counts' });
      return [];
    });
  return {
    name: String(found.name ?? found.id ?? ''),
    alias: String(found.alias ?? found.nick ?? ''),
    created: dateIn(found.created),
    updated: instantIn(found.updated, timezone),
    monthStart: typeof found.monthrotate === 'number' && found.monthrotate >= 1 && found.monthrotate <= 28 ? found.monthrotate : null,
    total: trafficIn(traffic.total, unit),
    days: rows('day'),
    months: rows('month'),
    years: rows('year'),
    leftOut,
  };
}

function trafficIn(value: unknown, unit: number): Traffic | null {
  const { rx, tx } = object(value);
  const [download, upload] = [wholeBytes(rx), wholeBytes(tx)];
  if (download === null || upload === null) return null;
  const bytes = { download: download * unit, upload: upload * unit };
  return Number.isSafeInteger(bytes.download) && Number.isSafeInteger(bytes.upload) ? bytes : null;
}

function dateIn(value: unknown): Day | null {
  const { year, month, day } = object(object(value).date);
  return calendarDay(year, month, day);
}

function instantIn(value: unknown, timezone: string): number | null {
  const { timestamp, date, time } = object(value);
  if (typeof timestamp === 'number' && Number.isSafeInteger(timestamp * 1000) && timestamp > 0) return timestamp * 1000;
  const { year, month, day } = object(date);
  const { hour, minute, minutes } = object(time);
  const two = (part: unknown) => String(part).padStart(2, '0');
  // The time is cut to the minute; its end is what bytes may have flowed up to.
  return localInstant(`${String(year).padStart(4, '0')}-${two(month)}-${two(day)} ${two(hour)}:${two(minute ?? minutes)}:59`, timezone);
}

const isObject = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value);
const object = (value: unknown): Json => (isObject(value) ? value : {});
const array = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);

/** A stretch of what vnStat knows, without the account. */
export interface VnstatFigure {
  kind: 'day' | 'stretch';
  from: Day;
  to: Day;
  /** Unix ms. */
  until: number;
  bytes: Traffic;
}

/**
 * The figures of an interface: its days; its months and years, each to be posted less what finer figures explain; the sum of all
 * times. Newest first among equals. Months that contradict the days (MonthRotate begins them on another day, say) are left out.
 */
export function vnstatFigures(found: VnstatInterface, timezone: string, now: number): { figures: VnstatFigure[]; leftOut: LeftOut[] } {
  const until = Math.min(found.updated ?? now, now);
  const end = dayOf(until, timezone) + 1;
  const leftOut = [...found.leftOut];
  const sane = (rows: readonly VnstatRow[], what: string): VnstatRow[] => {
    const good = rows.filter(({ day }) => day >= EARLIEST && day < end);
    if (good.length < rows.length)
      leftOut.push({ what: count(rows.length - good.length, what), bytes: null, why: 'before 2002 or in the future' });
    return [...good].sort((a, b) => b.day - a.day);
  };
  const [days, months, years] = [sane(found.days, 'day'), sane(found.months, 'month'), sane(found.years, 'year')];
  const monthStart = found.monthStart ?? 1;
  const monthAt = ({ day }: VnstatRow): Month => monthOf(day + monthStart - 1, { day: monthStart });
  const oldest = Math.min(...days.map(({ day }) => day), ...months.map((row) => monthAt(row).start), ...years.map(({ day }) => day), end);
  // An interface is younger than its first month, unless its database was put together from others.
  const created = found.created !== null && found.created >= EARLIEST && found.created < end ? found.created : null;
  const whole =
    created !== null &&
    days.every(({ day }) => day >= created) &&
    [...months.map((row) => monthAt(row).end), ...years.map(yearEnd)].every((to) => to > created);
  const begin = created === null ? null : whole ? created : Math.min(created, oldest);
  const figure = (kind: VnstatFigure['kind'], from: Day, to: Day, bytes: Traffic): VnstatFigure => ({
    kind,
    from: whole && begin !== null ? Math.max(begin, from) : from,
    to: Math.min(to, end),
    until: Math.min(until, startOfDay(Math.min(to, end), timezone)),
    bytes,
  });
  const monthFigures = months.map((row) => figure('stretch', monthAt(row).start, monthAt(row).end, row.bytes));
  const why = contradiction(days, monthFigures);
  const sums = why === null ? [...monthFigures] : [];
  if (why !== null) leftOut.push({ what: 'its months and years', bytes: null, why });
  // Years are the calendar's even where months are not, and then share no bounds with them.
  if (why === null && monthStart === 1) sums.push(...yearFigures(years, monthFigures, figure));
  const total = found.total !== null && begin !== null ? [figure('stretch', begin, end, found.total)] : [];
  return { figures: [...days.map(({ day, bytes }) => figure('day', day, day + 1, bytes)), ...sums, ...total], leftOut };
}

const EARLIEST = dayNumber(2002, 1, 1); // vnStat is not older

const yearEnd = ({ day }: VnstatRow): Day => yearOf(day).end;

/** Years that the months of them do not exceed. */
function yearFigures(
  years: readonly VnstatRow[],
  months: readonly VnstatFigure[],
  figure: (kind: 'stretch', from: Day, to: Day, bytes: Traffic) => VnstatFigure,
): VnstatFigure[] {
  const found = years.map((row) => figure('stretch', row.day, yearEnd(row), row.bytes));
  return found.filter((year) => !exceeds(sumWithin(months, year), year.bytes));
}

/** Why the days cannot belong to the months as they are dated, or null. */
function contradiction(days: readonly VnstatRow[], months: readonly VnstatFigure[]): string | null {
  const asFigures = days.map(({ day, bytes }) => ({ from: day, to: day + 1, bytes }));
  const more = months.some((month) => exceeds(sumWithin(asFigures, month), month.bytes));
  const [newest] = months;
  const later = newest !== undefined && days.some(({ day }) => day >= newest.to);
  return more || later ? 'its days add up to more than its months: they start on another day (MonthRotate)' : null;
}

type Stretch = Pick<VnstatFigure, 'from' | 'to' | 'bytes'>;

const sumWithin = (parts: readonly Stretch[], whole: Pick<Stretch, 'from' | 'to'>): Traffic =>
  parts.reduce((sum, { from, to, bytes }) => (from >= whole.from && to <= whole.to ? plus(sum, bytes) : sum), NOTHING);

const exceeds = (sum: Traffic, whole: Traffic): boolean => sum.download > whole.download || sum.upload > whole.upload;
