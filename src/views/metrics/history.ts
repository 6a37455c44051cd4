import { dayText } from '../../domain/calendar.ts';
import type { Used } from '../../domain/traffic.ts';
import type { HistoryRow } from '../rows/history.ts';
import { type Family, gauge, samplesOf } from './family.ts';
import { labelText } from './labels.ts';

const LABELS = ['of', 'name', 'start'];

const SPANS = {
  day: 'on the day that `start` names',
  month: 'in the billing period that began on the day `start`',
} as const;

/** What everything used on the last days and in the last billing periods, for a scrape job of its own. */
export function* historyFamilies(rows: readonly HistoryRow[]): Generator<Family> {
  for (const by of ['day', 'month'] as const) {
    const own = rows.filter((row) => row.by === by);
    const labelled = own.map(({ of, name, start, used }) => ({ used, labels: labelText(LABELS, [of, name, dayText(start)]) }));
    const family = (figure: string, help: string, value: (used: Used) => number | null) =>
      gauge(
        `history_${by}_${figure}bytes`,
        `${help}, ${SPANS[by]}`,
        LABELS,
        samplesOf(labelled, ({ used }) => value(used)),
      );
    const isMixed = ({ undirected }: Used) => undirected !== null;
    yield family('download_', 'Bytes received', ({ directed }) => directed?.download ?? null);
    yield family('upload_', 'Bytes sent', ({ directed }) => directed?.upload ?? null);
    yield family('undirected_', 'Bytes received and sent in one figure', ({ undirected }) => undirected);
    yield family('total_', 'All bytes, each once, if some have no direction', (used) => (isMixed(used) ? used.total : null));
  }
}
