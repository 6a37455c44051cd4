import type { Logger } from 'pino';
import { type DailyBackups, dailyBackups } from '../../ledger/backup/backup.ts';
import type { Ledger } from '../../ledger/ledger.ts';

/** Days of backups to keep. */
const KEPT_BACKUPS = 7;

/** Daily backups in the ledger's directory, with what became of the last one in the log and in the ledger's state. */
export function reportedBackups(directory: string, ledger: Pick<Ledger, 'state'>, log: Logger): DailyBackups {
  return dailyBackups({
    directory,
    keep: KEPT_BACKUPS,
    made(path) {
      ledger.state.backupFailure = null;
      log.info(`Backup "${path}" created`);
    },
    failed(error) {
      ledger.state.backupErrors += 1;
      ledger.state.backupFailure = error.message;
      log.error(`The daily backup failed and is tried again in an hour; counting continues: ${error.message}`);
    },
  });
}
