import { expect } from 'chai';
import type { CounterRules } from '../../../src/domain/counter.ts';
import type { Observation, SumCounter } from '../../../src/domain/observation.ts';
import type { RouterRound } from '../../../src/domain/round.ts';
import { usageOf } from '../../../src/ledger/account.ts';
import { STATISTICS_HOST_RULES } from '../../../src/sources/tplink/reading.ts';
import { type Bench, classic, failed, LAPTOP, ok, openBench, PHONE, START, station, system, TERMS } from '../../support/ledger/rounds.ts';

const RULES: CounterRules = { directions: 'sum', absent: 'kept', unknown: 'began', fall: 'reset', moves: true, refresh: 10 };
const IP = '192.168.0.100';
const TABLET = '02:00:00:00:00:03';

const machine = (mac: string, bytes: number, ip = IP): SumCounter => ({ mac, ip, bytes, packets: Math.ceil(bytes / 1000), bits: 32 });
const statistics = (...machines: SumCounter[]): Observation => ({ source: 'statistics', rules: RULES, machines });

const hosts = (mac: string, bytes: number): Observation => ({
  source: 'hosts',
  rules: { ...RULES, directions: 'apart', moves: false },
  method: 'nftables',
  hosts: [{ counts: 'both', mac, ip: IP, bytes: { download: bytes, upload: 0 }, bits: 64, epoch: null }],
  devices: ['br-lan'],
  uncounted: null,
});

describe('Rule: undirected bytes', () => {
  let bench: Bench;
  const open = async (accounting: 'auto' | 'stations' | 'hosts' = 'auto') => {
    bench = await openBench({ ...TERMS, accounting });
  };
  afterEach(() => bench.close());

  const used = (mac: string) => {
    const kept = bench.total({ kind: 'undirected', key: mac });
    return kept && usageOf('undirected', kept);
  };
  const device = (mac: string) => bench.total({ kind: 'device', key: mac });
  /** All that a device used. */
  const total = (mac: string) => {
    const { download, upload } = device(mac) ?? { download: 0, upload: 0 };
    return download + upload + (used(mac)?.total ?? 0);
  };
  const readBoth = (seconds: number, sum: Observation | null, other: Observation | null) => {
    const at = START + seconds * 1000;
    const routers: RouterRound[] = [
      { router: 'den', system: null, results: sum === null ? [failed('statistics', at)] : [ok(sum, at, 'den')] },
      { router: 'gateway', system: null, results: other === null ? [] : [ok(other, at, 'gateway')] },
    ];
    return bench.readAll(seconds, routers);
  };

  it('are a measure of their own: no download, no upload, and all that the device used', async () => {
    await open();
    await bench.read(0, statistics(machine(PHONE, 1000)));
    await bench.read(15, statistics(machine(PHONE, 1500), machine(LAPTOP, 70)));
    expect(used(PHONE)).to.deep.equal({ directed: null, undirected: 500, total: 500 });
    expect(used(LAPTOP)).to.deep.equal({ directed: null, undirected: 70, total: 70 });
    expect(device(PHONE)).to.equal(undefined);
    const { hours, days } = await bench.sums({ kind: 'undirected', key: PHONE });
    expect([hours, days].map((kept) => usageOf('undirected', kept).total)).to.deep.equal([500, 500]);
  });

  it('of a time in which another router counted too, although it has gone since, are not added to the total', async () => {
    await open();
    const alone = (seconds: number, bytes: number) =>
      bench.readFrom('den', seconds, [statistics(machine(PHONE, bytes))], { origin: 'den' });
    await readBoth(0, statistics(machine(PHONE, 1000)), hosts(PHONE, 0));
    await readBoth(15, statistics(machine(PHONE, 1000)), hosts(PHONE, 0));
    await readBoth(30, null, hosts(PHONE, 500));
    await readBoth(45, null, hosts(PHONE, 1500));
    expect(total(PHONE)).to.equal(1500);
    await bench.restart();
    await alone(60, 2510);
    expect(total(PHONE)).to.equal(1500);
    expect(used(PHONE)).to.deep.include({ undirected: 1510 });
    await alone(75, 2530);
    expect(total(PHONE)).to.equal(1520);
  });

  it('beside a gateway that counts hosts, the total is what the gateway counts', async () => {
    await open();
    await readBoth(0, statistics(machine(PHONE, 0)), hosts(PHONE, 0));
    await readBoth(15, statistics(machine(PHONE, 500)), hosts(PHONE, 480));
    await readBoth(30, statistics(machine(PHONE, 900)), hosts(PHONE, 880));
    expect(device(PHONE)).to.deep.equal({ download: 880, upload: 0 });
    expect(used(PHONE)).to.deep.equal({ directed: null, undirected: 900, total: 0 });
  });

  it('while the gateway does not answer nothing is added to the total, for it counts meanwhile', async () => {
    await open();
    await readBoth(0, statistics(machine(PHONE, 0)), hosts(PHONE, 0));
    await readBoth(15, statistics(machine(PHONE, 500)), hosts(PHONE, 480));
    await readBoth(30, statistics(machine(PHONE, 900)), null);
    await readBoth(45, statistics(machine(PHONE, 900)), hosts(PHONE, 880));
    expect(total(PHONE)).to.equal(880);
  });

  it('a device that only the TP-Link sees has its bytes in the total beside others that have directions', async () => {
    await open('stations');
    await readBoth(0, statistics(machine(LAPTOP, 0)), classic(station(PHONE, 0, 0)));
    await readBoth(15, statistics(machine(LAPTOP, 700)), classic(station(PHONE, 300, 40)));
    expect([total(LAPTOP), total(PHONE)]).to.deep.equal([700, 340]);
  });

  it('the first bytes with a direction of a device that had others are not added to them', async () => {
    await open('stations');
    await readBoth(0, statistics(machine(PHONE, 0)), classic());
    await readBoth(15, statistics(machine(PHONE, 700)), classic());
    // It went over to the access point between the two readings.
    await readBoth(30, statistics(machine(PHONE, 900)), classic(station(PHONE, 250, 0)));
    expect(total(PHONE)).to.equal(900);
    await readBoth(45, statistics(machine(PHONE, 1000)), classic(station(PHONE, 330, 20)));
    expect(total(PHONE)).to.equal(1000);
    expect(used(PHONE)?.undirected).to.equal(1000);
    expect(device(PHONE)).to.deep.equal({ download: 80, upload: 20 });
  });

  it('without a router that counts directions they are the total again, and one that is back repeats none of them', async () => {
    await open('stations');
    await readBoth(0, statistics(machine(PHONE, 0)), classic(station(PHONE, 0, 0)));
    await readBoth(15, statistics(machine(PHONE, 100)), classic(station(PHONE, 90, 10)));
    const alone = (seconds: number, bytes: number) =>
      bench.readFrom('den', seconds, [statistics(machine(PHONE, bytes))], { origin: 'den' });
    await alone(30, 300);
    await alone(45, 500);
    expect(total(PHONE)).to.equal(500);
    await bench.restart();
    await readBoth(60, statistics(machine(PHONE, 600)), classic(station(PHONE, 500, 50)));
    expect(total(PHONE)).to.equal(500);
    await readBoth(75, statistics(machine(PHONE, 700)), classic(station(PHONE, 580, 70)));
    expect(total(PHONE)).to.equal(600);
  });

  it('one that is back repeats none of them, whatever its clock said, also after restarts', async () => {
    await open('stations');
    const told = (seconds: number) => ({ ...system('aaaaaaaa', 5000 + seconds), time: START / 1000 + seconds });
    const read = (router: string, seconds: number, observation: Observation, wall = seconds) =>
      bench.readFrom(router, seconds, [observation], { wall, system: told(seconds) });
    await read('gateway', 0, classic(station(PHONE, 0, 0)));
    await read('den', 1, statistics(machine(PHONE, 0)));
    await read('gateway', 10, classic(station(PHONE, 100, 0)), 600);
    await bench.restart();
    await read('den', 20, statistics(machine(PHONE, 100)));
    await read('den', 40, statistics(machine(PHONE, 5100)));
    await bench.restart();
    await bench.restart();
    await read('gateway', 1000, classic(station(PHONE, 5100, 0)));
    expect(device(PHONE)).to.deep.equal({ download: 0, upload: 0 });
  });

  it('of a time in which another source than the configured one fed devices, they are not added to the total', async () => {
    await open('stations');
    await readBoth(0, statistics(machine(PHONE, 0)), classic(station(PHONE, 0, 0)));
    await readBoth(15, null, classic(station(PHONE, 900, 0)));
    await bench.restart({ ...TERMS, accounting: 'hosts' });
    await readBoth(30, statistics(machine(PHONE, 1000)), classic(station(PHONE, 1000, 0)));
    expect(total(PHONE)).to.equal(900);
    await readBoth(45, statistics(machine(PHONE, 1200)), classic(station(PHONE, 1200, 0)));
    expect(total(PHONE)).to.equal(900 + 200);
    expect(used(PHONE)?.undirected).to.equal(1200);
  });

  it('what an access point shows of a time in which they were the total is not added, when stations are to feed devices', async () => {
    await open('hosts');
    await readBoth(0, statistics(machine(PHONE, 0)), classic(station(PHONE, 0, 0)));
    await readBoth(15, statistics(machine(PHONE, 100)), classic(station(PHONE, 100, 0)));
    await readBoth(30, statistics(machine(PHONE, 700)), null);
    expect(total(PHONE)).to.equal(700);
    await bench.ledger.setTerms({ ...TERMS, accounting: 'stations' }, START + 30_000);
    await readBoth(45, statistics(machine(PHONE, 700)), classic(station(PHONE, 700, 0)));
    expect(total(PHONE)).to.equal(700);
    await readBoth(60, statistics(machine(PHONE, 750)), classic(station(PHONE, 750, 0)));
    expect(total(PHONE)).to.equal(750);
  });

  it('the audit has the bytes of a restart, without its packets', async () => {
    await open();
    await bench.read(0, statistics(machine(PHONE, 90_000)));
    await bench.read(15, statistics(machine(PHONE, 2000)));
    const [row] = await bench.store.all("SELECT kind, source, download, upload FROM audit WHERE kind = 'reset'");
    expect(row).to.deep.equal({ kind: 'reset', source: 'statistics', download: 2000, upload: 0 });
    expect(used(PHONE)?.total).to.equal(2000);
  });
});

describe('Rule: undirected counter, that may have passed its end more than once', () => {
  const gaps = async (lineRate: number, seconds: number, observation = statistics(machine(PHONE, 5000))) => {
    const bench = await openBench({ ...TERMS, lineRate: () => lineRate });
    try {
      await bench.read(0, observation);
      await bench.read(seconds, observation);
      return (await bench.store.all("SELECT why FROM audit WHERE kind = 'gap'")).map(({ why }) => why);
    } finally {
      await bench.close();
    }
  };

  it('is named in the audit, with the time, where the line can have carried that', async () => {
    expect(await gaps(1e8, 170)).to.deep.equal([]);
    expect(await gaps(1e8, 180)).to.deep.equal([
      'no reading for 180 s, in which a counter of 32 bits may have passed its end more than once',
    ]);
  });

  it('is not, where the rate of the line is not configured, or the counter is wider', async () => {
    expect(await gaps(1e10, 180)).to.deep.equal([]);
    expect(await gaps(1e8, 180, statistics({ ...machine(PHONE, 5000), bits: 64 }))).to.deep.equal([]);
  });
});

describe('Rule: undirected counter, of a machine that comes and goes', () => {
  let bench: Bench;
  before(async () => {
    bench = await openBench();
  });
  after(() => bench.close());
  const posted = () => bench.total({ kind: 'undirected', key: PHONE })?.download;

  it('an entry that vanishes and begins again posts what it shows', async () => {
    await bench.read(0, statistics(machine(PHONE, 50_000)));
    await bench.read(15, statistics());
    await bench.read(30, statistics(machine(PHONE, 3000)));
    expect(posted()).to.equal(3000);
  });

  it('a new address begins at zero, beside the one before', async () => {
    await bench.read(45, statistics(machine(PHONE, 3000), machine(PHONE, 400, '192.168.0.7')));
    expect(posted()).to.equal(3400);
  });

  it('an entry that changed its address alone continues', async () => {
    await bench.read(60, statistics(machine(PHONE, 3100), machine(PHONE, 500, '192.168.0.8')));
    expect(posted()).to.equal(3600);
    await bench.restart();
    await bench.read(75, statistics(machine(PHONE, 3100), machine(PHONE, 550, '192.168.0.8')));
    expect(posted()).to.equal(3650);
  });

  it('an entry that was absent and is back at another address continues, each figure once', async () => {
    await bench.read(90, statistics());
    await bench.read(105, statistics(machine(PHONE, 3150, '192.168.0.9'), machine(PHONE, 3120, '192.168.0.10')));
    // 50 more than 3100; the other one more than 550.
    expect(posted()).to.equal(3650 + 50 + (3120 - 550));
  });

  it('an entry at an address that another one had before continues its own figure, and that of the other one waits', async () => {
    const both = (two: number, three: number) => statistics(machine(LAPTOP, two, '192.168.0.2'), machine(LAPTOP, three, '192.168.0.3'));
    await bench.read(120, both(3000, 6000));
    await bench.read(135, statistics(machine(LAPTOP, 6000, '192.168.0.3')));
    const laptop = () => bench.total({ kind: 'undirected', key: LAPTOP })?.download;
    expect(laptop()).to.equal(9000);
    await bench.read(150, statistics(machine(LAPTOP, 6100, '192.168.0.2')));
    expect(laptop()).to.equal(9100);
    await bench.restart();
    await bench.read(165, both(6100, 3040));
    expect(laptop()).to.equal(9140);
  });

  it('an entry that may have restarted when its address changes is posted once, also when it is back at the one before', async () => {
    const tablet = (bytes: number, last: number) =>
      statistics({ mac: TABLET, ip: `192.168.0.${last}`, bytes, packets: null, bits: 64 }, machine(PHONE, 3150, '192.168.0.9'));
    await bench.read(1020, tablet(40_000_000, 20));
    await bench.read(1035, tablet(10_000_000, 20));
    await bench.read(1050, tablet(11_000_000, 21));
    const before = bench.total({ kind: 'undirected', key: TABLET })?.download ?? 0;
    expect(before - 40_000_000).to.equal(11_000_000);
    await bench.read(1065, tablet(50_000_000, 20));
    expect(bench.total({ kind: 'undirected', key: TABLET })?.download).to.equal(40_000_000 + 50_000_000);
  });
});

describe('Rule: undirected counter, with both directions', () => {
  const shown = (...entries: [ip: string, download: number, upload: number][]): Observation => ({
    ...{ source: 'hosts', rules: STATISTICS_HOST_RULES, method: 'statistics', devices: [], uncounted: null },
    hosts: entries.map(([ip, download, upload]) => ({
      counts: 'both',
      mac: PHONE,
      ip,
      bytes: { download, upload },
      bits: 64,
      epoch: null,
    })),
  });

  it('an entry of a router that shows both directions continues at another address, and a new one begins at zero', async () => {
    const bench = await openBench();
    const used = () => bench.total({ kind: 'host', router: 'gateway', key: PHONE });
    try {
      await bench.read(0, shown(['192.168.0.5', 3000, 300]));
      await bench.read(15, shown(['192.168.0.5', 3010, 301]));
      await bench.read(30, shown(['192.168.0.6', 3020, 302]));
      expect(used()).to.deep.equal({ download: 20, upload: 2 });
      await bench.restart();
      await bench.read(45, shown(['192.168.0.6', 3025, 302], ['192.168.0.7', 40, 4]));
      expect(used()).to.deep.equal({ download: 65, upload: 6 });
      // Back at an address that it had: what waits there is its own, not above what it shows.
      await bench.read(60, shown(['192.168.0.5', 3030, 303], ['192.168.0.7', 40, 4]));
      expect(used()).to.deep.equal({ download: 70, upload: 7 });
    } finally {
      await bench.close();
    }
  });

  it('one that shows less in one direction continues in the other, which is posted once', async () => {
    const bench = await openBench();
    try {
      await bench.read(0, shown(['192.168.0.8', 3000, 0]));
      await bench.read(15, shown(['192.168.0.8', 1800, 100]));
      await bench.read(30, shown(['192.168.0.9', 1900, 150]));
      expect(bench.total({ kind: 'host', router: 'gateway', key: PHONE })).to.deep.equal({ download: 0, upload: 150 });
      await bench.read(45, shown(['192.168.0.9', 3100, 150]));
      expect(bench.total({ kind: 'host', router: 'gateway', key: PHONE })).to.deep.equal({ download: 100, upload: 150 });
    } finally {
      await bench.close();
    }
  });

  it('is the highest of both directions together, so that the least is posted', async () => {
    const bench = await openBench();
    try {
      await bench.read(0, shown(['192.168.0.8', 1000, 10], ['192.168.0.9', 990, 5000]));
      await bench.read(15, shown(['192.168.0.10', 1000, 5000]));
      expect(bench.total({ kind: 'host', router: 'gateway', key: PHONE })).to.deep.equal({ download: 10, upload: 0 });
    } finally {
      await bench.close();
    }
  });

  it('brings along what may have been counted elsewhere (Rule: device account)', async () => {
    const readBoth = (bench: Bench, seconds: number, host: Observation, wifi: number, wall = seconds) => {
      const at = START + wall * 1000;
      const routers: RouterRound[] = [
        { router: 'den', system: null, results: [ok(host, at, 'den')] },
        { router: 'ap', system: null, results: [ok(classic(station(PHONE, wifi, 0)), at, 'ap')] },
      ];
      return bench.readAll(seconds, routers, wall);
    };
    const device = (bench: Bench) => bench.total({ kind: 'device', key: PHONE })?.download ?? 0;
    for (const [set, found] of [
      [0, shown(['192.168.0.8', 1500, 0])],
      [-300, shown(['192.168.0.8', 1500, 0])],
      [0, shown(['192.168.0.9', 1500, 0])],
    ] as const) {
      const bench = await openBench({ ...TERMS, accounting: 'stations' });
      try {
        await readBoth(bench, 0, shown(['192.168.0.8', 1000, 0]), 0);
        await readBoth(bench, 15, shown(), 500);
        await bench.restart({ ...TERMS, accounting: 'hosts' });
        await readBoth(bench, 2000, shown(), 500);
        await readBoth(bench, 2600, shown(), 500, 2600 + set);
        await readBoth(bench, 2615, found, 500, 2615 + set);
        expect(device(bench), `clock set by ${set} s`).to.equal(500);
      } finally {
        await bench.close();
      }
    }
  });
});
