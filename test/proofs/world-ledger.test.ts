import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import fc from 'fast-check';
import { readRound } from '../../src/collector/round.ts';
import type { OpenwrtMethod } from '../../src/domain/observation.ts';
import { SourceError } from '../../src/errors.ts';
import { accountKey, ipOf } from '../../src/ledger/account.ts';
import { type Ledger, openLedger } from '../../src/ledger/ledger.ts';
import { openStore } from '../../src/ledger/storage/store.ts';
import { render, type Script } from '../../src/simulator/answers/answers.ts';
import { createRandom, type Random } from '../../src/simulator/random.ts';
import type { Association } from '../../src/simulator/world/state.ts';
import { classicProbes } from '../../src/sources/classic/classic.ts';
import { wrtmeterProbe } from '../../src/sources/openwrt/wrtmeter.ts';
import type { ReadAnswer } from '../../src/sources/source.ts';
import { site } from '../support/homes/site.ts';
import { type Books, booksKnowable, expectAtMost, expectEqual, expectNoFall, unknownOf } from '../support/ledger/books.ts';
import { type Events, knowableEvents, wildEvents } from '../support/proofs/events.ts';
import { hostEvents } from '../support/proofs/host-events.ts';
import { type Accounting, Oracle } from '../support/simulator/oracle.ts';
import type { Sighting } from '../support/simulator/sighting.ts';
import { createWorld, type World } from '../support/simulator/world.ts';

const BEFORE_WINTER = Date.UTC(2025, 9, 24, 18);
const END_OF_MONTH = Date.UTC(2025, 9, 31, 6);
const TERMS = {
  timezone: 'Europe/Berlin',
  billing: { day: 1 },
  routerBilling: new Map(),
  lineRate: () => 10e9,
  keepHours: 62 * 86_400,
  gapAfter: 0,
  mostAccounts: 1000,
  mostNewAccounts: 50_000,
};

interface Case {
  format: 'classic' | 'wrtmeter';
  /** Where the gateway counts hosts. */
  counting?: { method: OpenwrtMethod; size?: number };
  accounting?: Accounting;
  /** Unix ms; without it, two days before the clocks are set back. */
  start?: number;
  events: (world: World, random: Random) => Events;
  judge: (shown: Books, knowable: Books) => void;
  /** Where a list of stations may end early, at the end of a line: so that no MAC loses one of two lines, or anywhere. */
  cut?: 'between MACs' | 'anywhere';
}

/** Lets a world and a ledger live together for some days: nothing but the network is left out between the two. */
async function live(seed: number, terms: Case): Promise<void> {
  const { format, counting, accounting = 'stations', start = BEFORE_WINTER, events: makeEvents, judge, cut } = terms;
  const directory = await mkdtemp(join(tmpdir(), 'wrtmeter-ledger-'));
  const world = createWorld(site(seed, start, counting));
  const random = createRandom(seed, 'script');
  const events = makeEvents(world, random);
  const oracle = new Oracle(world, accounting);
  let looks: Sighting[] = [];
  const clock = { now: () => world.now, tick: () => world.now - start };

  const wasCut = new Set<string>();
  const read: ReadAnswer = async ({ url }) => {
    const [router = '', script = ''] = url.split('/');
    if (clock.tick() > 0 && random.next() < 0.12) throw new SourceError('timeout', 'no complete answer in time');
    let text = render(world, router, script as Script);
    let stations = world.router(router).radios.flatMap((radio) => radio.stations);
    // Never twice in a row: what two answers do not show has gone.
    const mayCut = script === 'totalwifi' && !wasCut.delete(router) && (cut === 'anywhere' || (cut !== undefined && !hasTwins(stations)));
    if (mayCut && random.next() < 0.1) {
      wasCut.add(router);
      stations = stations.slice(0, random.int(stations.length));
      text = text
        .split('\n')
        .slice(0, stations.length)
        .map((line) => `${line}\n`)
        .join('');
    }
    if (script === 'totalwifi' || script === 'wrtmeter') {
      looks.push(oracle.look(router, 'stations', (a) => stations.includes(a)));
      events.readStations(router, stations);
    }
    if (script === 'wan' || script === 'wrtmeter') {
      looks.push(oracle.look(router, 'wan'));
      if (router === 'gateway') events.readWan();
    }
    if (script === 'wrtmeter' && router === 'gateway' && counting !== undefined) {
      looks.push(oracle.look(router, 'neighbours'), oracle.look(router, 'peers'));
      if (world.counting(router).there) looks.push(oracle.look(router, 'hosts'));
    }
    return { text, framed: true };
  };
  const routers = [...world.routers.keys()].map((name) => {
    const wan = name === 'gateway' ? { wan: `${name}/wan` } : {};
    return {
      name,
      probes:
        format === 'wrtmeter' ? [wrtmeterProbe(`${name}/wrtmeter`, read)] : classicProbes({ stations: `${name}/totalwifi`, ...wan }, read),
      timeout: 10,
    };
  });

  const open = async (): Promise<Ledger> => openLedger(await openStore(directory), { ...TERMS, accounting }, world.now);
  let ledger = await open();
  let before: Books = new Map();
  try {
    for (let round = 0; round < 120; round++) {
      if (round > 0) events.happen(cut === 'anywhere' && wasCut.size > 0);
      world.advance(1 + random.exponential(random.next() < 0.05 ? 20_000 : 40));
      const posted = await ledger.post(await readRound(routers, AbortSignal.timeout(10_000), clock), clock.tick);
      expect(posted.status).to.equal('posted');
      oracle.learnRound(looks);
      looks = [];
      if (random.next() < 0.05) {
        await ledger.close();
        ledger = await open();
      }
      const shown = booksOf(ledger);
      expectNoFall(shown, before);
      judge(shown, booksKnowable(world, oracle));
      before = shown;
    }
    await expectDaysAddUp(ledger);
  } finally {
    await ledger.close();
    await rm(directory, { recursive: true });
  }
}

/** Whether a MAC is in the list twice. */
function hasTwins(stations: readonly Association[]): boolean {
  return new Set(stations.map((a) => a.device)).size < stations.length;
}

function booksOf({ books }: Ledger): Books {
  const shown: Books = new Map();
  for (const each of books.accounts.values()) {
    const { kind, router, interface: name, key, total } = each;
    if (kind === 'address') continue; // the device's share of what the host's account shows
    const account = ipOf(each) !== null ? unknownOf(router) : [kind, router, name, key].filter((part) => part !== '').join(' ');
    for (const way of ['download', 'upload'] as const) shown.set(`${account} ${way}`, (shown.get(`${account} ${way}`) ?? 0) + total[way]);
  }
  return shown;
}

/** Every byte of a total lies in one day and one hour. */
async function expectDaysAddUp({ store, books }: Ledger): Promise<void> {
  for (const table of ['day', 'hour']) {
    const rows = await store.all(`SELECT account, sum(download) AS download, sum(upload) AS upload FROM ${table} GROUP BY account`);
    const sums = new Map(rows.map((row) => [Number(row.account), { download: Number(row.download), upload: Number(row.upload) }]));
    for (const account of books.accounts.values()) {
      expect(sums.get(account.id) ?? { download: 0, upload: 0 }, `${table}s of ${accountKey(account)}`).to.deep.equal(account.total);
    }
  }
}

/** A world in which hosts are silent for a day, and come back with more than they had moved before. */
const BACK_ABOVE = -1_894_419_054;
/** One in which nlbwmon begins a period with counters that soon show more than half of what they did. */
const SMALL_PERIOD = 1_477_115_518;

describe('the ledger in a simulated world', function () {
  this.timeout(60_000);
  const always = (terms: Case, numRuns = 4, examples: [number][] = []) =>
    fc.assert(
      fc.asyncProperty(fc.integer(), (seed) => live(seed, terms)),
      { numRuns, endOnFailure: true, examples },
    );

  it('has everything that classic lists show, to the byte', () =>
    always({ format: 'classic', events: knowableEvents, judge: expectEqual, cut: 'between MACs' }));

  it('has everything that wrtmeter.cgi shows, to the byte, whatever happens', () =>
    always({ format: 'wrtmeter', events: wildEvents, judge: expectEqual }));

  it('never has more than classic lists show, whatever happens', () =>
    always({ format: 'classic', events: wildEvents, judge: expectAtMost, cut: 'between MACs' }));

  for (const terms of [
    { counting: { method: 'nftables' }, accounting: 'auto' },
    { counting: { method: 'nftables', size: 5 }, accounting: 'hosts' },
    { counting: { method: 'iptables' }, accounting: 'auto' },
    { counting: { method: 'nlbwmon' }, accounting: 'hosts', start: END_OF_MONTH },
  ] as const satisfies Partial<Case>[]) {
    const { counting, accounting } = terms;
    const room = 'size' in counting ? ', with little room' : '';
    it(`has everything of hosts and peers that it could know, to the byte: ${counting.method}${room}, accounting ${accounting}`, () =>
      always({ ...terms, format: 'wrtmeter', events: hostEvents, judge: expectEqual }, 2, [[BACK_ABOVE], [SMALL_PERIOD]]));
  }
});
