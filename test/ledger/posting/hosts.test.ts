import { expect } from 'chai';
import type { CounterRules, Epoch } from '../../../src/domain/counter.ts';
import type { HostCounter, Neighbour, Observation } from '../../../src/domain/observation.ts';
import type { SourceResult } from '../../../src/domain/round.ts';
import {
  type Bench,
  classic,
  failed,
  LAPTOP,
  lease,
  leases,
  openBench,
  PHONE,
  START,
  station,
  system,
  TERMS,
  wan,
} from '../../support/ledger/rounds.ts';

const NFTABLES: CounterRules = { directions: 'apart', absent: 'missed', unknown: 'began', fall: 'reset', refresh: 10 };
const NLBWMON: CounterRules = { ...NFTABLES, absent: 'kept', fall: 'lowers' };
const epoch = (instance: number): Epoch => ({ boot: 'aaaaaaaa', instance, began: null, margin: 0 });

const up = (mac: string | null, ip: string, bytes: number, table = 1): HostCounter => ({
  counts: 'upload',
  mac,
  ip,
  bytes: { download: 0, upload: bytes },
  bits: 64,
  epoch: epoch(table),
});
const down = (ip: string, bytes: number, table = 1): HostCounter => ({
  counts: 'download',
  mac: null,
  ip,
  bytes: { download: bytes, upload: 0 },
  bits: 64,
  epoch: epoch(table),
});
const hosts = (...list: HostCounter[]): Observation => ({
  source: 'hosts',
  rules: NFTABLES,
  method: 'nftables',
  hosts: list,
  devices: ['br-lan'],
  uncounted: null,
});
const neighbours = (...pairs: [ip: string, mac: string][]): Observation => ({
  source: 'neighbours',
  neighbours: pairs.map(([ip, mac]): Neighbour => ({ ip, mac, interface: 'br-lan', state: 'REACHABLE' })),
});

const BOTH = { kind: 'host', router: 'gateway' } as const;
const IP = '192.168.1.10';
const IP6 = 'fd00::10';

describe('hosts', () => {
  let bench: Bench;
  const open = async (accounting: 'auto' | 'hosts' | 'stations' = 'hosts') => {
    bench = await openBench({ ...TERMS, accounting });
  };
  afterEach(() => bench.close());

  it('IPv4 and IPv6, sent and received, are one host and one device', async () => {
    await open();
    await bench.read(0, hosts(up(PHONE, IP, 100), down(IP, 1000)), neighbours([IP, PHONE], [IP6, PHONE]));
    await bench.read(
      15,
      hosts(up(PHONE, IP, 150), down(IP, 1500), up(PHONE, IP6, 7), down(IP6, 70)),
      neighbours([IP, PHONE], [IP6, PHONE]),
    );
    expect(bench.total({ ...BOTH, key: PHONE })).to.deep.equal({ download: 570, upload: 57 });
    expect(bench.total({ kind: 'device', key: PHONE })).to.deep.equal({ download: 570, upload: 57 });
  });

  it('each direction is separate: a fall in one is not a reset of the other', async () => {
    await open();
    await bench.read(0, hosts(up(PHONE, IP, 100), down(IP, 1000)));
    await bench.read(15, hosts(up(PHONE, IP, 3), down(IP, 1500)));
    expect(bench.total({ ...BOTH, key: PHONE })).to.deep.equal({ download: 500, upload: 3 });
  });

  it('a table created again is a reset, even if its counters are higher', async () => {
    await open();
    await bench.readFrom('gateway', 0, [hosts(up(PHONE, IP, 100), down(IP, 1000))], { system: system('aaaaaaaa', 5000) });
    await bench.readFrom('gateway', 60, [hosts(up(PHONE, IP, 300, 2), down(IP, 1200, 2))], { system: system('aaaaaaaa', 5060) });
    expect(bench.total({ ...BOTH, key: PHONE })).to.deep.equal({ download: 1200, upload: 300 });
  });

  it('an element that expired and came back counts from zero (Rule: missed element)', async () => {
    await open();
    await bench.read(0, hosts(up(PHONE, IP, 100), down(IP, 1000)));
    await bench.read(15, hosts());
    await bench.read(30, hosts(up(PHONE, IP, 40)));
    await bench.read(3 * 86_400, hosts(up(PHONE, IP, 40)));
    await bench.read(3 * 86_400 + 15, hosts(up(PHONE, IP, 40), down(IP, 4000)));
    expect(bench.total({ ...BOTH, key: PHONE })).to.deep.equal({ download: 4000, upload: 40 });
  });

  it('an element that one list has missed is posted once (Rule: missed element)', async () => {
    await open();
    await bench.read(0, hosts(up(PHONE, IP, 100), down(IP, 1000)));
    await bench.read(15, hosts(up(PHONE, IP, 150)));
    await bench.restart();
    await bench.read(30, hosts(up(PHONE, IP, 160), down(IP, 1600)));
    expect(bench.total({ ...BOTH, key: PHONE })).to.deep.equal({ download: 600, upload: 60 });
  });

  it('a figure that was refused after a pause of more than a day is still gone when it is gone (Rule: implausible)', async () => {
    await open();
    const hour = 3600;
    await bench.read(0, hosts(up(PHONE, IP, 600_000_000)));
    await bench.read(30 * hour, hosts(up(PHONE, IP, 1e15)));
    await bench.read(30 * hour + 60, hosts(up(PHONE, IP, 1e15)));
    await bench.restart();
    await bench.read(30 * hour + 120, hosts(up(PHONE, IP, 600_000_050)));
    expect(bench.total({ ...BOTH, key: PHONE })).to.deep.equal({ download: 0, upload: 50 });
  });

  it('one that moves nothing is not seen, although its counter is still in the answer (Rule: last seen)', async () => {
    await open();
    await bench.read(0, hosts(up(PHONE, IP, 100), up(LAPTOP, '192.168.1.11', 100)));
    await bench.read(60, hosts(up(PHONE, IP, 100), up(LAPTOP, '192.168.1.11', 101)));
    const seen = [...bench.ledger.books.accounts.values()].flatMap(({ kind, key, lastSeen }) =>
      kind === 'device' ? [[key, lastSeen - START]] : [],
    );
    expect(seen).to.deep.equal([
      [PHONE, 0],
      [LAPTOP, 60_000],
    ]);
  });

  it('a device on the air is seen, whether it moves routed bytes or not (Rule: last seen)', async () => {
    await open();
    await bench.read(0, classic(station(PHONE, 0, 0)), hosts(up(PHONE, IP, 100)));
    await bench.read(60, classic(station(PHONE, 500, 0)), hosts(up(PHONE, IP, 100)));
    const device = [...bench.ledger.books.accounts.values()].find(({ kind }) => kind === 'device');
    expect([device?.total, device?.lastSeen]).to.deep.equal([{ download: 0, upload: 0 }, START + 60_000]);
  });

  it('a table that could not be read changes nothing', async () => {
    await open();
    await bench.read(0, hosts(up(PHONE, IP, 100)));
    await bench.read(15, failed('hosts', START + 15_000));
    await bench.read(30, hosts(up(PHONE, IP, 400)));
    expect(bench.total({ ...BOTH, key: PHONE })).to.deep.equal({ download: 0, upload: 300 });
  });

  it('an address that moves from one device to another: each byte goes to the device that has it then', async () => {
    await open();
    await bench.read(0, hosts(up(PHONE, IP, 0), down(IP, 0)), neighbours([IP, PHONE]));
    await bench.read(15, hosts(up(PHONE, IP, 10), down(IP, 100)), neighbours([IP, PHONE]));
    await bench.read(30, hosts(up(PHONE, IP, 10), up(LAPTOP, IP, 5), down(IP, 150)), neighbours([IP, LAPTOP]));
    expect(bench.total({ ...BOTH, key: PHONE })).to.deep.equal({ download: 100, upload: 10 });
    expect(bench.total({ ...BOTH, key: LAPTOP })).to.deep.equal({ download: 50, upload: 5 });
  });

  describe('of addresses whose MAC is unknown (Rule: unknown address)', () => {
    it('bytes wait under the address and go over in one stroke: hours, days, month and total', async () => {
      await open();
      await bench.read(0, hosts(up(null, IP, 0), down(IP, 0)));
      await bench.read(3600, hosts(up(null, IP, 50), down(IP, 500)));
      expect(bench.total({ ...BOTH, key: IP })).to.deep.equal({ download: 500, upload: 50 });
      expect(bench.total({ kind: 'device', key: IP })).to.equal(undefined);
      await bench.read(3615, hosts(up(null, IP, 60), down(IP, 600)), neighbours([IP, PHONE]));
      const whole = { download: 600, upload: 60 };
      for (const name of [{ ...BOTH, key: PHONE }, { kind: 'device', key: PHONE } as const]) {
        expect(bench.total(name)).to.deep.equal(whole);
        expect(await bench.sums(name)).to.deep.equal({ hours: whole, days: whole });
      }
      expect([...bench.ledger.books.accounts.values()].map(({ kind, key, month }) => [kind, key, month])).to.deep.equal([
        ['host', PHONE, whole],
        ['device', PHONE, whole],
      ]);
      await bench.restart();
      expect(
        [...bench.ledger.books.accounts.values()].map(({ kind, key, total, month }) => [kind, key, total, month]),
      ).to.have.deep.members([
        ['host', PHONE, whole, whole],
        ['device', PHONE, whole, whole],
      ]);
    });

    it('move to a device that has its own bytes', async () => {
      await open();
      await bench.read(0, hosts(up(PHONE, IP, 0), down(IP, 0), down(IP6, 0)), neighbours([IP, PHONE]));
      await bench.read(15, hosts(up(PHONE, IP, 1), down(IP, 10), down(IP6, 100)), neighbours([IP, PHONE]));
      await bench.read(30, hosts(up(PHONE, IP, 1), down(IP, 10), down(IP6, 100)), neighbours([IP, PHONE], [IP6, PHONE]));
      expect(bench.total({ ...BOTH, key: PHONE })).to.deep.equal({ download: 110, upload: 1 });
      expect(bench.total({ kind: 'device', key: PHONE })).to.deep.equal({ download: 110, upload: 1 });
    });

    it('several addresses of one device that are learned at once all go over, in the file too', async () => {
      await open();
      await bench.read(0, hosts(down(IP, 0), down(IP6, 0)));
      await bench.read(15, hosts(down(IP, 100), down(IP6, 1000)));
      await bench.read(30, hosts(down(IP, 100), down(IP6, 1000)), neighbours([IP, PHONE], [IP6, PHONE]));
      const whole = { download: 1100, upload: 0 };
      for (const restarted of [false, true]) {
        if (restarted) await bench.restart();
        for (const name of [{ ...BOTH, key: PHONE }, { kind: 'device', key: PHONE } as const]) {
          expect(bench.total(name), `restarted: ${restarted}`).to.deep.equal(whole);
          expect(await bench.sums(name)).to.deep.equal({ hours: whole, days: whole });
        }
      }
    });

    it('take up the room of accounts only as long as they are there', async () => {
      bench = await openBench({ ...TERMS, accounting: 'hosts', mostAccounts: 4 });
      const shown: HostCounter[] = [];
      await bench.read(0, hosts());
      for (let day = 1; day <= 5; day++) {
        const ip = `fd00::${day}`;
        shown.push(down(ip, 100));
        await bench.read(day * 60, hosts(...shown));
        await bench.read(day * 60 + 15, hosts(...shown), neighbours([ip, PHONE]));
      }
      expect(bench.total({ kind: 'device', key: PHONE })).to.deep.equal({ download: 500, upload: 0 });
      expect(bench.ledger.books.accounts.size).to.equal(2);
    });

    it('two that claim one address are believed neither', async () => {
      await open();
      await bench.read(0, hosts(down(IP, 0)));
      await bench.read(15, hosts(up(PHONE, IP, 5), up(LAPTOP, IP, 5), down(IP, 100)), neighbours([IP, PHONE], [IP, LAPTOP]));
      expect(bench.total({ ...BOTH, key: IP })).to.deep.equal({ download: 100, upload: 0 });
    });

    it('stay there when the address may be another’s by now', async () => {
      await open();
      await bench.read(0, hosts(down(IP, 0)));
      await bench.read(15, hosts(down(IP, 100)));
      await bench.read(15 + 13 * 3600, hosts(), neighbours([IP, PHONE]));
      expect(bench.total({ ...BOTH, key: IP })).to.deep.equal({ download: 100, upload: 0 });
      expect(bench.total({ ...BOTH, key: PHONE })).to.equal(undefined);
    });

    it('a lease shows which device has an address, and another router’s does not', async () => {
      await open();
      await bench.read(0, hosts(down(IP, 0)));
      await bench.readAll(15, [
        { router: 'gateway', system: null, results: [{ ...okHosts(15, down(IP, 100)) }] },
        { router: 'other', system: null, results: [{ ...okOf(15, leases([lease(LAPTOP, 'laptop', IP)])) }] },
      ]);
      expect(bench.total({ ...BOTH, key: IP })).to.deep.equal({ download: 100, upload: 0 });
      await bench.read(30, hosts(down(IP, 100)), leases([lease(PHONE, 'phone', IP)]));
      expect(bench.total({ ...BOTH, key: PHONE })).to.deep.equal({ download: 100, upload: 0 });
    });
  });

  describe('nlbwmon', () => {
    const at = (seconds: number, period: number, bytes: number, reader = 'one') => {
      const epoch = { boot: 'nlbwmon', instance: period, began: null, margin: 0 };
      const host: HostCounter = { counts: 'both', mac: PHONE, ip: IP, bytes: { download: bytes, upload: 0 }, bits: 64, epoch };
      const observation: Observation = { source: 'hosts', rules: NLBWMON, method: 'nlbwmon', hosts: [host], devices: [], uncounted: null };
      return bench.readFrom('gateway', seconds, [observation], { origin: reader });
    };

    it('a fall inside its period posts nothing, and counting continues from there (Rule: lowered counter)', async () => {
      await open();
      await at(0, 20_261_101, 1000);
      await at(15, 20_261_101, 400);
      await at(30, 20_261_101, 450);
      expect(bench.total({ ...BOTH, key: PHONE })).to.deep.equal({ download: 50, upload: 0 });
    });

    const phoneTotal = () => bench.total({ ...BOTH, key: PHONE });
    const several = (seconds: number, period: number, ...bytes: [ip: string, bytes: number][]) => {
      const epoch = { boot: 'nlbwmon', instance: period, began: null, margin: 0 };
      const list = bytes.map(
        ([ip, download]): HostCounter => ({ counts: 'both', mac: PHONE, ip, bytes: { download, upload: 0 }, bits: 64, epoch }),
      );
      const observation: Observation = { source: 'hosts', rules: NLBWMON, method: 'nlbwmon', hosts: list, devices: [], uncounted: null };
      return bench.readFrom('gateway', seconds, [observation], { origin: 'one' });
    };

    it('a later period that the calendar names has not begun while no counter fell (Rule: period begun)', async () => {
      await open();
      await at(0, 20_261_125, 1_000_000_000);
      for (const [i, day] of [20_261_125, 20_261_126, 20_261_127, 20_261_128].entries())
        await at(60 + i * 60, day, 1_000_100_000 + i * 100_000);
      expect(phoneTotal()).to.deep.equal({ download: 400_000, upload: 0 });
      await bench.restart();
      await at(400, 20_261_129, 1_000_500_000);
      expect(phoneTotal()).to.deep.equal({ download: 500_000, upload: 0 });
      await at(460, 20_261_130, 7);
      expect(phoneTotal(), 'nlbwmon could save at last, and began').to.deep.equal({ download: 500_007, upload: 0 });
    });
    it('counters that together show less than half have begun at zero, though one stands higher (Rule: period begun)', async () => {
      await open();
      await several(0, 20_261_001, [IP, 1000], [IP6, 5000]);
      await several(15, 20_261_101, [IP, 1400], [IP6, 10]);
      expect(phoneTotal()).to.deep.equal({ download: 1410, upload: 0 });
    });
    it('one that was silent then begins at zero when it comes back, though it stands higher (Rule: period begun)', async () => {
      await open();
      await several(0, 20_261_001, [IP, 1000], [IP6, 5000]);
      await several(15, 20_261_101, [IP6, 10]);
      await several(30, 20_261_101, [IP, 1400], [IP6, 10]);
      expect(phoneTotal()).to.deep.equal({ download: 1410, upload: 0 });
    });
    it('the first answer that names a period decides, so what was posted since is never posted again (Rule: period begun)', async () => {
      await open();
      await several(0, 20_261_001, [IP, 23]);
      await several(15, 20_261_101, [IP6, 1]);
      await several(30, 20_261_101, [IP, 11], [IP6, 11]);
      await several(45, 20_261_101, [IP, 12], [IP6, 11]);
      expect(phoneTotal()).to.deep.equal({ download: 12, upload: 0 });
    });
    it('one that this answer lacks stays comparable while nothing began (Rule: period begun)', async () => {
      await open();
      await several(0, 20_261_001, [IP, 1000], [IP6, 5000]);
      await several(15, 20_261_101, [IP6, 5001]);
      await several(30, 20_261_101, [IP, 1005], [IP6, 5001]);
      expect(phoneTotal()).to.deep.equal({ download: 6, upload: 0 });
    });
    it('one counter that fell by itself shows no new period while the others go on (Rule: period begun)', async () => {
      await open();
      await several(0, 20_261_001, [IP, 5_000_000], [IP6, 1000]);
      await several(15, 20_261_101, [IP, 5_000_400], [IP6, 10]);
      expect(phoneTotal()).to.deep.equal({ download: 400, upload: 0 });
    });
    it('a small fall shows no new period, and an earlier one never comes back (Rule: period begun)', async () => {
      await open();
      await at(0, 20_261_101, 1000);
      await at(15, 20_261_201, 990);
      await at(30, 20_261_201, 995);
      await at(45, 20_261_001, 1005);
      expect(phoneTotal()).to.deep.equal({ download: 15, upload: 0 });
    });

    it('hosts of a period that has ended are no longer kept: temporary addresses would add up forever (Rule: absent counter)', async () => {
      await open();
      const both = (ip: string, period: number, bytes: number): HostCounter => ({
        ...{ counts: 'both', mac: PHONE, ip, bytes: { download: bytes, upload: 0 } },
        bits: 64,
        epoch: { boot: 'nlbwmon', instance: period, began: null, margin: 0 },
      });
      const shown = (...list: HostCounter[]): Observation => ({ ...hosts(...list), rules: NLBWMON, method: 'nlbwmon' }) as Observation;
      await bench.read(0, shown(both(IP, 20_261_101, 100), both(IP6, 20_261_101, 100)));
      await bench.read(15, shown(both(IP, 20_261_101, 150)));
      const held = () => [...(bench.ledger.books.readers.get('gateway\nhosts')?.counters.keys() ?? [])];
      expect(held()).to.have.length(2);
      await bench.read(30, shown(both(IP, 20_261_201, 7)));
      expect(held()).to.deep.equal([`${PHONE} ${IP}`]);
      await bench.read(45, shown(both(IP, 20_261_201, 7), both(IP6, 20_261_201, 1)));
      expect(bench.total({ ...BOTH, key: PHONE })).to.deep.equal({ download: 58, upload: 0 });
    });

    it('one that was restarted begins with a first reading', async () => {
      await open();
      await at(0, 20_261_101, 1000);
      await at(15, 20_261_101, 9000, 'two');
      await at(30, 20_261_101, 9010, 'two');
      expect(bench.total({ ...BOTH, key: PHONE })).to.deep.equal({ download: 10, upload: 0 });
    });
  });

  describe('accounting: auto (Rule: device account)', () => {
    const at = (seconds: number, air: number, ...list: HostCounter[]) =>
      bench.read(seconds, classic(station(PHONE, air, 0)), ...(list.length > 0 ? [hosts(...list)] : []));

    it('devices go over from stations to hosts without a byte twice, and never go back', async () => {
      await open('auto');
      await at(0, 0);
      await at(15, 1000, up(PHONE, IP, 0), down(IP, 5000));
      await at(30, 2000, up(PHONE, IP, 0), down(IP, 5700));
      expect(bench.total({ kind: 'device', key: PHONE }), 'the round that flips').to.deep.equal({ download: 1000 + 700, upload: 0 });
      await at(45, 3000);
      await bench.restart();
      await at(60, 4000);
      await at(75, 5000, up(PHONE, IP, 0), down(IP, 5800));
      expect(bench.total({ kind: 'device', key: PHONE })).to.deep.equal({ download: 1800, upload: 0 });
      expect(bench.total({ kind: 'station', router: 'gateway', key: PHONE })).to.deep.equal({ download: 5000, upload: 0 });
      const rows = await bench.store.all("SELECT why FROM audit WHERE kind = 'hosts'");
      expect(rows).to.have.length(1);
    });

    it('what access points have fed since the hosts’ reading before is not fed again by the hosts', async () => {
      await open('auto');
      await bench.read(0, classic(station(PHONE, 0, 0)), hosts(up(PHONE, IP, 0), down(IP, 0)));
      await bench.read(15, classic(station(PHONE, 1000, 0)), failed('hosts', START + 15_000));
      await bench.read(30, classic(station(PHONE, 1500, 0)), hosts(up(PHONE, IP, 0), down(IP, 1500)));
      await bench.read(45, classic(station(PHONE, 1700, 0)), hosts(up(PHONE, IP, 0), down(IP, 1700)));
      expect(bench.total({ kind: 'device', key: PHONE })).to.deep.equal({ download: 1000 + 200, upload: 0 });
      expect(bench.total({ kind: 'host', router: 'gateway', key: PHONE })).to.deep.equal({ download: 1700, upload: 0 });
    });

    it('an access point that was away while hosts fed the devices brings nothing of that time when stations feed them again', async () => {
      await open('hosts');
      await bench.read(0, classic(station(PHONE, 0, 0)), hosts(down(IP, 0), up(PHONE, IP, 0)));
      await bench.read(15, failed('stations', START + 15_000), hosts(down(IP, 900), up(PHONE, IP, 0)));
      await bench.restart({ ...TERMS, accounting: 'stations' });
      await bench.read(30, failed('stations', START + 30_000), hosts(down(IP, 950), up(PHONE, IP, 0)));
      await bench.read(45, classic(station(PHONE, 1000, 0)), hosts(down(IP, 1000), up(PHONE, IP, 0)));
      await bench.read(60, classic(station(PHONE, 1070, 0)), hosts(down(IP, 1070), up(PHONE, IP, 0)));
      expect(bench.total({ kind: 'device', key: PHONE })).to.deep.equal({ download: 900 + 70, upload: 0 });
    });

    for (const isRestarted of [false, true]) {
      it(`what moved between the stations and the hosts of one answer is fed once, ${isRestarted ? 'also after a restart' : 'when stations take over'}`, async () => {
        await open('hosts');
        await at(0, 0, up(PHONE, IP, 0), down(IP, 0));
        await at(60, 1000, up(PHONE, IP, 0), down(IP, 1200));
        const terms = { ...TERMS, accounting: 'stations' } as const;
        await (isRestarted ? bench.restart(terms) : bench.ledger.setTerms(terms, START + 60_000));
        await at(120, 5000, up(PHONE, IP, 0), down(IP, 5000));
        expect(device()).to.deep.equal({ download: 1200, upload: 0 });
        await at(180, 6000, up(PHONE, IP, 0), down(IP, 6000));
        expect(device()).to.deep.equal({ download: 2200, upload: 0 });
      });
    }

    it('a reading with a clock that was ahead keeps nothing from devices', async () => {
      await open('auto');
      await bench.readFrom('gone', -15, [classic(station(PHONE, 0, 0))], { wall: 365 * 86_400 });
      for (let i = 0; i < 4; i++) {
        const told = { ...system('aaaaaaaa', 5000 + i * 15), time: START / 1000 + i * 15 };
        await bench.readFrom('gateway', i * 15, [hosts(up(PHONE, IP, 100 * i))], { system: told });
      }
      expect(bench.ledger.books.feeding.by).to.equal('hosts');
      expect(bench.total({ kind: 'device', key: PHONE })).to.deep.equal({ download: 0, upload: 300 });
    });

    const device = () => bench.total({ kind: 'device', key: PHONE });

    it('devices get nothing again of what an element missed while stations still fed them', async () => {
      await open('auto');
      await at(0, 0, up(PHONE, IP, 0), down(IP, 0));
      await at(60, 0, up(PHONE, IP, 0), down(IP, 0));
      await at(120, 1e9, up(PHONE, IP, 0));
      await at(180, 1e9, up(PHONE, IP, 0), down(IP, 1e9));
      expect(bench.ledger.books.feeding.by).to.equal('hosts');
      expect(device()).to.deep.equal({ download: 1e9, upload: 0 });
      expect(bench.total({ ...BOTH, key: PHONE })).to.deep.equal({ download: 1e9, upload: 0 });
      await at(240, 1e9 + 7000, up(PHONE, IP, 0), down(IP, 1e9 + 7000));
      expect(device(), 'and all that moved since').to.deep.equal({ download: 1e9 + 7000, upload: 0 });
    });

    it('nor of what a counter gained since a reading before it dipped', async () => {
      await open('stations');
      await at(0, 0, up(PHONE, IP, 0), down(IP, 100_000_000));
      await at(60, 1000, up(PHONE, IP, 0), down(IP, 99_000_000));
      await bench.restart({ ...TERMS, accounting: 'hosts' });
      await at(120, 1500, up(PHONE, IP, 0), down(IP, 100_001_500));
      expect(device()).to.deep.equal({ download: 1000, upload: 0 });
      expect(bench.total({ ...BOTH, key: PHONE })).to.deep.equal({ download: 1500, upload: 0 });
      await at(180, 1700, up(PHONE, IP, 0), down(IP, 100_001_700));
      expect(device()).to.deep.equal({ download: 1200, upload: 0 });
    });

    it('nor of what a station gained while a list lacked it and hosts still fed it', async () => {
      await open('hosts');
      await at(0, 0, up(PHONE, IP, 0), down(IP, 0));
      await bench.read(60, classic(), hosts(up(PHONE, IP, 0), down(IP, 5000)));
      await bench.restart({ ...TERMS, accounting: 'stations' });
      await at(120, 5000, up(PHONE, IP, 0), down(IP, 5000));
      expect(device()).to.deep.equal({ download: 5000, upload: 0 });
      await at(180, 5900, up(PHONE, IP, 0), down(IP, 5900));
      expect(device()).to.deep.equal({ download: 5900, upload: 0 });
    });

    it('a fall keeps from devices only what its counter shows more when it is back', async () => {
      await open('stations');
      await at(0, 0, up(PHONE, IP, 0), down(IP, 100_000_000));
      await at(60, 0, up(PHONE, IP, 0), down(IP, 500));
      await bench.restart({ ...TERMS, accounting: 'hosts' });
      await at(120, 0, up(PHONE, IP, 0), down(IP, 900));
      expect(device()).to.deep.equal({ download: 400, upload: 0 });
      await at(180, 0, up(PHONE, IP, 0), down(IP, 100_003_000));
      expect(device()).to.deep.equal({ download: 400, upload: 0 });
      expect(bench.total({ ...BOTH, key: PHONE })).to.deep.equal({ download: 3000, upload: 0 });
    });

    it('nor of what the answer missed in which hosts took over, whose bytes since the one before did not feed devices', async () => {
      await open('stations');
      await at(0, 0, up(PHONE, IP, 0), down(IP, 0));
      await at(60, 1000);
      await bench.restart({ ...TERMS, accounting: 'hosts' });
      await at(120, 1000, up(PHONE, IP, 0));
      await at(180, 1000, up(PHONE, IP, 0), down(IP, 1000));
      expect(device()).to.deep.equal({ download: 1000, upload: 0 });
    });

    it('a dip of one direction withholds nothing of the other', async () => {
      const both = (download: number, upload: number) =>
        ({ ...down(IP, download), counts: 'both', mac: PHONE, bytes: { download, upload } }) as const;
      await open('stations');
      await at(0, 0, both(100_000_000, 0));
      await at(60, 0, both(99_000_000, 0));
      await bench.restart({ ...TERMS, accounting: 'hosts' });
      await at(120, 0, both(99_000_000, 500));
      await at(180, 0, both(99_500_000, 900));
      expect(device()).to.deep.equal({ download: 0, upload: 900 });
    });

    it('a list that misses nothing shows that a counter is new, so it feeds its device at once', async () => {
      const listed = (...list: HostCounter[]): Observation =>
        ({ ...hosts(...list), rules: { ...NFTABLES, absent: 'ended' } }) as Observation;
      await open('stations');
      await bench.read(0, classic(station(PHONE, 0, 0)), listed(up(PHONE, IP, 0)));
      await bench.read(60, classic(station(PHONE, 0, 0)), listed(up(PHONE, IP, 0)));
      await bench.restart({ ...TERMS, accounting: 'hosts' });
      await bench.read(120, classic(station(PHONE, 0, 0)), listed(up(PHONE, IP, 0), down(IP, 500)));
      expect(device()).to.deep.equal({ download: 500, upload: 0 });
    });

    it('nor of what is open when stations and hosts feed them in turn', async () => {
      await open('hosts');
      await at(0, 0, up(PHONE, IP, 0), down(IP, 100_000_000));
      await at(60, 0, up(PHONE, IP, 0), down(IP, 99_000_000));
      await bench.restart({ ...TERMS, accounting: 'stations' });
      await at(90, 0, up(PHONE, IP, 0), down(IP, 99_000_000));
      await at(120, 2000, up(PHONE, IP, 0), down(IP, 99_000_000));
      await bench.restart({ ...TERMS, accounting: 'hosts' });
      await at(180, 2000, up(PHONE, IP, 0), down(IP, 100_002_000));
      expect(device()).to.deep.equal({ download: 2000, upload: 0 });
    });

    it('nor of a new counter, if the program is started again between the answer that missed it and the one that shows it', async () => {
      await open('stations');
      await at(0, 0, up(PHONE, IP, 0));
      await at(60, 0, up(PHONE, IP, 0));
      await at(120, 5000, up(PHONE, IP, 0));
      await bench.restart({ ...TERMS, accounting: 'hosts' });
      await at(180, 5000, up(PHONE, IP, 0), down(IP, 5000));
      expect(device()).to.deep.equal({ download: 5000, upload: 0 });
    });

    const pair = (download: number, upload: number) => classic(station(PHONE, download, upload));

    it('nor of a direction that waits for the other one, which may have restarted', async () => {
      await open('hosts');
      await bench.read(0, pair(100_000_000, 0), hosts(up(PHONE, IP, 0)));
      await bench.read(60, pair(40_000_000, 5000), hosts(up(PHONE, IP, 5000)));
      await bench.restart({ ...TERMS, accounting: 'stations' });
      await bench.read(120, pair(100_000_000, 5000), hosts(up(PHONE, IP, 5000)));
      expect(device()).to.deep.equal({ download: 0, upload: 5000 });
    });

    it('but of what a list lacks after the other source’s last reading they do, though an earlier fall is open', async () => {
      await open('hosts');
      await bench.read(0, pair(100_000_000, 100_000_000), hosts(up(PHONE, IP, 0)));
      await bench.read(60, pair(500, 500), hosts(up(PHONE, IP, 0)));
      await bench.restart({ ...TERMS, accounting: 'stations' });
      await bench.read(120, pair(500, 500), hosts(up(PHONE, IP, 0)));
      await bench.read(180, classic(), hosts(up(PHONE, IP, 0)));
      await bench.read(240, pair(1500, 500), hosts(up(PHONE, IP, 0)));
      expect(device()).to.deep.equal({ download: 1000, upload: 0 });
    });

    it('and of a direction that dips after it, though the other one had dipped before', async () => {
      const both = (download: number, upload: number) =>
        ({ ...down(IP, download), counts: 'both', mac: PHONE, bytes: { download, upload } }) as const;
      await open('stations');
      await at(0, 0, both(100_000_000, 100_000_000));
      await at(60, 0, both(99_000_000, 100_000_000));
      await bench.restart({ ...TERMS, accounting: 'hosts' });
      await at(120, 0, both(100_000_000, 99_000_000));
      await at(180, 0, both(99_500_000, 100_000_500));
      await at(240, 0, both(100_000_600, 100_000_500));
      expect(device()).to.deep.equal({ download: 600, upload: 500 });
    });

    it('where no stations are read, hosts feed devices with all that they count', async () => {
      const alone = (seconds: number, ...list: HostCounter[]) => bench.read(seconds, hosts(...list));
      await open('auto');
      await alone(0, up(PHONE, IP, 0));
      await alone(60, up(PHONE, IP, 0));
      await alone(120, up(PHONE, IP, 0), down(IP, 5000));
      await alone(180, up(PHONE, IP, 0));
      await alone(240, up(PHONE, IP, 0), down(IP, 5700));
      expect(device()).to.deep.equal({ download: 5700, upload: 0 });
    });

    it('a new counter that the answer before hosts take over missed feeds its device with nothing of what stations have fed', async () => {
      await open('auto');
      await at(0, 0, up(PHONE, IP, 0));
      await at(60, 0, up(PHONE, IP, 0));
      await at(120, 5000, up(PHONE, IP, 0));
      await at(180, 5000, up(PHONE, IP, 0), down(IP, 5000));
      expect(bench.ledger.books.feeding.by).to.equal('hosts');
      expect(device()).to.deep.equal({ download: 5000, upload: 0 });
      expect(bench.total({ ...BOTH, key: PHONE })).to.deep.equal({ download: 5000, upload: 0 });
      await at(240, 5900, up(PHONE, IP, 100), down(IP, 5900), up(PHONE, IP6, 70));
      expect(device(), 'and with all that is new after it').to.deep.equal({ download: 5900, upload: 170 });
    });

    it('devices get nothing of what waits or is open since stations fed them, whatever the clock says, also after a restart', async () => {
      await open('stations');
      const ahead = { wall: 30 * 86_400 };
      const round = (seconds: number, air: number, list: HostCounter[], clock = {}) =>
        bench.readFrom('gateway', seconds, [classic(station(PHONE, air, 0)), hosts(...list)], {
          ...clock,
          system: { ...system('aaaaaaaa', 5000 + seconds), time: START / 1000 + seconds },
        });
      await round(0, 0, [up(PHONE, IP, 0), down(IP, 100_000_000)], ahead);
      await round(60, 1000, [down(IP, 99_000_000)], ahead);
      await bench.restart({ ...TERMS, accounting: 'hosts' });
      await round(120, 1500, [down(IP, 99_100_000)]);
      await bench.restart({ ...TERMS, accounting: 'hosts' });
      await round(180, 1500, [up(PHONE, IP, 500), down(IP, 100_001_500)]);
      expect(device()).to.deep.equal({ download: 1000, upload: 0 });
      await round(240, 1700, [up(PHONE, IP, 530), down(IP, 100_001_700)]);
      expect(device()).to.deep.equal({ download: 1200, upload: 30 });
    });

    it('a refused figure keeps from devices only what is shown when it is gone', async () => {
      await open('stations');
      await at(0, 0, up(PHONE, IP, 0), down(IP, 1000));
      await at(60, 0, up(PHONE, IP, 0), down(IP, 1e15));
      await bench.restart({ ...TERMS, accounting: 'hosts' });
      await at(120, 0, up(PHONE, IP, 0), down(IP, 1e15 + 500));
      expect(device()).to.deep.equal({ download: 500, upload: 0 });
      await at(180, 0, up(PHONE, IP, 0), down(IP, 9000));
      expect(device()).to.deep.equal({ download: 500, upload: 0 });
      expect(bench.total({ ...BOTH, key: PHONE })).to.deep.equal({ download: 8000, upload: 0 });
      await at(240, 0, up(PHONE, IP, 0), down(IP, 9040));
      expect(device()).to.deep.equal({ download: 540, upload: 0 });
    });

    it('nor of a new station or entry that a list may have missed when its source took over', async () => {
      await open('hosts');
      const laptop = station(LAPTOP, 0, 0);
      await bench.read(0, classic(laptop), hosts(up(PHONE, IP, 0), down(IP, 0)));
      await bench.read(60, classic(laptop), hosts(up(PHONE, IP, 0), down(IP, 5000)));
      await bench.restart({ ...TERMS, accounting: 'stations' });
      await bench.read(120, classic(laptop, station(PHONE, 5000, 0)), hosts(up(PHONE, IP, 0), down(IP, 5000)));
      expect(device()).to.deep.equal({ download: 5000, upload: 0 });
      await bench.read(180, classic(laptop, station(PHONE, 5600, 0)), hosts(up(PHONE, IP, 0), down(IP, 5600)));
      expect(device()).to.deep.equal({ download: 5600, upload: 0 });
    });

    it('nor of what began before this process, though its clock was ahead then, if the other source was read in it', async () => {
      await open('stations');
      const round = (seconds: number, result: SourceResult | Observation, air: number, wall = seconds) =>
        bench.readFrom('gateway', seconds, [classic(station(PHONE, air, 0)), result], {
          wall,
          system: { ...system('aaaaaaaa', 5000 + seconds), time: START / 1000 + seconds },
        });
      await round(0, hosts(up(PHONE, IP, 0), down(IP, 0)), 0, 300);
      await bench.restart();
      await round(60, failed('hosts', START + 60_000), 5000);
      await bench.ledger.setTerms({ ...TERMS, accounting: 'hosts' }, START + 100_000);
      await round(360, hosts(up(PHONE, IP, 0), down(IP, 5000)), 5000);
      expect(device()).to.deep.equal({ download: 5000, upload: 0 });
    });

    it('but of all since a reading in the future, if no other source has fed them since', async () => {
      await open('stations');
      const read = (seconds: number, bytes: number, wall = seconds) =>
        bench.readFrom('gateway', seconds, [classic(station(PHONE, bytes, 0)), hosts(up(PHONE, IP, 0), down(IP, bytes))], {
          wall,
          system: { ...system('aaaaaaaa', 5000 + seconds), time: START / 1000 + seconds },
        });
      await read(0, 0);
      await read(15, 100);
      await bench.restart({ ...TERMS, accounting: 'hosts' });
      await read(30, 200);
      await read(45, 300, 645);
      await bench.restart({ ...TERMS, accounting: 'hosts' });
      await read(60, 1300);
      expect(device()).to.deep.equal({ download: 1300, upload: 0 });
    });

    for (const accounting of ['hosts', 'stations'] as const) {
      it(`nor, from ${accounting}, of what the others fed while they were not read, whatever the clock said, also after restarts`, async () => {
        const [before, other] = accounting === 'hosts' ? (['stations', 'hosts'] as const) : (['hosts', 'stations'] as const);
        await open(before);
        const seen = (bytes: number) => ({ stations: classic(station(PHONE, bytes, 0)), hosts: hosts(up(PHONE, IP, 0), down(IP, bytes)) });
        await bench.readFrom('gateway', 0, Object.values(seen(0)), { wall: 300 });
        await bench.restart({ ...TERMS, accounting: before });
        const clock = { ...system('aaaaaaaa', 5060), time: START / 1000 + 60 };
        const withoutOther = { ...seen(5000), [other]: failed(other, START + 60_000) };
        for (let i = 0; i < 4; i++)
          await bench.readFrom('gateway', 60 + 15 * i, Object.values(withoutOther), { system: { ...clock, uptime: 5060 + 15 * i } });
        expect(device()).to.deep.equal({ download: 5000, upload: 0 });
        for (let i = 0; i < 2; i++) await bench.restart({ ...TERMS, accounting });
        await bench.read(360, ...Object.values(seen(5000)));
        await bench.read(375, ...Object.values(seen(5070)));
        expect(device()).to.deep.equal({ download: 5070, upload: 0 });
      });
    }

    it('nor of a pair that waits, where a refused figure goes in the answer in which the other direction may have restarted', async () => {
      await open('hosts');
      await bench.read(0, pair(0, 100_000_000), hosts(up(PHONE, IP, 0), down(IP, 0)));
      await bench.read(60, pair(1e15, 100_000_000), hosts(up(PHONE, IP, 0), down(IP, 5_000_000)));
      await bench.restart({ ...TERMS, accounting: 'stations' });
      await bench.read(120, pair(1e15, 100_000_000), hosts(up(PHONE, IP, 0), down(IP, 5_000_000)));
      await bench.read(180, pair(5_000_000, 30_000_000), hosts(up(PHONE, IP, 0), down(IP, 5_000_000)));
      await bench.read(240, pair(5_000_000, 100_000_000), hosts(up(PHONE, IP, 0), down(IP, 5_000_000)));
      expect(device()).to.deep.equal({ download: 5_000_000, upload: 0 });
    });

    it('nor of a new counter whose first figure was refused, once it is gone', async () => {
      await open('hosts');
      await bench.read(0, classic(), hosts(up(PHONE, IP, 0), down(IP, 0)));
      await bench.read(60, pair(1e15, 0), hosts(up(PHONE, IP, 0), down(IP, 5000)));
      await bench.restart({ ...TERMS, accounting: 'stations' });
      await bench.read(120, pair(5000, 0), hosts(up(PHONE, IP, 0), down(IP, 5000)));
      expect(device()).to.deep.equal({ download: 5000, upload: 0 });
      expect(bench.total({ kind: 'station', router: 'gateway', key: PHONE })).to.deep.equal({ download: 5000, upload: 0 });
    });

    it('nor of what waits since hosts fed devices, if stations fed them in between', async () => {
      await open('hosts');
      await at(0, 0, up(PHONE, IP, 0), down(IP, 0));
      await at(60, 0, up(PHONE, IP, 0));
      await bench.restart({ ...TERMS, accounting: 'stations' });
      await at(90, 0, up(PHONE, IP, 0));
      await at(120, 5000, up(PHONE, IP, 0));
      await bench.restart({ ...TERMS, accounting: 'hosts' });
      await at(180, 5000, up(PHONE, IP, 0), down(IP, 5000));
      expect(device()).to.deep.equal({ download: 5000, upload: 0 });
      await at(240, 5500, up(PHONE, IP, 0), down(IP, 5500));
      expect(device()).to.deep.equal({ download: 5500, upload: 0 });
    });

    it('a counter that restarted after the other source’s last reading feeds its device at once', async () => {
      await open('stations');
      await at(0, 0, up(PHONE, IP, 0), down(IP, 100_000_000));
      await at(60, 1000, up(PHONE, IP, 0), down(IP, 100_001_000));
      await bench.restart({ ...TERMS, accounting: 'hosts' });
      await at(120, 1000, up(PHONE, IP, 0), down(IP, 500));
      await at(180, 1000, up(PHONE, IP, 0), down(IP, 900));
      expect(device()).to.deep.equal({ download: 1000 + 900, upload: 0 });
      await at(240, 1000, up(PHONE, IP, 0), down(IP, 100_003_000));
      expect(device(), 'it had not, and moved as much since then').to.deep.equal({ download: 1000 + 2000, upload: 0 });
    });

    it('where hosts were configured until now, nothing goes over, and the audit does not say that something did', async () => {
      await open('hosts');
      await at(0, 0, up(PHONE, IP, 0), down(IP, 0));
      await at(15, 1000, up(PHONE, IP, 0), down(IP, 900));
      await bench.restart({ ...TERMS, accounting: 'auto' });
      await at(30, 2000, up(PHONE, IP, 0), down(IP, 1800));
      await at(45, 3000, up(PHONE, IP, 0), down(IP, 2700));
      expect(bench.total({ kind: 'device', key: PHONE })).to.deep.equal({ download: 2700, upload: 0 });
      expect(await bench.store.all("SELECT why FROM audit WHERE kind = 'hosts'")).to.deep.equal([]);
    });

    it('a gateway that counts nothing flips nothing', async () => {
      await open('auto');
      await at(0, 0, down(IP, 0));
      await at(15, 1000, down(IP, 0));
      await at(30, 2000, down(IP, 0));
      expect(bench.total({ kind: 'device', key: PHONE })).to.deep.equal({ download: 2000, upload: 0 });
    });

    it('stations: devices stay with their access points', async () => {
      await open('stations');
      await at(0, 0, down(IP, 0));
      await at(15, 1000, down(IP, 70));
      expect(bench.total({ kind: 'device', key: PHONE })).to.deep.equal({ download: 1000, upload: 0 });
    });
  });

  it('hosts go by the month of their gateway’s uplink', async () => {
    bench = await openBench({ ...TERMS, accounting: 'hosts', routerBilling: new Map([['gateway', { day: 11 }]]) });
    await bench.read(0, wan({ download: 0, upload: 0 }), hosts(up(PHONE, IP, 0)));
    await bench.read(15, wan({ download: 0, upload: 9 }), hosts(up(PHONE, IP, 9)));
    await bench.read(24 * 3600, wan({ download: 0, upload: 9 }), hosts(up(PHONE, IP, 9)));
    const months = Object.fromEntries([...bench.ledger.books.accounts.values()].map(({ kind, month }) => [kind, month.upload]));
    expect(months).to.deep.equal({ wan: 0, host: 0, device: 9 });
  });

  const okOf = (seconds: number, observation: Observation) =>
    ({
      status: 'ok',
      source: observation.source,
      origin: 'test',
      observation,
      skipped: 0,
      at: START + seconds * 1000,
      duration: 0,
    }) as const;
  const okHosts = (seconds: number, ...list: HostCounter[]) => okOf(seconds, hosts(...list));
});
