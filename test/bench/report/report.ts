import { type Column, left, right, textTable } from '../../../src/commands/common/text.ts';
import type { Contest, Scrapes } from '../contest/contest.ts';
import type { Pages } from '../history.ts';
import type { Figures, Refusal } from '../measure.ts';
import { REST } from '../sizes.ts';
import { type Aim, cpuPerDevice, timePerDevice, writtenADay } from './aims.ts';
import { kibibytes, megabytes, microseconds, milliseconds, times, whole } from './units.ts';

type Cell = (figures: Figures) => string;
type Line = [label: string, cell: Cell];

const NOT_MEASURED = '–';

/** What the benchmark prints: the sizes that could not be measured, if any, and the tables. */
export async function report(all: readonly Figures[], refusals: readonly Refusal[], aims: readonly Aim[]): Promise<string> {
  const parts = refusals.map(({ devices, refused }) => `${whole(devices)} devices were not measured: ${refused}`);
  if (all.length > 0) parts.push(await figuresTable(all));
  if (aims.length > 0) parts.push(await aimsTable(aims));
  return `${parts.join('\n\n')}\n`;
}

function figuresTable(all: readonly Figures[]): Promise<string> {
  const columns: Column[] = [left(''), ...all.map(({ devices }) => right(`${whole(devices)} devices`))];
  const lines = all.some(({ history }) => history !== null) ? [...LINES, ...HISTORY_LINES] : LINES;
  return textTable(
    columns,
    lines.map(([label, cell]) => [label, ...all.map(cell)]),
  );
}

function aimsTable(aims: readonly Aim[]): Promise<string> {
  const verdicts = aims.map(({ text, measured, met }) => [met === null ? '?' : met ? 'met' : 'NOT MET', text, measured]);
  return textTable([left(''), left('Aim'), right('measured')], verdicts);
}

const time = ({ time: { median, p90 } }: Scrapes): string => `${milliseconds(median)} (${milliseconds(p90)})`;

/** Three lines for one thing measured at both programs. */
function compared(label: string, show: (scrapes: Scrapes) => string, value: (scrapes: Scrapes) => number): Line[] {
  const theirs = ({ nodeExporter }: Contest, tell: (scrapes: Scrapes) => string) =>
    nodeExporter === null ? NOT_MEASURED : tell(nodeExporter);
  return [
    [label, ({ contest }) => show(contest.wrtmeter)],
    ['  node_exporter', ({ contest }) => theirs(contest, show)],
    ['  ratio', ({ contest }) => theirs(contest, (scrapes) => times(value(contest.wrtmeter) / value(scrapes)))],
  ];
}

const piece =
  (of: (stages: Figures['stages']) => number): Cell =>
  ({ stages }) =>
    milliseconds(of(stages));

const LINES: readonly Line[] = [
  ['routers', (f) => whole(f.routers)],
  ['read by', (f) => (f.classic ? 'classic scripts' : 'wrtmeter.cgi')],
  ['hosts counted', (f) => (f.hosts ? 'yes' : 'no')],
  ['series', (f) => whole(f.series)],
  ['text', (f) => kibibytes(f.contest.wrtmeter.textBytes)],
  ['  with gzip', (f) => kibibytes(f.contest.wrtmeter.bytes)],
  ...compared('a round, request to last byte', time, (s) => s.time.median),
  ['  for each device', (f) => microseconds(timePerDevice(f))],
  ...compared(
    'processor time a round',
    (s) => milliseconds(s.cpu),
    (s) => s.cpu,
  ),
  ['  for each device', (f) => microseconds(cpuPerDevice(f))],
  ['pieces: read', piece((s) => s.read)],
  ['  parse', piece((s) => s.parse)],
  ['  post', piece((s) => s.post)],
  ['    of it the durable commit', piece((s) => s.commit)],
  ['  render', piece((s) => s.render)],
  ['    joining the same strings', piece((s) => s.plain)],
  ['    ratio', (f) => times(f.stages.render / f.stages.plain)],
  ...compared(
    'memory after rounds without a pause',
    (s) => megabytes(s.memory.now),
    (s) => s.memory.now,
  ),
  [`memory after ${REST} s of rest`, (f) => (f.atRest === null ? NOT_MEASURED : megabytes(f.atRest.wrtmeter))],
  ['  node_exporter', (f) => (typeof f.atRest?.nodeExporter === 'number' ? megabytes(f.atRest.nodeExporter) : NOT_MEASURED)],
  ['most memory', (f) => megabytes(f.contest.wrtmeter.memory.most)],
  ['written to disk a round', (f) => kibibytes(f.contest.wrtmeter.written)],
  ['  a day, a scrape every 15 s', (f) => megabytes(writtenADay(f))],
  ['ledger on disk', (f) => kibibytes(f.database)],
  ['home page', (f) => `${milliseconds(f.landing.time.median)}, ${kibibytes(f.landing.bytes)}`],
];

const ofHistory =
  (cell: (history: NonNullable<Figures['history']>) => string): Cell =>
  ({ history }) =>
    history === null ? NOT_MEASURED : cell(history);

const pages = ({ count, first, all }: Pages): string => `${milliseconds(first)}, all ${count}: ${milliseconds(all)}`;

const HISTORY_LINES: readonly Line[] = [
  ['with history: days', ofHistory(({ days }) => whole(days))],
  ['  rows of days, file', ofHistory(({ rows, bytes }) => `${whole(rows)}, ${megabytes(bytes)}`)],
  ['  cold start until it listens', ofHistory(({ listening }) => milliseconds(listening))],
  ['  until the first answer', ofHistory(({ firstAnswer }) => milliseconds(firstAnswer))],
  ['  usage of a month by day: first page', ofHistory(({ month }) => pages(month))],
  ['  usage of a year by month: first page', ofHistory(({ year }) => pages(year))],
];
