import { instantText } from '../../../domain/calendar.ts';
import { IMPORTED } from '../../../domain/counter.ts';
import { NOTHING, plus } from '../../../domain/traffic.ts';
import { count } from '../../../errors.ts';
import { subjectOf } from '../../account.ts';
import type { AuditRow, Books } from '../../books.ts';
import { spanText } from '../../import/place.ts';
import type { Plan, PlannedAccount } from '../../import/plan.ts';
import { ADD_BYTES, fields, inParts } from '../sql.ts';
import type { Batch, Cell } from '../store.ts';
import { auditBatch } from '../write-audit.ts';

/** Rows of one statement: few enough that progress can be shown. */
const BULK = 20_000;
/** Accounts that the audit names one by one; the rest in a sum. */
const MOST_AUDITED = 200;

const SQL = {
  account: `INSERT INTO account(id, kind, router, interface, key, overlay, first_seen) SELECT ${fields(7)} FROM json_each(?) WHERE true
    ON CONFLICT(id) DO NOTHING`,
  total: `INSERT INTO total(account, last_seen, download, upload) SELECT ${fields(4)} FROM json_each(?) WHERE true
    ON CONFLICT DO UPDATE SET last_seen = max(last_seen, excluded.last_seen), ${ADD_BYTES}`,
  day: `INSERT INTO day(day, account, download, upload) SELECT ${fields(4)} FROM json_each(?) WHERE true ON CONFLICT DO UPDATE SET ${ADD_BYTES}`,
  imported: `INSERT INTO imported(account, day, program, kind, download, upload) SELECT ${fields(6)} FROM json_each(?) WHERE true
    ON CONFLICT DO UPDATE SET ${ADD_BYTES}`,
  device: `INSERT INTO device(mac, name, named_by, ip) SELECT ${fields(4)} FROM json_each(?) WHERE true
    ON CONFLICT DO UPDATE SET name = excluded.name, named_by = excluded.named_by, ip = coalesce(ip, excluded.ip) WHERE name IS NULL`,
  reader: `INSERT INTO reader(id, router, source, origin) SELECT ${fields(4)} FROM json_each(?)`,
  readerTime: `INSERT INTO reader_time(reader, read_at) SELECT ${fields(2)} FROM json_each(?)`,
  baseline: `INSERT INTO baseline(reader, counter, line, last_read, boot, margin) SELECT ${fields(4)}, '${IMPORTED}', 0 FROM json_each(?)`,
  baselineBytes: `INSERT INTO baseline_bytes(baseline, download, upload) SELECT b.id, j.value ->> 4, j.value ->> 5 FROM json_each(?) AS j
    CROSS JOIN baseline AS b ON b.reader = j.value ->> 0 AND b.counter = j.value ->> 1 AND b.line = j.value ->> 2`,
};

/** The rows of a plan, for one transaction. `from` is the name of the file, for the audit. */
export function importBatches(books: Books, plan: Plan, from: string, now: number): Batch[] {
  const accounts = plan.accounts.filter(({ days }) => days.size > 0);
  let nextAccount = [...books.accounts.values()].reduce((most, { id }) => Math.max(most, id), 0);
  let nextReader = [...books.readers.values()].reduce((most, { id }) => Math.max(most, id), 0);
  const numbered = accounts.map((planned) => ({ ...planned, id: planned.id ?? ++nextAccount, firstSeen: takenOverAt(plan, now) }));
  const readers = plan.readers.map((reader) => ({ ...reader, id: ++nextReader }));
  const baselines = readers.flatMap(({ id, counters }) =>
    [...counters].map(([counter, { bytes, lastRead }]) => [id, counter, 0, lastRead, bytes.download, bytes.upload]),
  );
  return [
    ...bulk(SQL.account, numbered.map(accountRow)),
    ...bulk(
      SQL.total,
      numbered.map(({ id, lastSeen, bytes }) => [id, lastSeen, bytes.download, bytes.upload]),
    ),
    ...bulk(
      SQL.day,
      numbered.flatMap(({ id, days }) => [...days].map(([day, { bytes }]) => [day, id, bytes.download, bytes.upload])),
    ),
    ...bulk(
      SQL.imported,
      numbered.flatMap(({ id, days }) =>
        [...days].map(([day, { bytes, kind }]) => [id, day, plan.program, kind, bytes.download, bytes.upload]),
      ),
    ),
    ...bulk(
      SQL.device,
      plan.names.map(({ mac, name, ip }) => [mac, name, name === null ? null : 'lease', ip]),
    ),
    ...bulk(
      SQL.reader,
      readers.map((r) => [r.id, r.router, r.source, r.origin]),
    ),
    ...bulk(
      SQL.readerTime,
      readers.map((r) => [r.id, r.readAt]),
    ),
    ...bulk(SQL.baseline, baselines),
    ...bulk(SQL.baselineBytes, baselines),
    auditBatch(auditRows(plan, accounts, from, now)),
  ];
}

/** From when on the ledger itself counts: from the readings that it takes over, else from its next one. */
const takenOverAt = ({ readers }: Plan, now: number): number => readers.reduce((least, { readAt }) => Math.min(least, readAt), now);

function accountRow({ id, account: a, firstSeen }: PlannedAccount & { id: number; firstSeen: number }): Cell[] {
  return [id, a.kind, a.router, a.interface, a.key, a.overlay ? 1 : 0, firstSeen];
}

function auditRows(plan: Plan, accounts: readonly PlannedAccount[], from: string, now: number): AuditRow[] {
  const row = (of: Omit<AuditRow, 'at' | 'kind' | 'source'>): AuditRow => ({ at: now, kind: 'import', source: plan.program, ...of });
  const named = accounts.slice(0, MOST_AUDITED).map(({ account, bytes, days }) => {
    const [first, last] = [Math.min(...days.keys()), Math.max(...days.keys())];
    const why = `${spanText(first, last + 1)}, ${count(days.size, 'day')}, from ${from}`;
    return row({ router: account.router, counter: subjectOf(account), ...bytes, why });
  });
  const rest = accounts.slice(MOST_AUDITED);
  const sum = rest.reduce((bytes, planned) => plus(bytes, planned.bytes), NOTHING);
  const readers = plan.readers.map(({ router, source, readAt, counters }) =>
    row({
      router,
      counter: '',
      ...NOTHING,
      why: `${count(counters.size, 'baseline')} of ${source}, read by the older program at ${instantText(readAt)}, from ${from}`,
    }),
  );
  const names = plan.names.filter(({ name }) => name !== null).length;
  return [
    ...named,
    ...(rest.length > 0 ? [row({ router: '', counter: '', ...sum, why: `${count(rest.length, 'more account')}, from ${from}` })] : []),
    ...readers,
    ...(names > 0 ? [row({ router: '', counter: '', ...NOTHING, why: `${count(names, 'name')}, from ${from}` })] : []),
  ];
}

const bulk = (sql: string, rows: readonly (readonly Cell[])[]): Batch[] => inParts(rows, BULK).map((part) => ({ sql, rows: part }));
