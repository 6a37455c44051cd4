import { type Column, left, right, textTable } from '../../../src/commands/common/text.ts';
import type { Contest, Scrapes } from '../contest/contest.ts';
import type { Figures } from '../measure.ts';
import { REST } from '../sizes.ts';
import { type Aim, perDevice } from './aims.ts';
import { kibibytes, megabytes, microseconds, milliseconds, times, whole } from './units.ts';

type Cell = (figures: Figures) => string;
type Line = [label: string, cell: Cell];

const NOT_MEASURED = '–';

/** The tables that the benchmark prints. */
export async function report(all: readonly Figures[], aims: readonly Aim[]): Promise<string> {
  const columns: Column[] = [left(''), ...all.map(({ devices }) => right(`${whole(devices)} devices`))];
  const rows = LINES.map(([label, cell]) => [label, ...all.map(cell)]);
  const verdicts = aims.map(({ text, measured, met }) => [met === null ? '?' : met ? 'met' : 'NOT MET', text, measured]);
  const titles: Column[] = [left(''), left('Aim'), right('measured')];
  const tables = [await textTable(columns, rows), ...(aims.length > 0 ? [await textTable(titles, verdicts)] : [])];
  return `${tables.join('\n\n')}\n`;
}

const time = ({ time: { median, p90 } }: Scrapes): string => `${milliseconds(median)} (${milliseconds(p90)})`;

/** Three lines for one thing measured at both programs. */
function compared(label: string, which: 'plain' | 'gzip', show: (scrapes: Scrapes) => string, value: (scrapes: Scrapes) => number): Line[] {
  const theirs = (contest: Contest, tell: (scrapes: Scrapes) => string) =>
    contest.nodeExporter === null ? NOT_MEASURED : tell(contest.nodeExporter);
  return [
    [label, (f) => show(f[which].wrtmeter)],
    ['  node_exporter', (f) => theirs(f[which], show)],
    ['  ratio', (f) => theirs(f[which], (scrapes) => times(value(f[which].wrtmeter) / value(scrapes)))],
  ];
}

const piece =
  (of: (stages: Figures['stages']) => number): Cell =>
  ({ stages }) =>
    milliseconds(of(stages));

const LINES: readonly Line[] = [
  ['routers', (f) => whole(f.routers)],
  ['hosts counted', (f) => (f.hosts ? 'yes' : 'no')],
  ['series', (f) => whole(f.series)],
  ['text', (f) => kibibytes(f.plain.wrtmeter.bytes)],
  ...compared('a round, request to last byte', 'plain', time, (s) => s.time.median),
  ...compared('the same with gzip', 'gzip', time, (s) => s.time.median),
  ['a round for each device', (f) => microseconds(perDevice(f))],
  ['pieces: read', piece((s) => s.read)],
  ['  parse', piece((s) => s.parse)],
  ['  post', piece((s) => s.post)],
  ['    of it the durable commit', piece((s) => s.commit)],
  ['  render', piece((s) => s.render)],
  ['    joining the same strings', piece((s) => s.plain)],
  ['    ratio', (f) => times(f.stages.render / f.stages.plain)],
  ...compared(
    'processor time a round',
    'plain',
    (s) => milliseconds(s.cpu),
    (s) => s.cpu,
  ),
  ...compared(
    'memory after rounds without a pause',
    'plain',
    (s) => megabytes(s.memory.now),
    (s) => s.memory.now,
  ),
  [`memory after ${REST} s of rest`, (f) => (f.atRest === null ? NOT_MEASURED : megabytes(f.atRest.wrtmeter))],
  ['  node_exporter', (f) => (typeof f.atRest?.nodeExporter === 'number' ? megabytes(f.atRest.nodeExporter) : NOT_MEASURED)],
  ['most memory', (f) => megabytes(f.plain.wrtmeter.memory.most)],
  ['written to disk a round', (f) => kibibytes(f.plain.wrtmeter.written)],
  ['ledger on disk', (f) => kibibytes(f.database)],
];
