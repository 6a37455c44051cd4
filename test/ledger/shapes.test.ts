import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { expect } from 'chai';
import { type Ledger, openLedger } from '../../src/ledger/ledger.ts';
import { openStore, type Store } from '../../src/ledger/storage/store.ts';
import { parseStations as parseListed } from '../../src/sources/classic/classic.ts';
import { parseWrtmeter } from '../../src/sources/openwrt/wrtmeter.ts';
import { BENCH_TERMS, benchHome } from '../bench/home.ts';

const START = Date.UTC(2026, 2, 10, 12, 2);
/** Objects of a kind may have this many shapes: one for each place that makes them, and some because a number outgrew 31 bits. */
const MOST_SHAPES = 6;
const MANY = 300;

setFlagsFromString('--allow-natives-syntax');
/** V8's own word on whether it reaches the fields of two objects in the same way. */
const isAlike = new Function('a', 'b', 'return %HaveSameMap(a, b)') as (a: object, b: object) => boolean;

function shapesOf(objects: Iterable<object>): number {
  const found: object[] = [];
  for (const each of objects) if (!found.some((other) => isAlike(each, other))) found.push(each);
  return found.length;
}

/**
 * A round reaches these objects many times. Node 20 gives each copy to which a field is added (`{ ...copied, more }`) a shape of its own, and
 * then finds every field of every object by a search: with 5,000 devices, half a million searches in each round.
 */
describe('the shapes of what a round reaches', () => {
  let directory: string;
  let store: Store;
  let ledger: Ledger;
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'wrtmeter-shapes-'));
    store = await openStore(directory);
    ledger = await openLedger(store, BENCH_TERMS, START);
  });
  afterEach(async () => {
    await ledger.close();
    await rm(directory, { recursive: true });
  });

  function expectFew() {
    const { accounts, devices, leases, readers } = ledger.books;
    const baselines = [...readers.values()].flatMap(({ counters }) => [...counters.values()].flat());
    const kinds = {
      accounts: [...accounts.values()],
      totals: [...accounts.values()].flatMap(({ total, month }) => [total, month]),
      devices: [...devices.values()],
      leases: [...leases.values()],
      baselines,
      'bytes of baselines': baselines.map(({ bytes }) => bytes),
    };
    for (const [kind, objects] of Object.entries(kinds)) {
      expect(objects.length, kind).to.be.greaterThan(MANY - 1);
      expect(shapesOf(objects), kind).to.be.within(1, MOST_SHAPES);
    }
  }

  it('are few in the books, however many devices', async () => {
    const home = benchHome({ seed: 1, start: START, devices: MANY, routers: 3, hosts: true });
    for (let i = 0; i < 4; i++) await home.round(ledger, 15);
    expectFew();
    await ledger.close();
    store = await openStore(directory);
    ledger = await openLedger(store, BENCH_TERMS, START + 60_000);
    for (let i = 0; i < 2; i++) await home.round(ledger, 15);
    expectFew();
  });

  it('are few in answers, however many lines', () => {
    const mac = (i: number) => `02:00:00:00:${(i >> 8).toString(16).padStart(2, '0')}:${(i & 255).toString(16).padStart(2, '0')}`;
    const each = (line: (i: number) => string) => Array.from({ length: MANY }, (_, i) => line(i)).join('\n');
    const answer = `wrtmeter 1
boot_id 8d1f3b0e-5c0f-4b3e-9a55-6a2b7c1d9e10
uptime 1000.00
time 1763664918
begin stations
radio phy0-ap0 ap 0 2412 home
${each((i) => `station phy0-ap0 ${mac(i)} ${i}000000000 ${i}00 -60 1 1 ${i + 1} 0 -`)}
end stations
begin hosts
counting nftables 7
${each((i) => `up ${mac(i)} 10.0.${i >> 8}.${i & 255} ${i}000000000`)}
end hosts
end wrtmeter
`;
    const { sources } = parseWrtmeter({ text: answer, framed: true });
    const observed = sources.map(({ observation }) => observation);
    const stations = observed.flatMap((each) => ('stations' in each ? each.stations : []));
    const hosts = observed.flatMap((each) => ('hosts' in each && 'method' in each ? each.hosts : []));
    const listed = parseListed({ text: `${each((i) => `${mac(i)} ${i}000000000 ${i}`)}\n`, framed: true }).stations;
    const epochs = stations.flatMap(({ epoch }) => (epoch === null ? [] : [epoch]));
    for (const [kind, objects] of Object.entries({ stations, hosts, listed, epochs })) {
      expect(objects.length, kind).to.equal(MANY);
      expect(shapesOf(objects), kind).to.be.within(1, MOST_SHAPES);
    }
  });
});
