import type { View } from '../../view.ts';
import { counter, type Family, gauge, single } from '../family.ts';
import { labelText } from '../labels.ts';

const BUILD = ['version', 'node'];

/** The ledger and the program itself. */
export function programFamilies({ ledger, version }: View): Family[] {
  return [
    counter(
      'ledger_write_errors_total',
      'Rounds that could not be written to the ledger since the program started',
      [],
      single(ledger.writeErrors),
    ),
    counter(
      'ledger_backup_errors_total',
      'Daily backups of the ledger that failed since the program started',
      [],
      single(ledger.backupErrors),
    ),
    gauge(
      'ledger_clock_ok',
      'Whether the clock is trusted (1) or not (0); while it is not, nothing is posted',
      [],
      single(ledger.suspendedBecause === null ? 1 : 0),
    ),
    gauge(
      'ledger_start_timestamp_seconds',
      'Unix time at which the ledger was started',
      [],
      ledger.startedAt === 0 ? [] : single(ledger.startedAt / 1000),
    ),
    gauge('ledger_database_bytes', 'Size of the ledger, including its write-ahead log', [], single(ledger.databaseBytes)),
    gauge('ledger_commit_seconds', 'Duration of the last durable commit', [], single(ledger.commitSeconds)),
    gauge('build_info', 'Versions of wrtmeter and Node.js; always 1', BUILD, [
      { labels: labelText(BUILD, [version, process.version]), value: 1 },
    ]),
  ];
}
