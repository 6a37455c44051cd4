import { expect } from 'chai';
import type { Observation, System } from '../../../src/domain/observation.ts';
import { CLASSIC_STATION_RULES } from '../../../src/sources/classic/classic.ts';
import { HOST_RULES } from '../../../src/sources/openwrt/hosts.ts';
import { type Bench, classic, complete, openBench, PHONE, START, station, system, TERMS, wan } from '../../support/ledger/rounds.ts';

const uplink = { kind: 'wan', router: 'gateway', interface: 'wan' } as const;
const IP = '192.168.1.10';

describe('what a router says of its boot and its time', () => {
  let bench: Bench;
  beforeEach(async () => {
    bench = await openBench();
  });
  afterEach(() => bench.close());

  const epoch = (boot: string) => ({ boot, instance: 5, began: null, margin: 0 });
  /** The uplink of a router that says it runs for `uptime` s, read at `seconds`. */
  const read = (seconds: number, boot: string, uptime: number, download: number, wall?: number) =>
    bench.readFrom('gateway', seconds, [wan({ download, upload: 0 }, { epoch: epoch(boot) })], {
      system: timed(boot, uptime, wall ?? seconds),
      ...(wall === undefined ? {} : { wall }),
    });
  const timed = (boot: string, uptime: number, wall: number): System => ({ ...system(boot, uptime), time: START / 1000 + wall });
  const whys = async (kind: string) => (await bench.store.all('SELECT why FROM audit WHERE kind = ?', kind)).map(({ why }) => String(why));
  const posted = () => bench.total(uplink)?.download;

  describe('Rule: uptime', () => {
    it('an uptime that gains far more than our clocks bounds nothing, and is written down once', async () => {
      await read(0, 'aaaaaaaa', 1003, 1000);
      await read(15, 'aaaaaaaa', 1e9, 8e15);
      expect(posted()).to.equal(0);
      expect(await whys('rejected')).to.have.length(1);
      expect(await whys('clock')).to.deep.equal(["the router's uptime is 999998982 s ahead of our clocks and is not used"]);
    });

    it('an uptime that gains a little too much in every answer bounds nothing either', async () => {
      await bench.restart({ ...TERMS, lineRate: () => 8e9 });
      await read(0, 'aaaaaaaa', 1000, 0);
      for (let i = 1; i <= 20; i++) await read(i, 'aaaaaaaa', 1000 + 60 * i, 50e9 * i);
      // A second's bytes at the line rate, the refresh period, and 60 s once.
      expect(posted()).to.be.at.most(100e9);
    });

    it('an uptime that drifts as clocks do is believed for months', async () => {
      for (let day = 0; day <= 90; day++) await read(86_400 * day, 'aaaaaaaa', Math.round(1000 + 86_400 * day * (1 + 150e-6)), 1000 * day);
      expect(await whys('clock')).to.deep.equal([]);
      expect(posted()).to.equal(90_000);
    });

    it('an uptime that stands still is written down once', async () => {
      for (let i = 0; i < 6; i++) await read(15 * i, 'aaaaaaaa', 1000, 1000 * i);
      expect(posted()).to.equal(0);
      expect(await whys('stale')).to.deep.equal(["the router's uptime stands still at 1000 s, so its answers are left out"]);
    });

    it('honest answers after one such answer count at once', async () => {
      await read(0, 'aaaaaaaa', 1003, 1000);
      await read(15, 'aaaaaaaa', 1e9, 2000);
      await read(30, 'aaaaaaaa', 1033, 3000);
      await read(45, 'aaaaaaaa', 1048, 4000);
      expect(posted()).to.equal(3000);
      expect(await whys('stale')).to.deep.equal([]);
    });

    it('whatever an uptime does, the reader recovers within a few consistent answers, also after the first one lied', async () => {
      let seconds = 0;
      for (const lie of [1e9, 1e300, 1200, 0, 990]) {
        const router = `r${lie}`;
        const began = seconds;
        const step = async (uptime: number) => {
          seconds += 15;
          await bench.readFrom(router, seconds, [wan({ download: 1000 * seconds, upload: 0 })], {
            system: system('aaaaaaaa', uptime),
            origin: router,
          });
        };
        await step(lie);
        for (let i = 0; i < 3; i++) await step(1000 + seconds);
        await step(lie);
        for (let i = 0; i < 6; i++) await step(1000 + seconds);
        const before = bench.total({ ...uplink, router })?.download ?? 0;
        await step(1000 + seconds);
        await step(1000 + seconds);
        expect((bench.total({ ...uplink, router })?.download ?? 0) - before, String(lie)).to.equal(30_000);
        expect(bench.total({ ...uplink, router })?.download, String(lie)).to.be.at.most(1000 * (seconds - began - 15));
      }
    });

    it('an uptime that leapt and stays consistent is believed after a few answers', async () => {
      await read(0, 'aaaaaaaa', 1000, 0);
      for (let i = 1; i <= 5; i++) await read(15 * i, 'aaaaaaaa', 5000 + 15 * i, 1000 * i);
      expect(posted()).to.equal(5000);
      expect(bench.ledger.books.readers.get('gateway\nwan')?.uptime).to.equal(5075);
      expect((await whys('clock')).at(-1)).to.match(/leapt to \d+ s and continues from there/);
    });

    it('a station whose age is known from the uptime alone has not begun again', async () => {
      const at = (seconds: number, uptime: number, download: number) => {
        const began = { boot: 'aaaaaaaa', instance: null, began: uptime - 500 - seconds, margin: 2 };
        return bench.readFrom('gateway', seconds, [complete(station(PHONE, download, 0, { interface: 'w', epoch: began }))], {
          system: system('aaaaaaaa', uptime),
        });
      };
      await at(0, 1000, 5_000_000);
      await at(15, 1e9, 5_000_100);
      await at(30, 1030, 5_000_200);
      for (let i = 3; i < 8; i++) await at(15 * i, 2e6 + 15 * i, 5_000_000 + 100 * i);
      expect(bench.total({ kind: 'device', key: PHONE })).to.deep.equal({ download: 700, upload: 0 });
    });
  });

  describe('Rule: earlier boot', () => {
    it('an answer of an earlier boot that arrives late is left out, and no byte counts twice', async () => {
      await read(0, 'aaaaaaaa', 5000, 1_000_000);
      await read(15, 'aaaaaaaa', 5015, 1_001_000);
      await read(30, 'bbbbbbbb', 10, 500);
      await read(45, 'aaaaaaaa', 5016, 1_001_000);
      await bench.restart();
      await read(60, 'bbbbbbbb', 40, 900);
      await read(75, 'aaaaaaaa', 5017, 1_001_100);
      await read(90, 'bbbbbbbb', 70, 1000);
      expect(posted()).to.equal(1000 + 1000);
      expect(await whys('stale')).to.deep.equal([
        'the answer is from an earlier boot of the router, 5016 s after that boot',
        'the answer is from an earlier boot of the router, 5017 s after that boot',
      ]);
    });

    it('after the box was swapped, too', async () => {
      await read(0, 'aaaaaaaa', 5000, 1_000_000);
      await read(15, 'cccccccc', 90_000, 70_000_000);
      await read(30, 'aaaaaaaa', 5016, 1_000_100);
      await read(45, 'cccccccc', 90_030, 70_000_500);
      expect(posted()).to.equal(500);
    });

    it('a box that is really back is another machine after a few answers', async () => {
      await read(0, 'aaaaaaaa', 5000, 1_000_000);
      await read(15, 'cccccccc', 90_000, 70_000_000);
      for (let i = 2; i < 7; i++) await read(15 * i, 'aaaaaaaa', 5000 + 15 * i, 1_000_000 + 100 * i);
      expect(posted()).to.equal(200);
      expect((await whys('machine')).at(-1)).to.match(/was read here before$/);
    });

    it('is remembered for several boots', async () => {
      for (let i = 0; i < 6; i++) await read(100 * i, `b007000${i}`, 50, 1000);
      for (let i = 0; i < 5; i++) await read(600 + i, `b007000${i}`, 60, 9000);
      expect(posted()).to.equal(5000);
      expect(await whys('stale')).to.have.length(5);
    });
  });

  describe('Rule: another machine', () => {
    it('is told by our monotonic clock, though the wall clock stepped ahead by days', async () => {
      await read(0, 'aaaaaaaa', 5000, 1_000_000);
      await read(15, 'cccccccc', 90_000, 700_000_000_000, 3 * 86_400);
      await read(30, 'cccccccc', 90_015, 700_000_000_100, 3 * 86_400 + 15);
      expect(posted()).to.equal(100);
      expect(await whys('machine')).to.have.length(1);
    });
  });

  describe('Rule: time', () => {
    it('what was counted while the wall clock stepped ahead belongs to the time that our monotonic clock shows', async () => {
      await read(0, 'aaaaaaaa', 5000, 1_000_000);
      await read(15, 'aaaaaaaa', 5015, 1_000_500, 3 * 86_400);
      const days = await bench.store.all('SELECT count(*) AS n FROM day');
      expect([posted(), days[0]?.n]).to.deep.equal([500, 1]);
    });

    it('the wall clock is right where the routers agree with it: this machine slept', async () => {
      await read(0, 'aaaaaaaa', 5000, 1_000_000);
      await read(15, 'aaaaaaaa', 5000 + 3 * 86_400, 1_000_500, 3 * 86_400);
      const days = await bench.store.all('SELECT count(*) AS n FROM day');
      expect([posted(), days[0]?.n]).to.deep.equal([500, 4]);
    });
  });

  describe('Rule: device account', () => {
    const hosts = (download: number): Observation => ({
      ...{ source: 'hosts', rules: HOST_RULES['hosts nftables'], method: 'nftables', devices: [], uncounted: null },
      hosts: [{ counts: 'both', mac: PHONE, ip: IP, bytes: { download, upload: 0 }, bits: 64, epoch: null }],
    });

    it('misses nothing while the wall clock steps back and hosts feed devices', async () => {
      await bench.restart({ ...TERMS, accounting: 'auto' });
      const at = (seconds: number, wall: number, download: number) =>
        bench.readFrom('gateway', seconds, [classic(station(PHONE, download, 0)), hosts(download)], {
          system: timed('aaaaaaaa', 5000 + seconds, wall),
          wall,
        });
      await at(0, 0, 0);
      await at(15, 15, 100);
      await at(30, 30, 200);
      const before = bench.total({ kind: 'device', key: PHONE })?.download ?? 0;
      await at(45, -400, 350);
      await at(60, -385, 500);
      expect((bench.total({ kind: 'device', key: PHONE })?.download ?? 0) - before).to.equal(300);
      expect(bench.total({ kind: 'host', router: 'gateway', key: PHONE })?.download).to.equal(500);
    });
  });

  describe('Rule: new counter', () => {
    const list = (method: 'nftables' | 'nlbwmon', ...bytes: (readonly [string, number])[]): Observation => ({
      ...{ source: 'hosts', rules: HOST_RULES[`hosts ${method}`], method, devices: [], uncounted: null },
      hosts: bytes.map(([ip, download]) => ({ counts: 'both', mac: PHONE, ip, bytes: { download, upload: 0 }, bits: 64, epoch: null })),
    });

    for (const method of ['nftables', 'nlbwmon'] as const) {
      it(`a host of ${method} that the first answer of an origin missed is not new in the second, also after a restart`, async () => {
        await bench.restart({ ...TERMS, accounting: 'auto' });
        await bench.read(0, list(method, ['192.168.1.11', 5]));
        await bench.restart({ ...TERMS, accounting: 'auto' });
        await bench.read(15, list(method, ['192.168.1.11', 5], [IP, 7_000_000]));
        expect(bench.ledger.books.feeding.by).to.equal('stations');
        await bench.read(30, list(method, ['192.168.1.11', 5], [IP, 7_000_100], ['192.168.1.12', 30]));
        expect(bench.total({ kind: 'host', router: 'gateway', key: PHONE })).to.deep.equal({ download: 130, upload: 0 });
      });
    }

    it('a station of a classic list is', async () => {
      const stations = (download: number): Observation => ({
        ...{ source: 'stations', rules: CLASSIC_STATION_RULES, radios: [] },
        stations: download === 0 ? [] : [station(PHONE, download, 0)],
      });
      await bench.read(0, stations(0));
      await bench.read(15, stations(70));
      expect(bench.total({ kind: 'device', key: PHONE })).to.deep.equal({ download: 70, upload: 0 });
    });
  });
});
