import type { Dashboard } from '@grafana/grafana-foundation-sdk/dashboard';
import { bars, matrixBars, matrixTable } from '../panels/bars.ts';
import type { Frame, Size } from '../panels/frame.ts';
import { columns, now, queries, unit } from '../panels/look.ts';
import { numbers } from '../panels/panels.ts';
import { present, recorded } from '../queries/series.ts';
import { instance, page } from './page.ts';

const half = { width: 12, height: 9 };
const home = 'of="home"';
const NOTHING_YET = 'Prometheus has no history yet: it needs the job wrtmeter-history';

/** What was used on days and in months: exact, from the ledger, imported days included. */
export function history(): Dashboard {
  return page({
    uid: 'wrtmeter-history',
    title: 'History',
    description: 'What was used on each day and in each month, from the ledger: complete, even from before Prometheus was there.',
    from: 'now-24h',
    refresh: '15m',
    variables: [instance()],
    panels: [
      highest(),
      mean(),
      daysOfHome({ width: 24, height: 9 }),
      monthsOfHome(),
      againstLastYear(),
      usersByMonth(),
      devicesByMonth(),
      peersByMonth(),
    ],
  });
}

type By = 'day' | 'month';

const figure = (by: By, name: string, labels: string) => recorded(`wrtmeter_history_${by}_${name}_bytes`, labels);

/** All bytes, each once. */
const used = (by: By, labels: string) =>
  `(${figure(by, 'total', labels)} or (${figure(by, 'download', labels)} + ${figure(by, 'upload', labels)}))`;

const DIRECTIONS = { 'Value #A': 'Download', 'Value #B': 'Upload', 'Value #C': 'In one figure' };

const highest = () =>
  numbers({
    title: 'Most in a day and in a month',
    description: 'The day of the last 62 and the billing period of the last 25, by its first day, in which the home used most.',
    width: 12,
    height: 4,
    unit: unit.volume,
  })
    .noValue('–')
    .targets(queries(now(`topk(1, ${used('day', home)})`, 'Day {{start}}'), now(`topk(1, ${used('month', home)})`, 'Month {{start}}')));

const mean = () =>
  numbers({
    title: 'Mean',
    description: 'What the home used on a day and in a billing period, on average of those below; the running ones are in it.',
    width: 12,
    height: 4,
    unit: unit.volume,
  })
    .noValue('–')
    .targets(queries(now(`avg(${used('day', home)})`, 'A day'), now(`avg(${used('month', home)})`, 'A month')));

/** A figure of the device with the chosen MAC. Where several have its name, the history calls each by its name and MAC. */
const ofDevice = (by: By) => (name: string) => {
  const names = present('wrtmeter_device_info', 'mac="$mac"', 'hostname, mac');
  const called = `(label_replace(${names}, "name", "$1", "hostname", "(.*)") or label_replace(label_join(${names}, "name", " (", "hostname", "mac"), "name", "$1)", "name", "(.*)"))`;
  return `${figure(by, name, 'of="device"')} and on (name) ${called}`;
};

/** Days of the device from the ledger: unlike the growth of counters they are exact, of the meter's time zone, and older than Prometheus. */
export const daysOfDevice = ({ width, height }: Size) => {
  const description =
    'What the device used on each of the last 31 days in the time zone of the meter; today is the last one. Empty for private devices, and where more than 200 devices were seen in these days.';
  return byStart({ title: 'Days', description, width, height }, ofDevice('day')).noValue(
    'No days: Prometheus needs the job wrtmeter-history; private devices and homes of more than 200 devices have months only',
  );
};

export const monthsOfDevice = ({ width, height }: Size) => {
  const description = 'What the device used in each of the last 13 billing periods, by its first day. The last one is still running.';
  return byStart({ title: 'Months', description, width, height }, ofDevice('month'));
};

/** What the home used on each day. */
export const daysOfHome = ({ width, height }: Size) => {
  const description = 'What the home used on each of the last 62 days in the time zone of the meter; today is the last one.';
  return byStart({ title: 'Days', description, width, height }, (name) => figure('day', name, home));
};

const monthsOfHome = () => {
  const description = 'What the home used in each of the last 25 billing periods, by its first day. The last one is still running.';
  return byStart({ title: 'Months', description, ...half }, (name) => figure('month', name, home));
};

/** A bar for each day or period: what has a direction, and what has none. `expr` is the query of a figure. */
const byStart = (frame: Omit<Frame, 'unit'>, expr: (name: string) => string) =>
  bars({ ...frame, unit: unit.volume }, 'start', DIRECTIONS)
    .noValue(NOTHING_YET)
    .targets(queries(...['download', 'upload', 'undirected'].map((name) => columns(expr(name)))));

const byYear = `label_replace(label_replace(${used('month', home)}, "year", "$1", "start", "(....)-.*"), "month", "$1", "start", "....-(..)-..")`;

const againstLastYear = () =>
  matrixBars(
    {
      title: 'This year and those before',
      description: 'What the home used in each billing period, by the month and the year in which it began, both directions.',
      ...half,
      unit: unit.volume,
    },
    'month',
    'year',
  )
    .noValue(NOTHING_YET)
    .targets(queries(columns(byYear)));

const usersByMonth = () =>
  matrixBars(
    {
      title: 'Users by month',
      description: "What each user's devices used in each of the last 25 billing periods, by its first day, both directions.",
      width: 24,
      height: 9,
      unit: unit.volume,
    },
    'start',
    'name',
  )
    .noValue('No users are configured')
    .targets(queries(columns(used('month', 'of=~"user|others"'))));

const months = (title: string, of: string, what: string) =>
  matrixTable(
    {
      title,
      description: `What each ${what} used in each of the last 13 billing periods, by its first day, both directions. The last one is still running.`,
      width: 24,
      height: 12,
      unit: unit.volume,
    },
    'name',
    'start',
    'Name',
  ).targets(queries(columns(used('month', `of="${of}"`))));

const devicesByMonth = () => months('Devices by month', 'device', 'device');
const peersByMonth = () => months('WireGuard peers by month', 'peer', 'peer');
