import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CounterRules, Epoch } from '../../../src/domain/counter.ts';
import type { Lease, Observation, StaticHost, Station, System } from '../../../src/domain/observation.ts';
import type { Round, RouterRound, SourceResult } from '../../../src/domain/round.ts';
import type { Traffic } from '../../../src/domain/traffic.ts';
import { type Account, accountKey } from '../../../src/ledger/account.ts';
import { type Ledger, type LedgerTerms, openLedger, type Posted } from '../../../src/ledger/ledger.ts';
import { openStore, type Store } from '../../../src/ledger/storage/store.ts';
import { STATION_RULES } from '../../../src/sources/openwrt/stations.ts';
import { WAN_RULES } from '../../../src/sources/openwrt/uplinks.ts';
import { SUM_RULES } from '../../../src/sources/tplink/reading.ts';

const CLASSIC: CounterRules = { directions: 'together', absent: 'kept', unknown: 'began', fall: 'reset', refresh: 10 };
export const START = Date.UTC(2026, 2, 10, 12, 0, 0);
export const PHONE = '02:00:00:00:00:01';
export const LAPTOP = '02:00:00:00:00:02';

export const TERMS: LedgerTerms = {
  timezone: 'Europe/Berlin',
  billing: { day: 1 },
  routerBilling: new Map(),
  accounting: 'stations',
  lineRate: () => 1e10,
  keepHours: 62 * 86_400,
  gapAfter: 0,
  mostAccounts: 50_000,
  mostNewAccounts: 50_000,
};

export function station(mac: string, download: number, upload: number, more: Partial<Station> = {}): Station {
  return {
    interface: null,
    mac,
    bytes: { download, upload },
    bits: 64,
    epoch: null,
    access: true,
    signal: null,
    linkDownload: null,
    linkUpload: null,
    connected: null,
    ...more,
  };
}

/** A station list as the classic script gives it. */
export const classic = (...stations: Station[]): Observation => ({ source: 'stations', rules: CLASSIC, radios: [], stations });

/** The statistics of a TP-Link router: bytes of both directions by MAC. */
export const statistics = (machines: Record<string, number>): Observation => ({
  source: 'statistics',
  rules: SUM_RULES,
  machines: Object.entries(machines).map(([mac, bytes], i) => ({ mac, ip: `192.168.0.${i + 2}`, bytes, packets: bytes, bits: 32 })),
});

/** A station list that wrtmeter.cgi has proved to be whole. */
export const complete = (...stations: Station[]): Observation => ({ source: 'stations', rules: STATION_RULES, radios: [], stations });

export function wan(
  bytes: Traffic,
  more: { name?: string; device?: string; epoch?: Epoch | null; overlay?: boolean; bits?: 32 | 64 } = {},
): Observation {
  const { name = 'wan', device = 'wan', epoch = null, overlay = false, bits = 64 } = more;
  return { source: 'wan', rules: WAN_RULES, uplinks: [{ name, up: true, device, protocol: 'dhcp', overlay, bytes, bits, epoch }] };
}

export const leases = (list: Lease[], staticHosts: StaticHost[] | null = null): Observation => ({
  source: 'leases',
  leases: list,
  leases6: [],
  staticHosts,
  hosts: null,
});

export const lease = (mac: string, hostname: string | null, ip = '192.168.1.10'): Lease => ({
  mac,
  ip,
  hostname,
  clientId: null,
  expiry: 0,
});

export function ok(observation: Observation, at: number, origin = 'test'): SourceResult {
  return { status: 'ok', source: observation.source, origin, observation, skipped: 0, at, duration: 0.01 };
}

export function failed(source: Observation['source'], at: number): SourceResult {
  return { status: 'failed', source, reason: 'timeout', message: 'no answer', at, duration: 1 };
}

export const system = (bootId: string, uptime: number): System => ({
  bootId,
  uptime,
  time: 0,
  hostname: 'router',
  model: '',
  release: '',
  counterBits: 64,
  flowOffload: { software: false, hardware: false },
  script: null,
});

/** A ledger in its own directory, with a function that posts rounds at given seconds. */
export interface Bench {
  directory: string;
  store: Store;
  ledger: Ledger;
  /** Posts one round of one router at `seconds` after the start. */
  read(seconds: number, ...observations: (Observation | SourceResult)[]): Promise<Posted>;
  readFrom(
    router: string,
    seconds: number,
    observations: (Observation | SourceResult)[],
    given?: { system?: System; origin?: string; wall?: number },
  ): Promise<Posted>;
  /** `wall`: what the wall clock says, in seconds after the start, if it has been set. */
  readAll(seconds: number, routers: RouterRound[], wall?: number): Promise<Posted>;
  total(name: Partial<Account> & Pick<Account, 'kind'>): Traffic | undefined;
  /** Sums of all hours, days and the current month of an account, straight from the file. */
  sums(name: Partial<Account> & Pick<Account, 'kind'>): Promise<{ hours: Traffic; days: Traffic }>;
  /** Closes and opens the file again, as after a restart. */
  restart(terms?: LedgerTerms): Promise<void>;
  close(): Promise<void>;
}

/** Totals grow in place; what a test has seen stays. */
const copyOf = (bytes: Traffic | undefined): Traffic | undefined => bytes && { ...bytes };

export async function openBench(terms: LedgerTerms = TERMS): Promise<Bench> {
  const directory = await mkdtemp(join(tmpdir(), 'wrtmeter-ledger-'));
  let store = await openStore(directory);
  let ledger = await openLedger(store, terms, START);
  const find = (name: Partial<Account> & Pick<Account, 'kind'>) =>
    ledger.books.accounts.get(accountKey({ router: '', interface: '', key: '', ...name }));
  const readAll = async (seconds: number, routers: RouterRound[], wall = seconds) => {
    const at = START + wall * 1000;
    const round: Round = { routers, startedAt: at, finishedAt: at };
    // A monotonic clock has fractions of a millisecond.
    const posted = await ledger.post(round, () => seconds * 1000 + (seconds % 7) / 16);
    if (posted.status === 'failed') throw posted.error;
    return posted;
  };
  const readFrom: Bench['readFrom'] = (router, seconds, observations, given = {}) => {
    const at = START + (given.wall ?? seconds) * 1000;
    const results = observations.map((o) => ('status' in o ? o : ok(o, at, given.origin)));
    return readAll(seconds, [{ router, system: given.system ?? null, results }], given.wall);
  };
  return {
    directory,
    get store() {
      return store;
    },
    get ledger() {
      return ledger;
    },
    read: (seconds, ...observations) => readFrom('gateway', seconds, observations),
    readFrom,
    readAll,
    total: (name) => copyOf(find(name)?.total),
    async sums(name) {
      const id = find(name)?.id ?? -1;
      const sum = async (table: string) => {
        const [row] = await store.all(
          `SELECT coalesce(sum(download), 0) AS d, coalesce(sum(upload), 0) AS u FROM ${table} WHERE account = ?`,
          id,
        );
        return { download: Number(row?.d), upload: Number(row?.u) };
      };
      return { hours: await sum('hour'), days: await sum('day') };
    },
    async restart(next = terms) {
      await ledger.close();
      store = await openStore(directory);
      ledger = await openLedger(store, next, START);
    },
    async close() {
      await ledger.close();
      await rm(directory, { recursive: true });
    },
  };
}
