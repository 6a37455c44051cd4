import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { dayOf, dayText } from '../../src/domain/calendar.ts';
import { openStore } from '../../src/ledger/storage/store.ts';
import type { Exporter } from '../support/program/exporter.ts';
import { createClient } from './contest/client.ts';

/** What years of history cost a program that starts, and who asks it for them. */
export interface History {
  days: number;
  /** Rows of days, and bytes of the file. */
  rows: number;
  bytes: number;
  /** Milliseconds from the start of the process until it listens, and until its first answer of `/metrics` is there. */
  listening: number;
  firstAnswer: number;
  /** `/api/v1/usage` of all series: the last month by day, and the last year by month. */
  month: Pages;
  year: Pages;
}

/** Milliseconds for the first page and for all of them. */
export interface Pages {
  count: number;
  first: number;
  all: number;
  bytes: number;
}

interface Task {
  days: number;
  /** Of a program that has ended. */
  dataDir: string;
  start: () => Promise<Exporter>;
  tell: (what: string) => void;
}

const DAY_MS = 86_400_000;
/** Days that are written in one transaction. */
const AT_ONCE = 10;

/** Gives a ledger days before today for all its accounts, and measures the program that starts with it. */
export async function measureHistory({ days, dataDir, start, tell }: Task): Promise<History> {
  tell(`writing ${days} days of history`);
  const today = dayOf(Date.now(), Intl.DateTimeFormat().resolvedOptions().timeZone);
  const rows = await writeDays(dataDir, today - days, today);
  const { size: bytes } = await stat(join(dataDir, 'ledger.db'));
  tell('a cold start');
  const began = performance.now();
  const program = await start();
  const client = createClient(program.url);
  try {
    const listening = performance.now() - began;
    await client.get('/metrics');
    const firstAnswer = performance.now() - began;
    tell('the pages of the usage API');
    const ask = (from: number, by: string) => readPages(client, `/api/v1/usage?from=${dayText(from)}&to=${dayText(today + 1)}&by=${by}`);
    return { days, rows, bytes, listening, firstAnswer, month: await ask(today - 30, 'day'), year: await ask(today - 365, 'month') };
  } finally {
    client.close();
    await program.kill();
  }
}

/** One row for each account and day; returns how many there are. */
async function writeDays(dataDir: string, from: number, to: number): Promise<number> {
  const store = await openStore(dataDir);
  try {
    const since = Date.now() - (to - from) * DAY_MS;
    await store.commit([
      { sql: 'UPDATE account SET first_seen = value ->> 0 FROM json_each(?)', rows: [[since]] },
      { sql: "UPDATE meta SET value = json_each.value ->> 0 FROM json_each(?) WHERE meta.key = 'started_at'", rows: [[String(since)]] },
    ]);
    for (let day = from; day < to; day += AT_ONCE) {
      const these = Array.from({ length: Math.min(AT_ONCE, to - day) }, (_, i) => [day + i]);
      await store.commit([
        {
          sql: `INSERT INTO day(day, account, download, upload)
            SELECT value ->> 0, account.id, 900000000 + account.id, 80000000 FROM json_each(?) CROSS JOIN account`,
          rows: these,
        },
      ]);
    }
    return Number((await store.all('SELECT count(*) AS n FROM day'))[0]?.n);
  } finally {
    await store.close();
  }
}

async function readPages(client: ReturnType<typeof createClient>, query: string): Promise<Pages> {
  const pages: Pages = { count: 0, first: 0, all: 0, bytes: 0 };
  let next: string | null = null;
  do {
    const answer = await client.get(next === null ? query : `${query}&cursor=${next}`);
    pages.count += 1;
    pages.all += answer.ms;
    pages.bytes += answer.bytes;
    if (pages.count === 1) pages.first = answer.ms;
    next = (JSON.parse(answer.text()) as { next: string | null }).next;
  } while (next !== null);
  return pages;
}
