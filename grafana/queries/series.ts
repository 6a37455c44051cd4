import { listedFamilies } from '../../src/views/metrics/document.ts';
import { historyFamilies } from '../../src/views/metrics/history.ts';

/*
 * How every dashboard reads a metric of wrtmeter. One meter may be scraped by several jobs or by a pair of Prometheus servers, and one
 * Prometheus may hold several meters whose routers, MACs and peers have equal names. So a metric is read at the chosen instance only, and
 * the copies of one series become one before anything is added up. That is done by naming the labels that the metric itself has: whatever
 * else differs (job, replica, …) was added by Prometheus.
 */

/** The chosen meter. */
export const here = 'instance="$instance"';

/** The labels of each metric. */
const labelsOf = new Map([...listedFamilies(), ...historyFamilies([])].map(({ name, labels }) => [name, labels]));

/** Names that a series carries for the reader. They change; what identifies it is another label. */
const NAMES = ['hostname', 'name'];

/** The value of each series, once. `by`: the labels to keep; left out, all that identify the series, without its names. `at`: another moment. */
export function one(metric: string, labels = '', by: string = identity(metric), at = ''): string {
  return merge('max', by, `${select(metric, labels)}${at}`);
}

/** 1 for each series there is, by some of its labels: to count, and to select what there is. */
export function present(metric: string, labels: string, by: string, at = ''): string {
  return merge('group', by, `${select(metric, labels)}${at}`);
}

/** As `one`, for states that are 1 if all is well: if copies differ because they were read at different moments, the worst. */
export function lowest(metric: string, labels = ''): string {
  return merge('min', identity(metric), select(metric, labels));
}

/** How much each series of a counter grows per second, once. If it changed its name, there is a part under each name. */
export function rateOf(metric: string, labels = '', window = '$__rate_interval', at = ''): string {
  return merge('max', own(metric).join(', '), `rate(${select(metric, labels)}[${window}]${at})`);
}

/** How many meters have the chosen instance. More than one: Prometheus gives them equal names, and no query can keep them apart. */
export const meters = `count(count_values("start", wrtmeter_ledger_start_timestamp_seconds{${here}}))`;

/** The value of each series of the history, once. Its job is scraped every 15 minutes, which is longer than Prometheus looks back. */
export function recorded(metric: string, labels: string): string {
  return merge('max', own(metric).join(', '), `last_over_time(${select(metric, labels)}[40m])`);
}

/** The series of the exporter's own process: Prometheus may scrape other programs with the same metric names. */
export function ofProcess(metric: string, window?: string): string {
  const selected = `${metric}{${here}}`;
  return `max(${window === undefined ? selected : `rate(${selected}[${window}])`} and on (job, instance) wrtmeter_build_info{${here}})`;
}

const select = (metric: string, labels: string) => `${metric}{${labels === '' ? here : `${here}, ${labels}`}}`;
const merge = (how: 'max' | 'min' | 'group', by: string, expr: string) => `${how}${by === '' ? '' : ` by (${by}) `}(${expr})`;
const identity = (metric: string) =>
  own(metric)
    .filter((label) => !NAMES.includes(label))
    .join(', ');

function own(metric: string): readonly string[] {
  const labels = labelsOf.get(metric);
  if (labels === undefined) throw new Error(`No metric "${metric}"`);
  return labels;
}
