import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Traffic } from '../../../src/domain/traffic.ts';
import { type Account, accountKey } from '../../../src/ledger/account.ts';
import { openOrRecover } from '../../../src/ledger/backup/recovery.ts';
import { openLedger } from '../../../src/ledger/ledger.ts';
import type { Store } from '../../../src/ledger/storage/store.ts';
import { classic, ok, PHONE, START, station, TERMS, wan } from './rounds.ts';

/** A data directory whose ledger is opened with care for every step, as by a service that is restarted. */
export interface Recovered {
  directory: string;
  path: string;
  /** Messages while opening. */
  lines: string[];
  /** Reads the phone and the uplink at `seconds` after the start; gives the totals then. */
  read(seconds: number, phone: number, uplink?: number): Promise<{ phone: number; uplink: number }>;
  use<T>(work: (store: Store) => Promise<T>): Promise<T>;
  /** Names in the directory, but for the lock and what a look into a database leaves beside it. */
  names(): Promise<string[]>;
  audit(): Promise<{ kind: string; why: string }[]>;
  remove(): Promise<void>;
}

export async function recoverable(): Promise<Recovered> {
  const directory = await mkdtemp(join(tmpdir(), 'wrtmeter-care-'));
  const told: string[] = [];
  let now = START;
  const use: Recovered['use'] = async (work) => {
    const store = await openOrRecover(directory, { now, report: (line) => told.push(line) });
    return work(store).finally(() => store.close());
  };
  return {
    directory,
    path: join(directory, 'ledger.db'),
    lines: told,
    use,
    read: (seconds, phone, uplink = phone * 2) =>
      use(async (store) => {
        now = START + seconds * 1000;
        const ledger = await openLedger(store, TERMS, now);
        const results = [ok(classic(station(PHONE, phone, 0)), now), ok(wan({ download: uplink, upload: 0 }), now)];
        const round = { startedAt: now, finishedAt: now, routers: [{ router: 'gateway', system: null, results }] };
        const posted = await ledger.post(round, () => seconds * 1000);
        if (posted.status !== 'posted') throw new Error(`The round was ${posted.status}`);
        const total = (name: Partial<Account> & Pick<Account, 'kind'>): Traffic | undefined =>
          ledger.books.accounts.get(accountKey({ router: '', interface: '', key: '', ...name }))?.total;
        return {
          phone: total({ kind: 'device', key: PHONE })?.download ?? -1,
          uplink: total({ kind: 'wan', router: 'gateway', interface: 'wan' })?.download ?? -1,
        };
      }),
    names: async () => (await readdir(directory)).filter((name) => !/^ledger\.(lock|db-shm|db-wal)/.test(name)).sort(),
    audit: () =>
      use(async (store) =>
        (await store.all('SELECT kind, why FROM audit ORDER BY id')).map(({ kind, why }) => ({ kind: String(kind), why: String(why) })),
      ),
    remove: () => rm(directory, { recursive: true }),
  };
}
