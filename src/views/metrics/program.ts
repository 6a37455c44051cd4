import type { View } from '../view.ts';
import { counter, type Family, gauge, single } from './family.ts';

/** The ledger and the program itself. */
export function programFamilies({ ledger, version }: View): Family[] {
  return [
    counter('ledger_write_errors_total', 'Rounds that could not be written, since the program started', [], single(ledger.writeErrors)),
    counter(
      'ledger_backup_errors_total',
      'Daily backups of the ledger that could not be made, since the program started',
      [],
      single(ledger.backupErrors),
    ),
    gauge(
      'ledger_clock_ok',
      'Whether the clock is trusted (1); while it is not (0), nothing is posted',
      [],
      single(ledger.suspendedBecause === null ? 1 : 0),
    ),
    gauge(
      'ledger_start_timestamp_seconds',
      'When the ledger was begun, Unix time',
      [],
      ledger.startedAt === 0 ? [] : single(ledger.startedAt / 1000),
    ),
    gauge('ledger_database_bytes', 'Size of the ledger with its write-ahead log', [], single(ledger.databaseBytes)),
    gauge('ledger_commit_seconds', 'Time that the last durable commit took', [], single(ledger.commitSeconds)),
    gauge(
      'build_info',
      'The version that runs; always 1',
      ['version', 'node'],
      [{ sharedLabels: { version, node: process.version }, value: 1 }],
    ),
  ];
}
