import type { View } from '../../view.ts';
import { counter, type Family, gauge } from '../family.ts';
import { labelText } from '../labels.ts';

const RESULT = ['target', 'kind', 'result'];
const TARGET = ['target'];

/** What became of notices, by target. */
export function noticeFamilies({ notices }: View): Family[] {
  return [
    counter(
      'notices_total',
      'Notices since the program started: sent to the target, failed tries to send one, and dropped after two days of tries',
      RESULT,
      notices.flatMap(({ target, results }) =>
        results.map(({ kind, result, count }) => ({ labels: labelText(RESULT, [target, kind, result]), value: count })),
      ),
    ),
    gauge(
      'notices_pending',
      'Notices that wait to be sent to the target',
      TARGET,
      notices.map(({ target, pending }) => ({ labels: labelText(TARGET, [target]), value: pending })),
    ),
  ];
}
