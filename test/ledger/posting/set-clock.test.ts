import { expect } from 'chai';
import type { CounterRules, Epoch } from '../../../src/domain/counter.ts';
import type { HostCounter, Observation } from '../../../src/domain/observation.ts';
import { SUM_RULES } from '../../../src/sources/tplink/reading.ts';
import { type Bench, classic, ok, openBench, PHONE, START, system, TERMS, wan } from '../../support/ledger/rounds.ts';

const IP = '192.168.1.10';
const HOUR = 3600;
const DAY = 24 * HOUR;
const NFTABLES: CounterRules = { directions: 'apart', absent: 'missed', unknown: 'later', fall: 'reset', refresh: 10 };
const EPOCH: Epoch = { boot: 'aaaaaaaa', instance: 1, began: null, margin: 0 };

const up = (bytes: number): HostCounter => ({
  ...{ counts: 'upload', mac: PHONE, ip: IP, bytes: { download: 0, upload: bytes } },
  ...{ bits: 64, epoch: EPOCH },
});
const down = (bytes: number): HostCounter => ({ ...up(0), counts: 'download', mac: null, bytes: { download: bytes, upload: 0 } });
const hosts = (...list: HostCounter[]): Observation => ({
  ...{ source: 'hosts', rules: NFTABLES, method: 'nftables' },
  ...{ hosts: list, devices: [], uncounted: null },
});

/** The wall clock is set: what waits or is open must stay as old as it is. The router tells how long it has run, and not what time it is. */
describe('a wall clock that is set (Rule: time)', () => {
  let bench: Bench;
  beforeEach(async () => {
    bench = await openBench({ ...TERMS, accounting: 'hosts' });
  });
  afterEach(() => bench.close());

  /** Posts a round; the clock was set by so many seconds until then. `slept`: those during which this machine slept. */
  const at = (seconds: number, set: number, observation: Observation, slept = 0) =>
    bench.readFrom('gateway', seconds, [observation], {
      wall: 10 * DAY + seconds + set,
      system: { ...system('aaaaaaaa', 5000 + seconds + slept), time: set < 0 ? START / 1000 + 10 * DAY + seconds + set : 0 },
    });
  const host = () => bench.total({ kind: 'host', router: 'gateway', key: PHONE });

  for (const [set, stops] of [
    [3 * DAY, false],
    [-3 * DAY, false],
    [3 * DAY, true],
    [-3 * DAY, true],
  ] as const) {
    it(`by ${set / DAY} days${stops ? ' while the program is stopped' : ''} makes an element that is missed meanwhile no older`, async () => {
      await at(0, 0, hosts(up(0), down(100_000_000)));
      await at(60, 0, hosts(up(10)));
      if (stops) await bench.restart({ ...TERMS, accounting: 'hosts' });
      await at(120, set, hosts(up(20)));
      await bench.restart({ ...TERMS, accounting: 'hosts' });
      await at(180, set, hosts(up(30), down(100_000_700)));
      expect(host()).to.deep.equal({ download: 700, upload: 30 });
    });
  }

  for (const set of [3 * DAY, -3 * DAY]) {
    it(`by ${set / DAY} days makes no figure plausible that the line cannot have carried`, async () => {
      await at(0, 0, hosts(up(0)));
      await at(60, set, hosts(up(1e13)));
      await at(120, set, hosts(up(500)));
      expect(host()).to.deep.equal({ download: 0, upload: 500 });
    });
  }

  for (const set of [3 * DAY, -3 * DAY, 0]) {
    it(`by ${set / DAY} days while the program is stopped for an hour costs none of what it carried`, async () => {
      await at(0, 0, hosts(up(0), down(0)));
      await bench.restart({ ...TERMS, accounting: 'hosts', lineRate: () => 1e9 });
      await at(HOUR, set, hosts(up(0), down(2e10)));
      expect(host()).to.deep.equal({ download: 2e10, upload: 0 });
    });
  }

  it('makes no restart of what shows a little less after it was not shown', async () => {
    await at(0, 0, hosts(up(0), down(100_000_000)));
    await at(60, 0, hosts(up(0)));
    await at(120, 30 * HOUR, hosts(up(0), down(99_000_000)));
    expect(host()).to.deep.equal({ download: 0, upload: 0 });
  });

  it('nor of an uplink, which is compared with what its device showed', async () => {
    const line = (bytes: number) => wan({ download: bytes, upload: 0 }, { device: 'eth1', epoch: { ...EPOCH, instance: 4 } });
    await at(0, 0, line(100_000_000));
    await at(60, 0, { ...line(0), uplinks: [] } as Observation);
    await at(120, 30 * HOUR, line(99_000_000));
    await at(180, 30 * HOUR, line(100_000_040));
    expect(bench.total({ kind: 'wan', router: 'gateway', interface: 'wan' })).to.deep.equal({ download: 40, upload: 0 });
  });

  it('lets a dip of an uplink end no sooner', async () => {
    const line = (bytes: number) => wan({ download: bytes, upload: 0 }, { device: 'eth1' });
    await at(0, 0, line(10_000_000));
    await at(60, 0, line(8_000_000));
    await at(120, 1200, line(9_000_000));
    await at(180, 1200, line(12_000_000));
    expect(bench.total({ kind: 'wan', router: 'gateway', interface: 'wan' })).to.deep.equal({ download: 2_000_000, upload: 0 });
  });

  it('keeps apart what a machine was counted with under an address that it left just then', async () => {
    const machine = (ip: string, bytes: number): Observation => ({
      ...{ source: 'statistics', rules: SUM_RULES },
      machines: [{ mac: PHONE, ip, bytes, packets: null, bits: 64 }],
    });
    await at(0, 0, machine('192.168.0.2', 600_000_000));
    await at(60, 600, machine('192.168.0.3', 20_000_000));
    await at(120, 600, machine('192.168.0.2', 30_000_000));
    const [{ undirected = 0 } = {}] = [...bench.ledger.books.accounts.ofKind('undirected')].map(({ total }) => ({
      undirected: total.download + total.upload,
    }));
    expect(undirected).to.equal(30_000_000);
  });

  it('between two answers of one round is seen in the next round', async () => {
    const round = (seconds: number, before: number, after: number, observation: Observation) =>
      bench.ledger.post(
        {
          startedAt: START + (seconds + before) * 1000,
          finishedAt: START + (seconds + after) * 1000,
          routers: [
            {
              router: 'gateway',
              system: { ...system('aaaaaaaa', 5000 + seconds), time: 0 },
              results: [ok(observation, START + (seconds + before) * 1000), ok(classic(), START + (seconds + after) * 1000)],
            },
          ],
        },
        () => seconds * 1000,
      );
    await round(0, 0, 0, hosts(up(0), down(100_000_000)));
    await round(60, 0, 0, hosts(up(0)));
    await round(120, 0, 3 * DAY, hosts(up(0)));
    await round(180, 3 * DAY, 3 * DAY, hosts(up(0)));
    await round(240, 3 * DAY, 3 * DAY, hosts(up(0), down(100_000_000)));
    expect(host()).to.deep.equal({ download: 0, upload: 0 });
  });

  it('is not what a machine that slept for days looks like, although the router’s clock runs a little fast', async () => {
    await at(0, 0, hosts(up(0), down(0)));
    await at(60, 0, hosts(up(0), down(0)));
    await at(120, 4 * DAY, hosts(up(0), down(4_000_000)), 4 * DAY + 7);
    const days = await bench.store.all(
      "SELECT day FROM day JOIN account ON account.id = day.account WHERE kind = 'device' AND download > 0",
    );
    expect(days).to.have.length(5);
  });
});
