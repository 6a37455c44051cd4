import type { AuditRow } from '../books.ts';
import { trafficOf } from './load.ts';
import type { Cell, Row, Store } from './store.ts';

/** Which rows to read; a field that is left out does not filter. */
export interface AuditQuery {
  /** Unix ms, inclusive. */
  from?: number;
  /** Unix ms, exclusive. */
  to?: number;
  kinds?: readonly string[];
  router?: string;
  source?: string;
  /** Rows of counters whose name has any of these MACs. */
  macs?: readonly string[];
  /** Rows written before the one with this number. */
  before?: number;
}

/** A row as it is in the file, perhaps of a kind that only a later program knows. Its number grows in the order of writing. */
export interface AuditRecord extends Omit<AuditRow, 'kind'> {
  id: number;
  kind: string;
}

/** Reads at most `most` audit rows, newest first. */
export async function readAudit(store: Pick<Store, 'all'>, query: AuditQuery, most: number): Promise<AuditRecord[]> {
  const conditions = conditionsOf(query);
  const where = conditions.length === 0 ? '' : `WHERE ${conditions.map(([sql]) => sql).join(' AND ')}`;
  const rows = await store.all(`SELECT * FROM audit ${where} ORDER BY id DESC LIMIT ?`, ...conditions.map(([, value]) => value), most);
  return rows.map(recordOf);
}

function conditionsOf({ from, to, kinds, router, source, macs, before }: AuditQuery): [sql: string, value: Cell][] {
  const all: [string, Cell | undefined][] = [
    ['at >= ?', from],
    ['at < ?', to],
    ['kind IN (SELECT value FROM json_each(?))', kinds && JSON.stringify(kinds)],
    ['router = ?', router],
    ['source = ?', source],
    [`EXISTS (SELECT 1 FROM json_each(?) WHERE instr(' ' || counter || ' ', ' ' || value || ' ') > 0)`, macs && JSON.stringify(macs)],
    ['id < ?', before],
  ];
  return all.flatMap(([sql, value]): [string, Cell][] => (value === undefined ? [] : [[sql, value]]));
}

const recordOf = (row: Row): AuditRecord => ({
  id: Number(row.id),
  at: Number(row.at),
  kind: String(row.kind),
  router: String(row.router),
  source: String(row.source),
  counter: String(row.counter),
  ...trafficOf(row),
  why: String(row.why),
});
