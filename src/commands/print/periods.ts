import { type Day, dayOf, dayText, type Month, monthOf } from '../../domain/calendar.ts';
import { figuresOf, NO_USAGE, plusUsage, type Used } from '../../domain/traffic.ts';
import { count, quote, UsageError } from '../../errors.ts';
import { readFirstDay, readUsage } from '../../ledger/storage/read-usage.ts';
import { dayFrom } from '../../views/api-v1/query.ts';
import { usageJson } from '../../views/api-v1/usage-json.ts';
import { macsOf } from '../../views/find-device.ts';
import { bytesIn, knownIn } from '../../views/format.ts';
import { countedSince, isKnown } from '../../views/rows/known.ts';
import { deviceAccounts, homeAccounts, nothingOf, type PeriodRow, periodRows } from '../../views/rows/periods.ts';
import { isPrivate } from '../../views/view.ts';
import { bar } from '../common/chart.ts';
import { extra, late, left, prose, right } from '../common/text.ts';
import type { NamedDevice } from '../common/the-device.ts';
import type { LedgerView, Printed, Selection } from './printed.ts';

const USUAL_DAYS = 31;
const MOST_PERIODS = 5000;
const TOP_DEVICES = 3;
/** Characters of the longest bar. */
const BAR = 12;
const WEEKDAYS = ['Thu', 'Fri', 'Sat', 'Sun', 'Mon', 'Tue', 'Wed'];

/** Every billing month of which something is known, by the current billing day. */
export function printMonths(view: LedgerView, selection: Selection): Promise<Printed> {
  const periodOf = (day: Day) => monthOf(day, view.terms.billing);
  return printPeriods(view, selection, { thing: 'month', periodOf, label: monthLabel, usual: MOST_PERIODS });
}

/** The last days of which something is known, including days without bytes. */
export function printDays(view: LedgerView, selection: Selection): Promise<Printed> {
  const periodOf = (day: Day): Month => ({ start: day, end: day + 1 });
  return printPeriods(view, selection, { thing: 'day', periodOf, label: dayLabel, usual: USUAL_DAYS });
}

interface Kind {
  thing: 'month' | 'day';
  periodOf: (day: Day) => Month;
  label: (period: Month, today: Day) => string;
  /** How many are shown by default. */
  usual: number;
}

async function printPeriods(view: LedgerView, selection: Selection, kind: Kind): Promise<Printed> {
  const device = selection.device && { ...selection.device, nothing: nothingOf(accountsOfDevice(view, selection.device)) };
  const today = dayOf(view.now, view.timezone);
  const first = await readFirstDay(view.store);
  const periods = first === null ? [] : periodsOf(view, selection, kind, first, today);
  const showsPrivate = kind.thing === 'month' && periods.every((period) => isWhole(period, kind));
  if (device !== null && !showsPrivate && isPrivate(view, device.mac)) {
    throw new UsageError(`${quote(device.mac)} is private: only its whole months are shown, with "wrtmeter print months"`);
  }
  const { countedBy, accounts } = homeAccounts(view.books);
  const ids = new Set([...(device === null ? accounts : []), ...deviceAccounts(view.books)].map(({ id }) => id));
  // Unbounded, because the periods and accounts are bounded already.
  const found = await readUsage(view.store, { by: 'period', periods, accounts: [...ids] }, Number.MAX_SAFE_INTEGER);
  const all = periodRows(view, periods, found ?? []);
  const since = countedSince(view);
  const rows = all
    .map((row) => (showsPrivate ? row : withoutPrivate(view, row)))
    .filter((row) => isKnown(since, row.period, bytesOf(row, device)) || (device === null && row.devices.length > 0));
  const json = {
    timezone: view.timezone,
    ...(device && { device: { mac: device.mac, name: device.name } }),
    [`${kind.thing}s`]: rows.map((row) => rowJson(row, device, countedBy)),
  };
  if (rows.length === 0) {
    return { columns: [], rows: [], summary: first === null ? 'Nothing has been counted yet' : 'Nothing was counted in this time', json };
  }
  return { ...table(view, rows, device, kind, today), summary: summary(view, rows, device, kind, countedBy), json };
}

/** A device, and what it shows where it is silent. */
type ShownDevice = NamedDevice & { nothing: Used };

const accountsOfDevice = (view: LedgerView, { mac }: NamedDevice) => {
  const macs = macsOf(view, mac);
  return deviceAccounts(view.books).filter(({ key }) => macs.includes(key));
};

function table(
  { units, drawsBlocks }: LedgerView,
  rows: readonly PeriodRow[],
  device: ShownDevice | null,
  kind: Kind,
  today: Day,
): Pick<Printed, 'columns' | 'rows'> {
  const title = kind.thing === 'month' ? 'Month' : 'Day';
  const isDrawn = drawsBlocks && kind.thing === 'month';
  const most = Math.max(...rows.map((row) => bytesOf(row, device).total));
  return {
    columns: [
      ...[left(title), late(right('Download')), late(right('Upload')), right('Total')],
      ...(isDrawn ? [extra('Chart')] : []),
      ...(device === null ? [{ ...prose('Most by'), leaves: 'early' } as const] : []),
    ],
    rows: rows.map((row) => {
      const { download, upload, total } = figuresOf(bytesOf(row, device));
      const figures = [download, upload, total].map(knownIn(units));
      const drawn = isDrawn ? [bar(total, most, BAR)] : [];
      return [kind.label(row.period, today), ...figures, ...drawn, ...(device === null ? [mostBy(row, units)] : [])];
    }),
  };
}

/** The newest periods of the requested time, oldest first. One that is cut by it contains only the requested days. */
function periodsOf({ timezone }: LedgerView, { from, to, last }: Selection, { periodOf, usual }: Kind, first: Day, today: Day): Month[] {
  const start = from === null ? Number.NEGATIVE_INFINITY : dayFrom(from, timezone);
  const end = to === null ? Number.POSITIVE_INFINITY : dayFrom(to, timezone);
  const most = last ?? (from === null ? usual : MOST_PERIODS);
  const found: Month[] = [];
  for (let day = Math.min(today, end - 1); day >= Math.max(first, start) && found.length < most; ) {
    const period = periodOf(day);
    found.unshift({ start: Math.max(period.start, start), end: Math.min(period.end, end) });
    day = period.start - 1;
  }
  return found;
}

const isWhole = ({ start, end }: Month, { periodOf }: Kind): boolean => periodOf(start).start === start && periodOf(start).end === end;

const withoutPrivate = (view: LedgerView, row: PeriodRow): PeriodRow => ({
  ...row,
  devices: row.devices.filter(({ mac }) => !isPrivate(view, mac)),
});

const bytesOf = ({ home, devices }: PeriodRow, device: ShownDevice | null): Used =>
  device === null ? home : (devices.find(({ mac }) => mac === device.mac)?.bytes ?? device.nothing);

const mostBy = ({ devices }: PeriodRow, units: LedgerView['units']): string =>
  devices
    .slice(0, TOP_DEVICES)
    .map(({ name, bytes }) => `${name} ${bytesIn(units)(bytes.total)}`)
    .join(', ');

const monthLabel = ({ start, end }: Month, today: Day): string =>
  `${dayText(start)} to ${dayText(end - 1)}${today < end ? ', so far' : ''}`;

const dayLabel = ({ start }: Month, today: Day): string => `${dayText(start)} ${WEEKDAYS[start % 7]}${start === today ? ', so far' : ''}`;

function summary(
  view: LedgerView,
  rows: readonly PeriodRow[],
  device: ShownDevice | null,
  kind: Kind,
  countedBy: 'wan' | 'devices',
): string {
  const { download, upload, undirected, total } = figuresOf(rows.map((row) => bytesOf(row, device)).reduce(plusUsage, NO_USAGE));
  const size = bytesIn(view.units);
  const whose = device !== null ? deviceText(device) : countedBy === 'wan' ? 'the uplinks' : 'the devices, because no uplink is counted';
  const directed = download === null || upload === null ? [] : [`${size(download)} down`, `${size(upload)} up`];
  const all = undirected === null && directed.length > 0 ? [] : [`${size(total)} in total`];
  const sums = `${count(rows.length, kind.thing)} of ${whose}: ${[...directed, ...all].join(', ')}`;
  const own = kind.thing === 'month' && device === null ? [...view.terms.routerBilling.keys()] : [];
  return own.length === 0 ? sums : `${sums}; by the home's billing day, ${own.join(', ')} has another`;
}

const deviceText = ({ name, mac }: NamedDevice): string => (name === mac ? mac : `${name} (${mac})`);

function rowJson(row: PeriodRow, device: ShownDevice | null, countedBy: 'wan' | 'devices') {
  const span = { start: dayText(row.period.start), end: dayText(row.period.end), ...usageJson(bytesOf(row, device)) };
  if (device !== null) return span;
  return { ...span, counted_by: countedBy, devices: row.devices.map(({ mac, name, bytes }) => ({ mac, name, ...usageJson(bytes) })) };
}
