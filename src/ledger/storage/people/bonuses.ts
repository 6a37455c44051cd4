import { DAY_MS, dayText } from '../../../domain/calendar.ts';
import { formatSize } from '../../../domain/people/size.ts';
import { type Bonus, ledgerNote, type NewBonus } from '../../books.ts';
import { fields } from '../sql.ts';
import type { Batch, Store } from '../store.ts';
import { auditBatch, pruneAudit } from '../write-audit.ts';

/** Days that the bonus of an ended period is kept: it has no effect any longer. */
const KEPT_DAYS = 400;

const ALL = 'SELECT id, quota, day, bytes, at, added_by FROM bonus ORDER BY id';
const ADD = `INSERT INTO bonus(quota, day, bytes, at, added_by) SELECT ${fields(5)} FROM json_each(?)`;
const REMOVE = 'DELETE FROM bonus WHERE id IN (SELECT value ->> 0 FROM json_each(?))';
const PRUNE = 'DELETE FROM bonus WHERE day < (SELECT value ->> 0 FROM json_each(?))';

/** All bonuses, in the order in which they were added. Throws a LedgerError. */
export async function loadBonuses(store: Pick<Store, 'all'>): Promise<Bonus[]> {
  return (await store.all(ALL)).map(({ id, quota, day, bytes, at, added_by: by }) => ({
    ...{ id: Number(id), quota: String(quota), day: Number(day) },
    ...{ bytes: Number(bytes), at: Number(at), by: String(by) },
  }));
}

/** Adds a bonus and its row in the audit. Throws a LedgerError. */
export async function addBonus(store: Pick<Store, 'all' | 'commit'>, bonus: NewBonus): Promise<Bonus> {
  const { quota, day, bytes, at, by } = bonus;
  await store.commit([
    { sql: ADD, rows: [[quota, day, bytes, at, by]] },
    { sql: PRUNE, rows: [[Math.floor(at / DAY_MS) - KEPT_DAYS]] },
    ...audited(bonus, at, `${what(bonus)}, bought by ${by}`),
  ]);
  const same = (await loadBonuses(store)).filter((each) => each.quota === quota && each.at === at && each.by === by);
  return same.at(-1) ?? { ...bonus, id: 0 };
}

/** Removes a bonus, with a row in the audit. `now` is Unix ms. Throws a LedgerError. */
export function removeBonus(store: Pick<Store, 'commit'>, bonus: Bonus, now: number, by: string): Promise<void> {
  return store.commit([{ sql: REMOVE, rows: [[bonus.id]] }, ...audited(bonus, now, `${what(bonus)}, taken back by ${by}`)]);
}

const what = ({ bytes, day }: NewBonus): string => `${formatSize(bytes)} for the period of ${dayText(day)}`;

const audited = ({ quota }: NewBonus, at: number, why: string): Batch[] => [
  auditBatch([{ ...ledgerNote(at, 'bonus', why), counter: `quota ${quota}` }]),
  ...pruneAudit,
];
