import { DAY_MS } from '../../../domain/calendar.ts';
import { type Delivery, NOTICE_KINDS, type Notice, type NoticeStore } from '../../../domain/people/notice.ts';
import { metaBatch, readMeta } from '../meta.ts';
import { fields } from '../sql.ts';
import type { Batch, Row, Store } from '../store.ts';

/** How long the key of a notice is kept: longer than what it is about can come up again. */
const KEPT_MS = 400 * DAY_MS;
const MEMORY = 'notices';

const SQL = {
  keys: 'SELECT key FROM notice',
  pending: `SELECT target, message, key, kind, subject, text, at FROM delivery JOIN notice ON notice.key = delivery.notice
    ORDER BY at, key, target`,
  notice: `INSERT INTO notice(key, kind, subject, text, at) SELECT ${fields(5)} FROM json_each(?) WHERE true ON CONFLICT DO NOTHING`,
  delivery: `INSERT INTO delivery(target, notice) SELECT ${fields(2)} FROM json_each(?) WHERE true ON CONFLICT DO NOTHING`,
  begin: `UPDATE delivery SET message = j.value ->> 2 FROM json_each(?) AS j
    WHERE delivery.target = j.value ->> 0 AND delivery.notice = j.value ->> 1`,
  end: 'DELETE FROM delivery WHERE (target, notice) IN (SELECT value ->> 0, value ->> 1 FROM json_each(?))',
  // What was reported everywhere is not needed any longer, and may name people: only the key stays.
  empty: `UPDATE notice SET subject = '', text = '' WHERE key IN (SELECT value ->> 0 FROM json_each(?))
    AND key NOT IN (SELECT notice FROM delivery)`,
  prune: `DELETE FROM notice WHERE at < (SELECT value ->> 0 FROM json_each(?)) AND key NOT IN (SELECT notice FROM delivery)`,
};

type Ids = readonly Pick<Delivery, 'target' | 'notice'>[];

/** The notices in a ledger's file. Rule: one notice. */
export function noticeStore(store: Pick<Store, 'all' | 'commit'>): NoticeStore {
  return {
    keys: async () => new Set((await store.all(SQL.keys)).map(({ key }) => String(key))),
    pending: async () => (await store.all(SQL.pending)).flatMap(deliveryOf),
    memory: () => readMeta(store, MEMORY),
    put: (notices, deliveries, memory) => store.commit(putBatches(notices, deliveries, memory)),
    begin: (deliveries, message) => store.commit([{ sql: SQL.begin, rows: idsOf(deliveries).map((id) => [...id, message]) }]),
    end: (deliveries) =>
      store.commit([
        { sql: SQL.end, rows: idsOf(deliveries) },
        { sql: SQL.empty, rows: deliveries.map(({ notice }) => [notice.key]) },
      ]),
  };
}

function putBatches(notices: readonly Notice[], deliveries: readonly Delivery[], memory: string | null): Batch[] {
  const reported = new Set(deliveries.map(({ notice }) => notice.key));
  const latest = Math.max(...notices.map(({ at }) => at));
  return [
    metaBatch(memory === null ? [] : [[MEMORY, memory]]),
    {
      sql: SQL.notice,
      rows: notices.map(({ key, kind, subject, text, at }) => [key, kind, ...(reported.has(key) ? [subject, text] : ['', '']), at]),
    },
    { sql: SQL.delivery, rows: idsOf(deliveries) },
    { sql: SQL.prune, rows: notices.length === 0 ? [] : [[latest - KEPT_MS]] },
  ];
}

const idsOf = (deliveries: Ids): string[][] => deliveries.map(({ target, notice }) => [target, notice.key]);

/** A kind that only another version knows is left alone. */
function deliveryOf({ target, message, key, kind, subject, text, at }: Row): Delivery[] {
  const known = NOTICE_KINDS.find((name) => name === kind);
  if (known === undefined) return [];
  const notice = { key: String(key), kind: known, subject: String(subject), text: String(text), at: Number(at) };
  return [{ target: String(target), message: message === null || message === undefined ? null : String(message), notice }];
}
