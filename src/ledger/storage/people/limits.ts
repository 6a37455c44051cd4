import { DAY_MS } from '../../../domain/calendar.ts';
import { parseMac } from '../../../domain/mac.ts';
import type { LimitAction } from '../../../domain/people/limits/effect.ts';
import type { HandLimit, LimitThing, NewHandLimit } from '../../../domain/people/limits/limit.ts';
import { auditName, decisionText } from '../../../domain/people/limits/words.ts';
import { parsePublicKey } from '../../../domain/public-key.ts';
import { ledgerNote } from '../../books.ts';
import { fields } from '../sql.ts';
import type { Batch, Row, Store } from '../store.ts';
import { auditBatch, pruneAudit } from '../write-audit.ts';

/** How long one that has ended is kept. */
const KEPT_MS = 7 * DAY_MS;
const MOST_ENDED = 100;
const MEMORY = 'limits';

const ALL = 'SELECT number, of, id, action, download, upload, at, until, decided_by FROM hand_limit ORDER BY number';
const ADD = `INSERT INTO hand_limit(of, id, action, download, upload, at, until, decided_by) SELECT ${fields(8)} FROM json_each(?)`;
const REMOVE = 'DELETE FROM hand_limit WHERE number IN (SELECT value ->> 0 FROM json_each(?))';
const REPLACE = 'DELETE FROM hand_limit WHERE (of, id) IN (SELECT value ->> 0, value ->> 1 FROM json_each(?))';
/** Those that ended long ago, and all but the last ones that have ended. */
const PRUNE = `DELETE FROM hand_limit WHERE until < (SELECT value ->> 0 FROM json_each(?1)) OR number IN (
  SELECT number FROM hand_limit WHERE until <= (SELECT value ->> 1 FROM json_each(?1)) ORDER BY until DESC, number DESC LIMIT -1 OFFSET ${MOST_ENDED})`;
const RECALL = 'SELECT value FROM meta WHERE key = ?';
const REMEMBER = `INSERT INTO meta(key, value) SELECT ${fields(2)} FROM json_each(?) WHERE true ON CONFLICT DO UPDATE SET value = excluded.value`;

/** All that people decided about limits, those that have ended lately too, in the order of their numbers. Throws a LedgerError. */
export async function loadHandLimits(store: Pick<Store, 'all'>): Promise<HandLimit[]> {
  return (await store.all(ALL)).flatMap(limitOf);
}

/**
 * Sets what a person decided about a thing, in place of what was decided before, with a row in the audit. `replaced`: numbers of limits that are
 * of the same thing under another MAC. Throws a LedgerError.
 */
export async function setHandLimit(
  store: Pick<Store, 'all' | 'commit'>,
  limit: NewHandLimit,
  timezone: string,
  replaced: readonly number[] = [],
): Promise<HandLimit> {
  const { of, id, action, at, until, by } = limit;
  const rates = action.kind === 'slow' ? [action.download, action.upload] : [null, null];
  await store.commit([
    { sql: REMOVE, rows: replaced.map((number) => [number]) },
    { sql: REPLACE, rows: [[of, id]] },
    { sql: ADD, rows: [[of, id, action.kind, ...rates, at, until, by]] },
    { sql: PRUNE, rows: [[at - KEPT_MS, at]] },
    ...audited(limit, at, decisionText(limit, timezone)),
  ]);
  return (await loadHandLimits(store)).find((each) => each.of === of && each.id === id) ?? { ...limit, number: 0 };
}

/** Clears what a person decided, by its number, with a row in the audit. `now` is Unix ms. Throws a LedgerError. */
export const clearHandLimit = (store: Pick<Store, 'commit'>, limit: HandLimit, now: number, by: string): Promise<void> =>
  store.commit([{ sql: REMOVE, rows: [[limit.number]] }, ...audited(limit, now, `cleared by ${by}`)]);

/** Since when reasons of limits hold: Unix ms by key. Throws a LedgerError. */
export async function recallLimits(store: Pick<Store, 'all'>): Promise<Map<string, number>> {
  const [row] = await store.all(RECALL, MEMORY);
  if (row === undefined) return new Map();
  try {
    const known: unknown = JSON.parse(String(row.value));
    if (typeof known !== 'object' || known === null) return new Map();
    return new Map(Object.entries(known).filter((pair): pair is [string, number] => Number.isFinite(pair[1])));
  } catch (error) {
    // Times to show, and nothing else: they begin again.
    if (error instanceof SyntaxError) return new Map();
    throw error;
  }
}

/** Keeps since when reasons hold. Throws a LedgerError. */
export const rememberLimits = (store: Pick<Store, 'commit'>, since: ReadonlyMap<string, number>): Promise<void> =>
  store.commit([{ sql: REMEMBER, rows: [[MEMORY, JSON.stringify(Object.fromEntries(since))]] }]);

/** What became of limits on a router; `thing` null: of all of them. */
export interface LimitNote {
  router: string;
  thing: string | null;
  /** A sentence without a period. */
  why: string;
}

/** Adds rows to the audit. `now` is Unix ms. Throws a LedgerError. */
export const noteLimits = (store: Pick<Store, 'commit'>, notes: readonly LimitNote[], now: number): Promise<void> =>
  store.commit([
    auditBatch(notes.map(({ router, thing, why }) => ({ ...ledgerNote(now, 'limit', why), router, counter: thing ?? '' }))),
    ...pruneAudit,
  ]);

const THINGS: readonly LimitThing['of'][] = ['user', 'device', 'peer', 'others'];

/** What only another version knows, or what nobody can have set, is left alone. */
function limitOf({ number, of, id, action, download, upload, at, until, decided_by: by }: Row): HandLimit[] {
  const thing = THINGS.find((word) => word === of);
  const done = actionOf(String(action), download, upload);
  if (thing === undefined || done === null || !isIdOf(thing, String(id))) return [];
  const end = until === null ? null : Number(until);
  return [{ number: Number(number), of: thing, id: String(id), action: done, at: Number(at), until: end, by: String(by) }];
}

const isIdOf = (thing: LimitThing['of'], id: string): boolean =>
  thing === 'device' ? parseMac(id) === id : thing === 'peer' ? parsePublicKey(id) !== null : true;

function actionOf(kind: string, download: unknown, upload: unknown): LimitAction | null {
  if (kind === 'pause' || kind === 'allow') return { kind };
  const rate = (value: unknown) => (typeof value === 'number' ? value : null);
  return kind === 'slow' ? { kind, download: rate(download), upload: rate(upload) } : null;
}

const audited = (thing: LimitThing, at: number, why: string): Batch[] => [
  auditBatch([{ ...ledgerNote(at, 'limit', why), counter: auditName(thing) }]),
  ...pruneAudit,
];
