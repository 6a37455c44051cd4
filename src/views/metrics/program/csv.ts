import type { View } from '../../view.ts';
import { counter, type Family, gauge, single } from '../family.ts';

/** The older logger's files, where they are written. */
export function csvFamilies({ csv }: View): Family[] {
  const written = csv?.writtenAt ?? null;
  return [
    counter(
      'csv_errors_total',
      'Times that files of csv could not be written since the program started',
      [],
      csv ? single(csv.errors) : [],
    ),
    gauge('csv_files', 'Files of csv that got a line the last time', [], csv ? single(csv.files) : []),
    gauge(
      'csv_written_timestamp_seconds',
      'Unix time at which all files of csv were last written',
      [],
      written === null ? [] : single(written / 1000),
    ),
  ];
}
