import type { Store } from './store.ts';

/** What is in a ledger, for a person to read. */
export interface Inventory {
  accounts: { kind: string; count: number }[];
  devices: number;
  leases: number;
  readers: number;
  baselines: number;
  audit: number;
  hours: { rows: number; from: number | null; to: number | null };
  days: { rows: number; from: number | null; to: number | null };
  /** Unix ms; null where it was never written. */
  startedAt: number | null;
  postedAt: number | null;
}

/** Local days differ from those of UTC by at most one, and the time zone may have been changed. */
const MARGIN_DAYS = 2;

/** What is true in every ledger. Each query finds the accounts or rows that break a rule; `at` names them. */
const RULES: { rule: string; sql: string }[] = [
  {
    rule: 'the days of an account add up to its total',
    sql: `SELECT a.kind || ' ' || trim(a.router || ' ' || a.interface || a.key) AS at FROM account AS a
      LEFT JOIN total AS t ON t.account = a.id
      LEFT JOIN (SELECT account, sum(download) AS download, sum(upload) AS upload FROM day GROUP BY account) AS d ON d.account = a.id
      WHERE coalesce(t.download, 0) <> coalesce(d.download, 0) OR coalesce(t.upload, 0) <> coalesce(d.upload, 0)`,
  },
  {
    rule: 'the hours of an account are not more than the days they lie in',
    sql: `SELECT a.kind || ' ' || trim(a.router || ' ' || a.interface || a.key) AS at FROM account AS a
      JOIN (SELECT account, sum(download) AS download, sum(upload) AS upload FROM hour GROUP BY account) AS h ON h.account = a.id
      LEFT JOIN (SELECT account, sum(download) AS download, sum(upload) AS upload FROM day
        WHERE day >= (SELECT min(hour) / 86400000 - ${MARGIN_DAYS} FROM hour) GROUP BY account) AS d ON d.account = a.id
      WHERE h.download > coalesce(d.download, 0) OR h.upload > coalesce(d.upload, 0)`,
  },
  {
    rule: 'bytes that were imported are part of their day',
    sql: `SELECT 'account ' || i.account || ' day ' || i.day AS at FROM imported AS i
      LEFT JOIN day AS d ON d.account = i.account AND d.day = i.day
      WHERE i.download > coalesce(d.download, 0) OR i.upload > coalesce(d.upload, 0)`,
  },
  ...(['hour', 'day'] as const).map((table) => ({
    rule: `tariffs are parts of their ${table}`,
    sql: `SELECT 'account ' || t.account || ' ${table} ' || t.${table} AS at
      FROM (SELECT ${table}, account, sum(download) AS download, sum(upload) AS upload FROM ${table}_tariff GROUP BY ${table}, account) AS t
      LEFT JOIN ${table} AS w ON w.${table} = t.${table} AND w.account = t.account
      WHERE t.download > coalesce(w.download, 0) OR t.upload > coalesce(w.upload, 0)`,
  })),
  {
    rule: 'every byte of a tariff is of one that is known',
    sql: `SELECT 'tariff ' || tariff AS at FROM day_tariff WHERE tariff NOT IN (SELECT id FROM tariff)
      UNION SELECT 'tariff ' || tariff FROM hour_tariff WHERE tariff NOT IN (SELECT id FROM tariff)`,
  },
  {
    rule: 'no number of bytes is below zero',
    sql: ['total', 'hour', 'day', 'hour_tariff', 'day_tariff', 'baseline_bytes']
      .map((table) => `SELECT '${table}' AS at FROM ${table} WHERE download < 0 OR upload < 0`)
      .join(' UNION ALL '),
  },
  {
    rule: 'every hour and day belongs to an account, every account has its total, every reader its time, every baseline its reader and its bytes',
    sql: `SELECT 'hours of account ' || account AS at FROM hour WHERE account NOT IN (SELECT id FROM account)
      UNION SELECT 'days of account ' || account FROM day WHERE account NOT IN (SELECT id FROM account)
      UNION SELECT 'account ' || id FROM account WHERE id NOT IN (SELECT account FROM total)
      UNION SELECT 'total of account ' || account FROM total WHERE account NOT IN (SELECT id FROM account)
      UNION SELECT 'reader ' || id FROM reader WHERE id NOT IN (SELECT reader FROM reader_time)
      UNION SELECT 'time of reader ' || reader FROM reader_time WHERE reader NOT IN (SELECT id FROM reader)
      UNION SELECT 'baselines of reader ' || reader FROM baseline WHERE reader NOT IN (SELECT id FROM reader)
      UNION SELECT 'baseline ' || id FROM baseline WHERE id NOT IN (SELECT baseline FROM baseline_bytes)
      UNION SELECT 'bytes of baseline ' || baseline FROM baseline_bytes WHERE baseline NOT IN (SELECT id FROM baseline)`,
  },
];

/** A rule that is broken. */
export interface BrokenRule {
  rule: string;
  count: number;
  /** The first of those that break it. */
  first: string;
}

/** The rules that are broken. Correct also while the ledger is written: each rule is one statement, so one snapshot. */
export const brokenRules = (store: Pick<Store, 'all'>): Promise<BrokenRule[]> => test(store, RULES);

/** The first rule alone, which takes a fraction of the time of all. */
export const brokenTotals = (store: Pick<Store, 'all'>): Promise<BrokenRule[]> => test(store, RULES.slice(0, 1));

async function test(store: Pick<Store, 'all'>, rules: typeof RULES): Promise<BrokenRule[]> {
  const broken: BrokenRule[] = [];
  for (const { rule, sql } of rules) {
    const [found] = await store.all(`SELECT count(*) AS n, min(at) AS first FROM (${sql})`);
    if (Number(found?.n) > 0) broken.push({ rule, count: Number(found?.n), first: String(found?.first) });
  }
  return broken;
}

/** How many rules there are. */
export const RULES_CHECKED = RULES.length;

/** Counts what the ledger has, for a person who checks it. Throws a LedgerError. */
export async function takeInventory(store: Pick<Store, 'all'>): Promise<Inventory> {
  const count = async (table: string) => Number((await store.all(`SELECT count(*) AS n FROM ${table}`))[0]?.n);
  const span = async (table: 'hour' | 'day') => {
    const [row] = await store.all(`SELECT count(*) AS n, min(${table}) AS first, max(${table}) AS last FROM ${table}`);
    const number = (cell: unknown) => (cell === null || cell === undefined ? null : Number(cell));
    return { rows: Number(row?.n), from: number(row?.first), to: number(row?.last) };
  };
  const meta = new Map((await store.all('SELECT key, value FROM meta')).map(({ key, value }) => [String(key), Number(value)]));
  const kinds = await store.all('SELECT kind, count(*) AS n FROM account GROUP BY kind ORDER BY kind');
  return {
    accounts: kinds.map(({ kind, n }) => ({ kind: String(kind), count: Number(n) })),
    devices: await count('device'),
    leases: await count('lease'),
    readers: await count('reader'),
    baselines: await count('baseline'),
    audit: await count('audit'),
    hours: await span('hour'),
    days: await span('day'),
    startedAt: meta.get('started_at') ?? null,
    postedAt: meta.get('posted_at') ?? null,
  };
}
