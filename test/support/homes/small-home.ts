import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CounterRules } from '../../../src/domain/counter.ts';
import type { HostCounter, Lease, Observation, SourceName, Station, System, Uplink } from '../../../src/domain/observation.ts';
import { createPeople, type People } from '../../../src/domain/people/people.ts';
import type { Round, RouterRound, SourceResult } from '../../../src/domain/round.ts';
import { newStatus, type RouterStatus, updateStatuses } from '../../../src/domain/status.ts';
import type { FailureReason } from '../../../src/errors.ts';
import { type Ledger, type LedgerTerms, openLedger } from '../../../src/ledger/ledger.ts';
import { openStore, type Store } from '../../../src/ledger/storage/store.ts';
import { openwrt } from '../../../src/sources/openwrt/kind.ts';
import { quotaRows } from '../../../src/views/rows/quotas.ts';
import type { Alias, View } from '../../../src/views/view.ts';

/** A real ledger in its own directory, simulated rounds, and the view of both. */
export interface SmallHome {
  directory: string;
  ledger: Ledger;
  routers: Map<string, RouterStatus>;
  terms: LedgerTerms;
  /** Posts what the routers answered at that time (Unix ms), and updates their status. */
  read(at: number, answers: Answers): Promise<void>;
  view(now: number, changes?: Partial<View>): View;
  close(): Promise<void>;
}

/** By router: what it says of itself, and each source's observation or failure. */
export type Answers = Record<string, { system?: System; sources: Partial<Record<SourceName, Observation | Failure>> }>;

export interface Failure {
  reason: FailureReason;
  message: string;
  todo?: string;
}

export interface HomeOptions {
  routers: Record<string, readonly string[]>;
  aliases?: ReadonlyMap<string, Alias>;
  /** Default: what the aliases say. */
  people?: People;
  billingDay?: number;
  routerBilling?: Record<string, number>;
  timezone?: string;
  startedAt?: number;
  /** Default: stations. */
  accounting?: LedgerTerms['accounting'];
  /** What is done with the file before the ledger is opened, such as an import. */
  before?: (store: Store) => Promise<void>;
  /** Terms of the ledger besides those above. */
  terms?: Partial<LedgerTerms>;
}

const SOURCES: readonly SourceName[] = ['stations', 'wan', 'leases', 'neighbours'];

export async function openHome(options: HomeOptions): Promise<SmallHome> {
  const { timezone = 'Europe/Berlin', billingDay = 1, startedAt = 0, accounting = 'stations' } = options;
  const directory = await mkdtemp(join(tmpdir(), 'wrtmeter-home-'));
  const routerBilling = new Map(Object.entries(options.routerBilling ?? {}).map(([name, day]) => [name, { day }]));
  const terms: LedgerTerms = {
    timezone,
    billing: { day: billingDay },
    routerBilling,
    accounting,
    lineRate: () => 1e12,
    keepHours: 62 * 86_400,
    gapAfter: 0,
    mostAccounts: 10_000,
    mostNewAccounts: 50_000,
    ...options.terms,
  };
  const store = await openStore(directory);
  await options.before?.(store);
  const ledger = await openLedger(store, terms, startedAt);
  const routers = new Map(
    Object.entries(options.routers).map(([name, addresses]) => [
      name,
      newStatus(name, addresses, SOURCES, (_, reason) => openwrt.todo[reason]),
    ]),
  );
  return {
    directory,
    ledger,
    routers,
    terms,
    async read(at, answers) {
      const round: Round = {
        startedAt: at - 40,
        finishedAt: at,
        routers: Object.entries(answers).map(([name, answer]) => routerRound(name, answer, at)),
      };
      const posted = await ledger.post(round, () => at);
      if (posted.status !== 'posted') throw new Error(`The round was ${posted.status}`);
      updateStatuses(routers, round);
    },
    view: (now, changes = {}) => {
      const view = {
        now,
        wallClock: now,
        timezone,
        expire: 30 * 86_400,
        version: '0.1.0',
        books: ledger.books,
        months: ledger.months,
        ledger: ledger.state,
        routers: [...routers.values()],
        aliases: options.aliases ?? new Map(),
        peerNames: new Map(),
        notices: [],
        people: options.people ?? peopleOf(changes.aliases ?? options.aliases ?? new Map()),
        implied: false,
        ...changes,
      };
      return { quotas: quotaRows({ ...view, models: new Map() }), ...view };
    },
    async close() {
      await ledger.close();
      await rm(directory, { recursive: true });
    },
  };
}

/** Whose devices are, by the users that their entries name. */
export function peopleOf(aliases: ReadonlyMap<string, Alias>): People {
  const devices = [...aliases].map(([mac, { name, user }]) => ({ name, macs: [mac], ...(user !== null && { user }) }));
  return createPeople({ users: [], devices, peers: [] });
}

function routerRound(router: string, { system, sources }: Answers[string], at: number): RouterRound {
  const results = Object.entries(sources).map(([name, answer]): SourceResult => {
    const source = name as SourceName;
    if ('reason' in answer) return { status: 'failed', source, ...answer, at, duration: 2 };
    return { status: 'ok', source, origin: `wrtmeter.cgi http://${router}`, observation: answer, skipped: 0, at, duration: 0.038 };
  });
  return { router, system: system ?? null, results };
}

const COUNTS: CounterRules = { directions: 'together', absent: 'kept', unknown: 'began', fall: 'reset', refresh: 0 };

export const stations = (list: readonly (Partial<Station> & Pick<Station, 'mac' | 'bytes'>)[], radios: Radios = []): Observation => ({
  source: 'stations',
  rules: COUNTS,
  radios: radios.map(([name, frequency]) => ({ interface: name, type: 'ap', fourAddress: false, frequency, ssid: 'Our Home' })),
  stations: list.map((station) => ({
    interface: 'phy1-ap0',
    bits: 64,
    epoch: null,
    access: true,
    signal: -52,
    linkDownload: 65_000_000,
    linkUpload: 54_000_000,
    connected: 3600,
    ...station,
  })),
});

type Radios = readonly (readonly [name: string, frequency: number])[];

export const wan = (list: readonly (Partial<Uplink> & Pick<Uplink, 'name' | 'bytes'>)[]): Observation => ({
  source: 'wan',
  rules: { ...COUNTS, directions: 'apart', unknown: 'baseline' },
  uplinks: list.map((uplink) => ({ up: true, device: 'pppoe-wan', protocol: 'pppoe', overlay: false, bits: 64, epoch: null, ...uplink })),
});

export const leases = (list: readonly (Partial<Lease> & Pick<Lease, 'mac' | 'ip' | 'hostname'>)[]): Observation => ({
  source: 'leases',
  leases: list.map((lease) => ({ clientId: null, expiry: 1_795_000_000, ...lease })),
  leases6: [],
  staticHosts: null,
  hosts: null,
});

/** Counters of an nftables table: what each address received, and what each MAC sent from it. */
export const hosts = (list: readonly HostBytes[], changes: Partial<Extract<Observation, { source: 'hosts' }>> = {}): Observation => ({
  source: 'hosts',
  rules: { ...COUNTS, directions: 'apart', absent: 'ended' },
  method: 'nftables',
  hosts: list.flatMap(({ mac, ip, bytes }): HostCounter[] => [
    { counts: 'upload', mac, ip, bytes: { download: 0, upload: bytes.upload }, bits: 64, epoch: null },
    { counts: 'download', mac: null, ip, bytes: { download: bytes.download, upload: 0 }, bits: 64, epoch: null },
  ]),
  devices: ['br-lan'],
  uncounted: { download: 0, upload: 0 },
  ...changes,
});

/** `mac` is null where the gateway knows the address alone. */
export interface HostBytes extends Pick<HostCounter, 'mac' | 'ip' | 'bytes'> {}

export const system = (changes: Partial<System> = {}): System => ({
  bootId: '8d1f3b0e-5c0f-4b3e-9a55-6a2b7c1d9e10',
  uptime: 1_648_813,
  time: 1_795_000_000,
  hostname: 'gateway',
  model: 'Linksys E8450 (UBI)',
  release: 'OpenWrt 24.10.0',
  counterBits: 64,
  flowOffload: { software: false, hardware: false },
  script: null,
  ...changes,
});
