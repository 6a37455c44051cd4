import { expect } from 'chai';
import fc from 'fast-check';
import type { Observation, Uplink } from '../../../src/domain/observation.ts';
import type { RouterRound, SourceResult } from '../../../src/domain/round.ts';
import { SourceError } from '../../../src/errors.ts';
import { WAN_RULES } from '../../../src/sources/openwrt/uplinks.ts';
import { parseWrtmeter } from '../../../src/sources/openwrt/wrtmeter.ts';
import {
  type Bench,
  classic,
  complete,
  ok,
  openBench,
  PHONE,
  START,
  station,
  statistics,
  TERMS,
  wan,
} from '../../support/ledger/rounds.ts';

const uplink = { kind: 'wan', router: 'honest', interface: 'wan' } as const;
/** An uplink of this name, as a router may invent it. */
const uplinkOf = (name: string): Uplink[] => {
  const observation = wan({ download: 1, upload: 1 }, { name, device: name });
  return observation.source === 'wan' ? observation.uplinks : [];
};
const MOST = Number.MAX_SAFE_INTEGER;

const value = fc.oneof(
  fc.constantFrom('0', '1', '-', '-5', '9007199254740991', '9007199254740993', '18446744073709551615', '1e309', 'NaN', '1.5', '0x7f', ''),
  fc.bigInt({ min: 0n, max: 2n ** 64n }).map(String),
  fc.nat().map(String),
);
const name = fc.oneof(
  fc.constantFrom('wan', 'wan6', 'phy0-ap0', 'eth1', 'wg0', '-', 'a\u0000b', 'a\u0000c', '\ud800', '🦊'),
  fc.string({ maxLength: 12 }),
);
const mac = fc.constantFrom(
  PHONE,
  '02:00:00:00:00:07',
  '00:00:00:00:00:00',
  'ff:ff:ff:ff:ff:ff',
  '01:00:5e:00:00:fb',
  '-',
  'zz:00:5e:00:53:01',
);
const ip = fc.constantFrom('192.168.1.10', '192.168.1.11', 'fd00::1', 'fe80::1%eth0', '0.0.0.0', '-');
const KEY = 'xTIBA5rboUvnH4htodjb6e697QjLERt1NAB4mZqp8Dg=';
const line = (...fields: (string | fc.Arbitrary<string>)[]) =>
  fc.tuple(...fields.map((f) => (typeof f === 'string' ? fc.constant(f) : f))).map((words) => words.join(' ').replace(/[\n\r]/g, ' '));
const section = (what: string, lines: fc.Arbitrary<string>, head: readonly string[] = []) =>
  fc.array(lines, { maxLength: 8 }).map((all) => [`begin ${what}`, ...head, ...all, `end ${what}`].join('\n'));

/** Whatever a router can answer in the format of wrtmeter.cgi. */
const answer = fc
  .tuple(
    fc.constantFrom('aaaaaaaa', 'bbbbbbbb', 'cccccccc'),
    fc.oneof(fc.constantFrom('0', '1003', '1000000000', '9'.repeat(400)), fc.nat(1e6).map(String)),
    fc.oneof(fc.constantFrom('0', '999999999999'), fc.nat(2e9).map(String)),
    section('wan', line('uplink', name, fc.constantFrom('up', 'down'), name, value, name, value, value)),
    section('stations', line('station', name, mac, value, value, value, value, value, value, value, value), [
      'radio phy0-ap0 AP 0 5180 home',
    ]),
    section('leases', line(fc.constantFrom('lease', 'lease6'), value, mac, ip, name, name)),
    section('names', line(fc.constantFrom('host', 'name'), mac, ip, name)),
    section('neighbours', line('neighbour', ip, name, mac, name)),
    fc
      .tuple(
        fc.constantFrom('nftables 7 -', 'nftables 8 -', 'iptables - -', 'nlbwmon 2026-11-01 5'),
        fc.array(
          fc.oneof(
            line('up', mac, ip, value),
            line('down', ip, value),
            line('both', mac, ip, value, value),
            line('uncounted', value, value),
            line('network', name, name),
          ),
          { maxLength: 8 },
        ),
      )
      .map(([method, lines]) => ['begin hosts', `counting ${method}`, ...lines, 'end hosts'].join('\n')),
    section('peers', fc.oneof(line('interface', name, 'wireguard', value), line('peer', 'wg0', KEY, name, ip, value, value, value, name))),
  )
  .map(([boot, uptime, time, ...sections]) =>
    ['wrtmeter 1', `boot_id ${boot}-5c0f`, `uptime ${uptime}`, `time ${time}`, 'counter_bits 32', ...sections, 'end wrtmeter', ''].join(
      '\n',
    ),
  );

/** What the collector makes of it. */
function roundOf(text: string, at: number): RouterRound {
  try {
    const { system, sources } = parseWrtmeter({ text, framed: true });
    const results = sources.map(({ source, skipped = 0, unread = [], observation, origin }): SourceResult => {
      if (observation instanceof SourceError) return { status: 'failed', source, reason: observation.reason, message: '', at, duration: 0 };
      return { status: 'ok', source, origin: `liar ${origin ?? ''}`, observation, skipped, unread, at, duration: 0 };
    });
    return { router: 'liar', system, results };
  } catch (error) {
    if (!(error instanceof SourceError)) throw error;
    return { router: 'liar', system: null, results: [] };
  }
}

describe('Rule: isolation', () => {
  let bench: Bench;
  afterEach(() => bench.close());

  const honest = (seconds: number, download: number, upload: number): RouterRound => {
    const at = START + seconds * 1000;
    const observed = [wan({ download, upload }), classic(station('02:00:00:00:00:99', download, upload))];
    const results = observed.map(
      (observation): SourceResult => ({
        status: 'ok',
        source: observation.source,
        origin: 'honest',
        observation,
        skipped: 0,
        at,
        duration: 0,
      }),
    );
    return { router: 'honest', system: null, results };
  };

  it('whatever one router answers, the readings of the others are posted in the same round', async () => {
    bench = await openBench({ ...TERMS, accounting: 'auto', lineRate: () => 1e30 });
    let seconds = 0;
    await bench.readAll(0, [honest(0, 0, 0)]);
    await fc.assert(
      fc.asyncProperty(fc.array(answer, { minLength: 1, maxLength: 3 }), async (answers) => {
        for (const text of answers) {
          seconds += 15;
          const order = [roundOf(text, START + seconds * 1000), honest(seconds, seconds * 10, seconds)];
          await bench.readAll(seconds, seconds % 2 ? order : order.reverse());
          expect(bench.ledger.state.suspendedBecause).to.equal(null);
          expect(bench.total(uplink)).to.deep.equal({ download: seconds * 10, upload: seconds });
          expect(bench.total({ kind: 'station', router: 'honest', key: '02:00:00:00:00:99' })).to.deep.equal({
            download: seconds * 10,
            upload: seconds,
          });
          for (const { total } of bench.ledger.books.accounts.values()) {
            expect(Number.isSafeInteger(total.download) && Number.isSafeInteger(total.upload)).to.equal(true);
          }
        }
      }),
      { numRuns: 80 },
    );
    const types = await bench.store.all('SELECT DISTINCT typeof(download) AS d, typeof(upload) AS u FROM total');
    expect(types).to.deep.equal([{ d: 'integer', u: 'integer' }]);
  });

  it('one that floods the room for accounts leaves some to each of the others', async () => {
    bench = await openBench({ ...TERMS, mostAccounts: 400, mostNewAccounts: 200 });
    const invented = (from: number) =>
      classic(...Array.from({ length: 300 }, (_, i) => station(`06:00:00:00:${from}0:${(i % 256).toString(16).padStart(2, '0')}`, i, i)));
    const flood = (seconds: number): RouterRound => ({
      ...{ router: 'liar', system: null },
      results: [{ ...ok(invented(seconds % 9), START + seconds * 1000, 'liar') }],
    });
    for (let seconds = 0; seconds < 8; seconds++)
      await bench.readAll(seconds, [flood(seconds), { router: 'honest', system: null, results: [] }]);
    await bench.readAll(60, [flood(60), honest(60, 0, 0)]);
    await bench.readAll(75, [flood(75), honest(75, 500, 50)]);
    expect(bench.total(uplink)).to.deep.equal({ download: 500, upload: 50 });
    expect(bench.total({ kind: 'device', key: '02:00:00:00:00:99' })).to.deep.equal({ download: 500, upload: 50 });
  });

  it('whatever several that lie fill, each of the others has room for its uplink and its part of new devices', async () => {
    const [most, routers] = [200, 5];
    const part = most / (2 * routers);
    const macs = (owner: number, from: number, count: number) =>
      Array.from(
        { length: count },
        (_, i) => `06:00:00:0${owner}:${from.toString(16).padStart(2, '0')}:${i.toString(16).padStart(2, '0')}`,
      );
    const stations = (owner: number, from: number, count: number) =>
      classic(...macs(owner, from, count).map((each) => station(each, 1, 1)));
    const lies = {
      stations: (owner: number, round: number) => [stations(owner, round, 90)],
      statistics: (owner: number, round: number) => [statistics(Object.fromEntries(macs(owner, round, 90).map((each) => [each, 1])))],
      uplinks: (owner: number, round: number): Observation[] => [
        { source: 'wan', rules: WAN_RULES, uplinks: macs(owner, round, 64).flatMap((each) => uplinkOf(each)) },
        stations(owner, round, 90),
      ],
    };
    const liars = fc.array(fc.constantFrom(...(Object.keys(lies) as (keyof typeof lies)[])), { minLength: 1, maxLength: routers - 1 });
    await fc.assert(
      fc.asyncProperty(liars, fc.array(fc.boolean(), { minLength: 4, maxLength: 8 }), async (kinds, restarts) => {
        bench = await openBench({ ...TERMS, mostAccounts: 400, mostNewAccounts: most });
        const round = (seconds: number, answers: (owner: number) => readonly Observation[]): RouterRound[] =>
          Array.from({ length: routers }, (_, owner) => ({
            ...{ router: `router ${owner}`, system: null },
            results: answers(owner).map((each) => ok(each, START + seconds * 1000, `${owner}`)),
          }));
        const lie = (seconds: number) => (owner: number) => lies[kinds[owner] ?? 'stations'](owner, seconds);
        for (const [seconds, restart] of restarts.entries()) {
          await bench.readAll(
            seconds,
            round(seconds, (owner) => (owner < kinds.length ? lie(seconds)(owner) : [])),
          );
          if (restart) await bench.restart();
        }
        const honest = (owner: number) => [stations(owner, 0, part / 2), wan({ download: 1, upload: 1 })];
        await bench.readAll(
          60,
          round(60, (owner) => (owner < kinds.length ? lie(60)(owner) : honest(owner))),
        );
        for (let owner = kinds.length; owner < routers; owner++) {
          expect(bench.total({ kind: 'wan', router: `router ${owner}`, interface: 'wan' }), 'uplink').not.to.equal(undefined);
          for (const key of macs(owner, 0, part / 2))
            expect(bench.total({ kind: 'device', key }), `device of ${owner}`).not.to.equal(undefined);
        }
        await bench.close();
      }),
      { numRuns: 25 },
    );
    bench = await openBench();
  });

  it('an account that would pass 2^53 refuses the bytes, alone, and says so', async () => {
    bench = await openBench({ ...TERMS, lineRate: () => 1e30 });
    const radios = Array.from({ length: 1100 }, (_, i) => `wlan${i}`);
    const many = (bytes: number) => complete(...radios.map((name) => station(PHONE, bytes, 1, { interface: name })));
    const at = (seconds: number, bytes: number) => {
      const liar: SourceResult = {
        ...{ status: 'ok', source: 'stations', origin: 'liar', observation: many(bytes), skipped: 0 },
        ...{ at: START + seconds * 1000, duration: 0 },
      };
      return bench.readAll(seconds, [{ router: 'liar', system: null, results: [liar] }, honest(seconds, seconds, 0)]);
    };
    await at(0, 0);
    await at(15, MOST);
    await at(30, MOST);
    expect(bench.total({ kind: 'device', key: PHONE })).to.deep.equal({ download: MOST, upload: 0 });
    expect(bench.total(uplink)).to.deep.equal({ download: 30, upload: 0 });
    expect(bench.ledger.state.counts.get('liar\nstations')?.rejectedBytes).to.be.above(1e18);
    const [row] = await bench.store.all("SELECT why FROM audit WHERE kind = 'rejected' LIMIT 1");
    expect(row?.why).to.match(/too large to be counted exactly$/);
    await bench.restart({ ...TERMS, lineRate: () => 1e30 });
    expect(bench.total({ kind: 'device', key: PHONE })).to.deep.equal({ download: MOST, upload: 0 });
  });
});
