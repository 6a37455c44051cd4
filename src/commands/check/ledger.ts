import type { Config } from '../../config/config.ts';
import { dayOf, dayText, localText, minuteText } from '../../domain/calendar.ts';
import { count } from '../../errors.ts';
import { kindLabel } from '../../ledger/account.ts';
import { listBackups } from '../../ledger/backup/backups.ts';
import { ledgerPath, requireLedger, sizeOf } from '../../ledger/storage/files.ts';
import { type FileVerdict, inspect } from '../../ledger/storage/inspect.ts';
import { brokenRules, type Inventory, RULES_CHECKED, takeInventory } from '../../ledger/storage/integrity.ts';
import { openStoreToRead } from '../../ledger/storage/store.ts';
import { bytesIn } from '../../views/format.ts';
import { printable } from '../common/text.ts';

/** What a check of the ledger found: lines to print, and one line per problem. */
export interface LedgerReport {
  lines: string[];
  problems: string[];
}

/** Checks the ledger of a data directory and its backups, even while the service runs. Throws a LedgerError. */
export async function reportLedger(directory: string, { timezone, units }: Pick<Config, 'timezone' | 'units'>): Promise<LedgerReport> {
  await requireLedger(directory);
  const size = async (file: string) => bytesIn(units)((await sizeOf(file)) ?? 0);
  const path = ledgerPath(directory);
  const report: LedgerReport = { lines: [], problems: [] };
  const line = (title: string, text: string) => report.lines.push(`${title.padEnd(10)}${printable(text)}`);
  const verdict = await inspect(path);
  const sizes = [await size(path), `log ${await size(`${path}-wal`)}`];
  line('ledger', `${path}, ${sizes.join(', ')}, ${words(verdict)}`);
  if (verdict.state === 'good') await inside(directory, timezone, report, line);
  else report.problems.push(`Ledger "${path}": ${words(verdict)}`);
  const backups = await listBackups(directory, dayOf(verdict.state === 'good' ? verdict.postedAt : 0, timezone));
  for (const [i, backup] of backups.entries()) {
    const found = await inspect(backup.path);
    line(i === 0 ? 'backups' : '', `${backup.name}, ${await size(backup.path)}, ${words(found)}`);
    if (found.state !== 'good') report.problems.push(`Backup "${backup.path}": ${words(found)}`);
  }
  if (backups.length === 0) line('backups', 'none yet; the service creates one per day');
  return report;
}

const words = (verdict: FileVerdict): string => {
  switch (verdict.state) {
    case 'good':
      return 'good';
    case 'damaged':
      return verdict.why;
    case 'newer':
      return `written by a newer wrtmeter (schema ${verdict.version})`;
    default:
      return verdict satisfies never;
  }
};

async function inside(
  directory: string,
  timezone: string,
  { problems }: LedgerReport,
  line: (title: string, text: string) => void,
): Promise<void> {
  const store = await openStoreToRead(directory);
  try {
    const found = await takeInventory(store);
    const local = (instant: number | null) => (instant === null ? 'never' : localText(instant, timezone));
    line('counted', `since ${local(found.startedAt)}, last posting ${local(found.postedAt)}`);
    line('accounts', accountText(found));
    line('days', spanText(found.days, dayText));
    line(
      'hours',
      spanText(found.hours, (hour) => minuteText(hour, timezone)),
    );
    line('readers', `${count(found.readers, 'source')}, ${count(found.baselines, 'baseline')}`);
    line('names', `${count(found.devices, 'device')}, ${count(found.leases, 'lease')}`);
    line('audit', count(found.audit, 'row'));
    const broken = await brokenRules(store);
    line('sums', broken.length === 0 ? `${RULES_CHECKED} rules hold` : `${broken.length} of ${RULES_CHECKED} rules do not hold`);
    for (const { rule, count: times, first } of broken) {
      problems.push(`This does not hold: ${rule} (${times === 1 ? first : `${times} times, the first ${first}`})`);
    }
  } finally {
    await store.close();
  }
}

function accountText({ accounts }: Inventory): string {
  const kinds = accounts.map(({ kind, count: number }) => count(number, kindLabel(kind)));
  return kinds.length === 0 ? 'none' : kinds.join(', ');
}

function spanText({ rows, from, to }: Inventory['days'], text: (time: number) => string): string {
  return from === null || to === null ? 'none' : `${text(from)} to ${text(to)}, ${count(rows, 'row')}`;
}
