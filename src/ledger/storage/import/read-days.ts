import type { Day } from '../../../domain/calendar.ts';
import { NOTHING } from '../../../domain/traffic.ts';
import type { Imported, PostedDay, PostedDays } from '../../import/days.ts';
import type { ImportProgram } from '../../import/figures.ts';
import { trafficOf } from '../load.ts';
import type { Store } from '../store.ts';

const SQL = {
  day: 'SELECT account, day, download, upload FROM day WHERE account IN (SELECT value FROM json_each(?))',
  imported: 'SELECT account, day, program, kind, download, upload FROM imported WHERE account IN (SELECT value FROM json_each(?))',
};

/** Reads all days of accounts, and which part of them was imported. */
export async function readDays(store: Pick<Store, 'all'>, accounts: readonly number[]): Promise<PostedDays> {
  const ids = JSON.stringify(accounts);
  const posted = new Map<number, Map<Day, PostedDay>>(accounts.map((id) => [id, new Map()]));
  for (const row of await store.all(SQL.day, ids)) {
    posted.get(Number(row.account))?.set(Number(row.day), { bytes: trafficOf(row), imported: null });
  }
  for (const row of await store.all(SQL.imported, ids)) {
    const days = posted.get(Number(row.account));
    const known = days?.get(Number(row.day))?.bytes ?? NOTHING;
    const imported = {
      program: String(row.program) as ImportProgram,
      kind: String(row.kind) as Imported['kind'],
      bytes: trafficOf(row),
    };
    days?.set(Number(row.day), { bytes: known, imported });
  }
  return posted;
}
