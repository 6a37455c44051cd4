import { mkdtemp, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { left, right, textTable } from '../../src/commands/common/text.ts';
import { dayOf } from '../../src/domain/calendar.ts';
import { openLedger } from '../../src/ledger/ledger.ts';
import { readUsage } from '../../src/ledger/storage/read-usage.ts';
import { openStore } from '../../src/ledger/storage/store.ts';
import { usageOf } from './contest/proc.ts';
import { BENCH_TERMS, benchHome } from './home.ts';
import { describeMachine } from './machine.ts';
import { median } from './report/statistics.ts';
import { megabytes, milliseconds } from './report/units.ts';

/** `npm run bench:years`: what time does to a ledger of 50 devices. Everything but the network is the program's own. */
const DEVICES = 50;
const DAY = 86_400;
const START = Date.UTC(2026, 0, 1);

const hosts = !process.argv.includes('--no-hosts');

const progress = (line: string) => process.stderr.write(`bench: ${line}\n`);

/** A home whose rounds are posted as fast as the machine can, in simulated time. */
const home = (seed: number) => benchHome({ seed, start: START, devices: DEVICES, routers: 3, hosts });

/** A day of scrapes: bytes written, and memory at its third hour and its end. */
async function oneDay(directory: string, interval: number) {
  const { world, round, text } = home(1);
  const ledger = await openLedger(await openStore(directory), BENCH_TERMS, START);
  const before = await usageOf(process.pid);
  const memory: number[] = [];
  for (let i = 0; i < DAY / interval; i++) {
    await round(ledger, interval);
    if (i % 4 === 0) await text(ledger);
    if (i === Math.floor((3 * 3600) / interval) || i === DAY / interval - 1) {
      global.gc?.();
      memory.push(process.memoryUsage().heapUsed);
    }
  }
  const written = (await usageOf(process.pid)).written - before.written;
  await ledger.close();
  return { written, memory, days: (world.now - START) / 1000 / DAY };
}

/** A year at one round an hour, then four more of made-up days, and what opening and asking cost then. */
async function years(directory: string) {
  const { world, round } = home(2);
  let ledger = await openLedger(await openStore(directory), BENCH_TERMS, START);
  for (let hour = 0; hour < 365 * 24; hour++) await round(ledger, 3600);
  const afterYear = (await stat(join(directory, 'ledger.db'))).size;
  const [rows] = await ledger.store.all('SELECT count(*) AS n FROM day');
  const [bytes] = await ledger.store.all("SELECT sum(pgsize) AS n FROM dbstat WHERE name = 'day'").catch(() => [{ n: null }]);
  const first = dayOf(START, BENCH_TERMS.timezone);
  await ledger.store.commit([
    {
      sql: `INSERT OR IGNORE INTO day(day, account, download, upload) SELECT day.day - 365 * (value ->> 0), account, download, upload FROM day, json_each(?)`,
      rows: [[1], [2], [3], [4]],
    },
  ]);
  await ledger.close();
  const opened = performance.now();
  ledger = await openLedger(await openStore(directory), BENCH_TERMS, world.now);
  const opening = performance.now() - opened;
  const accounts = [...ledger.books.accounts.values()].filter(({ kind }) => kind === 'device').map(({ id }) => id);
  const month = { start: first - 4 * 365, end: first + 365 };
  const asks: number[] = [];
  for (let i = 0; i < 15; i++) {
    const began = performance.now();
    const periods = Array.from({ length: 60 }, (_, n) => ({ start: month.start + n * 30, end: month.start + (n + 1) * 30 }));
    await readUsage(ledger.store, { accounts, by: 'period', periods }, 50_000);
    asks.push(performance.now() - began);
  }
  await ledger.close();
  return { afterYear, dayRows: Number(rows?.n), dayBytes: bytes?.n === null ? null : Number(bytes?.n), opening, asking: median(asks) };
}

const machine = await describeMachine();
const folder = await mkdtemp(join(machine.folder, 'wrtmeter-years-'));
try {
  progress('a day at one scrape every 15 s');
  const fine = await oneDay(join(folder, 'day-15'), 15);
  progress('a day at one scrape every 60 s');
  const coarse = await oneDay(join(folder, 'day-60'), 60);
  progress('a year, an hour at a time');
  const long = await years(join(folder, 'years'));
  const [early = 0, late = 0] = fine.memory;
  const rows = [
    ['written a day, a scrape every 15 s', megabytes(fine.written), 'at most 145 MB'],
    ['written a day, a scrape every 60 s', megabytes(coarse.written), ''],
    ['heap after 3 hours, after 24 hours', `${megabytes(early)}, ${megabytes(late)}`, 'no growth'],
    ['day rows of a year', `${long.dayRows} rows${long.dayBytes === null ? '' : `, ${megabytes(long.dayBytes)}`}`, 'at most 1 MB'],
    ['file after a year', megabytes(long.afterYear), 'under 10 MB'],
    ['opening with five years', milliseconds(long.opening), 'at most 1 s'],
    ['60 months of every device', milliseconds(long.asking), 'at most 50 ms'],
  ];
  const columns = [left(`${DEVICES} devices, 3 routers${hosts ? ', hosts counted' : ''}`), right('measured'), left('aim')];
  process.stdout.write(`${await textTable(columns, rows)}\n`);
} finally {
  await rm(folder, { recursive: true, force: true });
}
