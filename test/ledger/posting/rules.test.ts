import { expect } from 'chai';
import type { Epoch } from '../../../src/domain/counter.ts';
import type { Station } from '../../../src/domain/observation.ts';
import { ledgerNote } from '../../../src/ledger/books.ts';
import { noteLimits } from '../../../src/ledger/storage/people/limits.ts';
import { auditBatch } from '../../../src/ledger/storage/write-audit.ts';
import {
  type Bench,
  classic,
  complete,
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

const phone = { kind: 'device', key: PHONE } as const;
const phoneOn = (router: string) => ({ kind: 'station', router, key: PHONE }) as const;
const uplink = { kind: 'wan', router: 'gateway', interface: 'wan' } as const;
const epoch = (boot: string, began: number | null = null): Epoch => ({ boot, instance: null, began, margin: 2 });

describe('the ledger', () => {
  let bench: Bench;
  beforeEach(async () => {
    bench = await openBench();
  });
  afterEach(() => bench.close());

  /** Audit rows of a kind: source, counter and bytes. */
  const audited = async (kind: string) =>
    (await bench.store.all('SELECT source, counter, download, upload FROM audit WHERE kind = ?', kind)).map(
      ({ source, counter, download, upload }) => `${source} ${counter} ${download} ${upload}`.replace('wan wan wan', 'wan wan'),
    );

  describe('Rule: identity', () => {
    it('a MAC on two access points is two counters and one device', async () => {
      const at = (seconds: number, attic: number, garden: number) =>
        bench.readAll(seconds, [
          {
            router: 'attic',
            system: null,
            results: [
              {
                status: 'ok',
                source: 'stations',
                origin: 'a',
                observation: classic(station(PHONE, attic, attic)),
                skipped: 0,
                at: START + seconds * 1000,
                duration: 0,
              },
            ],
          },
          {
            router: 'garden',
            system: null,
            results: [
              {
                status: 'ok',
                source: 'stations',
                origin: 'b',
                observation: classic(station(PHONE, garden, garden)),
                skipped: 0,
                at: START + seconds * 1000,
                duration: 0,
              },
            ],
          },
        ]);
      await at(0, 100, 1000);
      await at(15, 110, 1005);
      expect(bench.total(phoneOn('attic'))).to.deep.equal({ download: 10, upload: 10 });
      expect(bench.total(phoneOn('garden'))).to.deep.equal({ download: 5, upload: 5 });
      expect(bench.total(phone)).to.deep.equal({ download: 15, upload: 15 });
    });

    it('a MAC on two radios of a classic list posts nothing while its values stay constant (Rule: lines of one MAC)', async () => {
      for (let i = 0; i < 5; i++) await bench.read(i * 15, classic(station(PHONE, 5000, 500), station(PHONE, 70, 7)));
      expect(bench.total(phone)).to.deep.equal({ download: 0, upload: 0 });
    });

    it('a MAC on two radios of a classic list counts both, in any order (Rule: lines of one MAC)', async () => {
      await bench.read(0, classic(station(PHONE, 5000, 500), station(PHONE, 70, 7)));
      await bench.read(15, classic(station(PHONE, 75, 9), station(PHONE, 5100, 510)));
      expect(bench.total(phone)).to.deep.equal({ download: 105, upload: 12 });
    });

    it('a second line of a MAC is a new counter, and a line that goes drops its baseline (Rule: lines of one MAC)', async () => {
      await bench.read(0, classic(station(PHONE, 5000, 500)));
      await bench.read(15, classic(station(PHONE, 5000, 500), station(PHONE, 30, 3)));
      await bench.read(30, classic(station(PHONE, 5000, 500)));
      await bench.read(45, classic(station(PHONE, 5000, 500), station(PHONE, 40, 4)));
      expect(bench.total(phone)).to.deep.equal({ download: 70, upload: 7 });
    });

    it('a second line in a row that moves by the same bytes is a link of the first, and stays one over a start (Rule: lines of one MAC)', async () => {
      const inRow = (sum: number, link: number) => ({
        ...classic(station(PHONE, sum, sum), station(PHONE, link, link)),
        inRow: new Set([PHONE]),
      });
      await bench.read(0, inRow(1000, 600));
      await bench.read(15, inRow(1020, 620));
      await bench.restart();
      // Another link took its place.
      await bench.read(30, inRow(1050, 650));
      await bench.read(45, inRow(1090, 30));
      expect(bench.total(phone)).to.deep.equal({ download: 90, upload: 90 });
      await bench.read(60, inRow(1090, 70));
      expect(bench.total(phone)).to.deep.equal({ download: 130, upload: 130 });
    });

    it('several lines of a MAC whose only baseline another program left set baselines and post nothing (Rule: lines of one MAC)', async () => {
      await bench.read(0, classic(station(PHONE, 5000, 500)));
      await bench.store.all("UPDATE baseline SET boot = 'imported', margin = 0");
      await bench.restart();
      await bench.read(15, classic(station(PHONE, 5100, 510), station(PHONE, 9000, 900)));
      await bench.read(30, classic(station(PHONE, 5105, 511), station(PHONE, 9000, 900)));
      expect(bench.total(phone)).to.deep.equal({ download: 5, upload: 1 });
    });

    it('a baseline that another program left counts like any other if the MAC appears once', async () => {
      await bench.read(0, classic(station(PHONE, 5000, 500)));
      await bench.store.all("UPDATE baseline SET boot = 'imported', margin = 0");
      await bench.restart();
      await bench.read(15, classic(station(PHONE, 5100, 510)));
      expect(bench.total(phone)).to.deep.equal({ download: 100, upload: 10 });
    });

    it('all baselines of a MAC wait while it is absent', async () => {
      await bench.read(0, classic(station(PHONE, 5000, 500), station(PHONE, 70, 7)));
      await bench.read(15, classic());
      await bench.read(30, classic(station(PHONE, 80, 8), station(PHONE, 5000, 500)));
      expect(bench.total(phone)).to.deep.equal({ download: 10, upload: 1 });
    });

    it('a router read at another address, or by another script, starts with a first reading', async () => {
      await bench.readFrom('gateway', 0, [classic(station(PHONE, 100, 100))], { origin: 'classic http://a' });
      await bench.readFrom('gateway', 15, [classic(station(PHONE, 900, 900))], { origin: 'classic http://b' });
      expect(bench.total(phone)).to.deep.equal({ download: 0, upload: 0 });
      await bench.readFrom('gateway', 30, [classic(station(PHONE, 910, 901))], { origin: 'classic http://b' });
      expect(bench.total(phone)).to.deep.equal({ download: 10, upload: 1 });
    });

    it('a router renamed there and back counts no byte twice (Rule: renamed router)', async () => {
      const read = (router: string, seconds: number, value: number) =>
        bench.readFrom(router, seconds, [classic(station(PHONE, value, 0))], { origin: 'classic http://a' });
      await read('old', 0, 0);
      await read('old', 15, 10);
      await read('new', 30, 20);
      await read('new', 45, 30);
      await read('old', 60, 40);
      await read('old', 75, 50);
      expect(bench.total(phone)).to.deep.equal({ download: 30, upload: 0 });
    });

    it('tells once that a router is read where another was that is not configured any more (Rule: renamed router)', async () => {
      const read = async (router: string, seconds: number, origin = 'r') => {
        const posted = await bench.readFrom(router, seconds, [classic(station(PHONE, seconds, 0)), wan({ download: 0, upload: 0 })], {
          origin,
        });
        return posted.status === 'posted' ? posted.renamed : posted.status;
      };
      expect(await read('old', 0)).to.deep.equal([]);
      expect(await read('other', 15, 'elsewhere')).to.deep.equal([]);
      expect(await read('new', 30)).to.deep.equal([{ router: 'new', was: 'old' }]);
      expect(await read('new', 45)).to.deep.equal([]);
    });

    it('a router renamed with "was" continues with its accounts, and merges them with those of its new name (Rule: renamed router)', async () => {
      await bench.readFrom('old', 0, [classic(station(PHONE, 0, 0)), wan({ download: 0, upload: 0 })], { origin: 'r' });
      await bench.readFrom('old', 15, [classic(station(PHONE, 10, 1)), wan({ download: 100, upload: 10 })], { origin: 'r' });
      await bench.readFrom('new', 30, [wan({ download: 150, upload: 15 })], { origin: 'r' });
      await bench.readFrom('new', 45, [wan({ download: 160, upload: 16 })], { origin: 'r' });
      await bench.ledger.renameRouters(new Map([['old', 'new']]), START);
      const account = { kind: 'wan', router: 'new', interface: 'wan' } as const;
      expect(bench.total(account)).to.deep.equal({ download: 110, upload: 11 });
      expect(await bench.sums(account)).to.deep.equal({ hours: { download: 110, upload: 11 }, days: { download: 110, upload: 11 } });
      expect(bench.total(phoneOn('new'))).to.deep.equal({ download: 10, upload: 1 });
      expect(bench.total(phoneOn('old'))).to.equal(undefined);
      await bench.readFrom('new', 60, [classic(station(PHONE, 15, 1))], { origin: 'r' });
      expect(bench.total(phoneOn('new'))).to.deep.equal({ download: 15, upload: 1 });
    });

    it('of two names of one router the reading that is later goes on, however each was read (Rule: renamed router)', async () => {
      await bench.readFrom('old', 0, [classic(station(PHONE, 0, 0))], { origin: 'one script' });
      await bench.readFrom('new', 15, [classic(station(PHONE, 0, 0))], { origin: 'another script' });
      await bench.readFrom('new', 30, [classic(station(PHONE, 10, 1))], { origin: 'another script' });
      await bench.ledger.renameRouters(new Map([['new', 'old']]), START);
      await bench.readFrom('old', 45, [classic(station(PHONE, 15, 2))], { origin: 'one script' });
      await bench.readFrom('old', 60, [classic(station(PHONE, 20, 3))], { origin: 'one script' });
      expect(bench.total(phone)).to.deep.equal({ download: 15, upload: 2 });
    });

    it('two earlier names become one (Rule: renamed router)', async () => {
      for (const [name, start] of [
        ['attic', 0],
        ['roof', 60],
      ] as const) {
        await bench.readFrom(name, start, [classic(station(PHONE, 0, 0)), wan({ download: 0, upload: 0 })], { origin: name });
        await bench.readFrom(name, start + 15, [classic(station(PHONE, 10, 1)), wan({ download: 100, upload: 10 })], { origin: name });
      }
      const renames = new Map(['attic', 'roof'].map((name) => [name, 'new']));
      await bench.ledger.renameRouters(renames, START);
      await bench.restart();
      await bench.ledger.renameRouters(renames, START);
      expect(bench.total(phoneOn('new'))).to.deep.equal({ download: 20, upload: 2 });
      expect(bench.total({ kind: 'wan', router: 'new', interface: 'wan' })).to.deep.equal({ download: 200, upload: 20 });
      expect(bench.total(phone)).to.deep.equal({ download: 20, upload: 2 });
      await bench.readFrom('new', 90, [classic(station(PHONE, 15, 1))], { origin: 'roof' });
      expect(bench.total(phoneOn('new'))).to.deep.equal({ download: 25, upload: 2 });
    });
  });

  describe('Rule: first reading', () => {
    it('the first reading of a reader sets baselines and posts nothing', async () => {
      await bench.read(0, classic(station(PHONE, 5000, 6000)), wan({ download: 1e12, upload: 1e11 }));
      expect(bench.total(phone)).to.deep.equal({ download: 0, upload: 0 });
      expect(bench.total(uplink)).to.deep.equal({ download: 0, upload: 0 });
    });

    it('a counter that appears in a later reading began at zero since the one before (Rule: new counter)', async () => {
      await bench.read(0, classic());
      await bench.read(15, classic(station(PHONE, 300, 30)));
      expect(bench.total(phone)).to.deep.equal({ download: 300, upload: 30 });
    });

    it('a new counter that shows more than the line could carry is not posted (Rule: new counter)', async () => {
      await bench.read(0, classic());
      await bench.read(15, classic(station(PHONE, 1e14, 30)));
      expect(bench.total(phone)).to.deep.equal({ download: 0, upload: 0 });
      await bench.read(30, classic(station(PHONE, 1e14 + 5, 31)));
      expect(bench.total(phone)).to.deep.equal({ download: 5, upload: 1 });
    });

    it('a station that was associated before the last reading and not listed then sets its baseline (Rule: new counter)', async () => {
      await bench.readFrom('gateway', 0, [complete()], { system: system('aaaaaaaa', 1000) });
      await bench.readFrom('gateway', 15, [complete(station(PHONE, 900, 90, { interface: 'wlan0', epoch: epoch('aaaaaaaa', 500) }))], {
        system: system('aaaaaaaa', 1015),
      });
      expect(bench.total(phone)).to.deep.equal({ download: 0, upload: 0 });
    });

    it('an unknown WAN device may only have come up: its baseline is set (Rule: new counter)', async () => {
      await bench.read(0, wan({ download: 10, upload: 10 }));
      await bench.read(15, wan({ download: 7000, upload: 700 }, { name: 'wwan', device: 'wwan0' }));
      await bench.read(30, wan({ download: 7005, upload: 701 }, { name: 'wwan', device: 'wwan0' }));
      expect(bench.total({ kind: 'wan', router: 'gateway', interface: 'wwan' })).to.deep.equal({ download: 5, upload: 1 });
    });

    it('an unknown WAN device of a new boot is new: all of it counts (Rule: new counter)', async () => {
      await bench.readFrom('gateway', 0, [wan({ download: 10, upload: 10 }, { epoch: epoch('aaaaaaaa') })], {
        system: system('aaaaaaaa', 5000),
      });
      await bench.readFrom('gateway', 60, [wan({ download: 700, upload: 70 }, { device: 'pppoe-wan', epoch: epoch('bbbbbbbb') })], {
        system: system('bbbbbbbb', 30),
      });
      expect(bench.total(uplink)).to.deep.equal({ download: 700, upload: 70 });
    });
  });

  describe('Rule: increase', () => {
    it('without a fall the difference is posted', async () => {
      await bench.read(0, classic(station(PHONE, 100, 1000)));
      await bench.read(15, classic(station(PHONE, 150, 1000)));
      await bench.read(30, classic(station(PHONE, 150, 1001)));
      expect(bench.total(phone)).to.deep.equal({ download: 50, upload: 1 });
    });

    it('counts of more than 2^32 stay exact whole numbers (Rule: whole numbers)', async () => {
      await bench.read(0, wan({ download: 0, upload: 2 ** 31 }));
      await bench.read(3600, wan({ download: 2 ** 40 + 1, upload: 2 ** 31 + 2 ** 33 + 3 }));
      await bench.restart();
      expect(bench.total(uplink)).to.deep.equal({ download: 2 ** 40 + 1, upload: 2 ** 33 + 3 });
      const rows = await bench.store.all('SELECT typeof(download) AS type FROM hour UNION SELECT typeof(download) FROM total');
      expect(rows.map((row) => row.type)).to.deep.equal(['integer']);
    });
  });

  describe('Rule: reset', () => {
    it('a fall in either direction is a reset of both', async () => {
      await bench.read(0, classic(station(PHONE, 100, 1000)));
      await bench.read(15, classic(station(PHONE, 200, 7)));
      expect(bench.total(phone)).to.deep.equal({ download: 200, upload: 7 });
    });

    it('separate counters reset separately', async () => {
      await bench.read(0, wan({ download: 100, upload: 1000 }));
      await bench.read(15, wan({ download: 130, upload: 7 }));
      expect(bench.total(uplink)).to.deep.equal({ download: 30, upload: 7 });
    });

    it('what returns at or above its baseline is an increase, below it a reset (Rule: absent counter)', async () => {
      await bench.read(0, classic(station(PHONE, 100, 100), station(LAPTOP, 100, 100)));
      await bench.read(15, classic());
      await bench.read(30, classic(station(PHONE, 120, 100), station(LAPTOP, 20, 10)));
      expect(bench.total(phone)).to.deep.equal({ download: 20, upload: 0 });
      expect(bench.total({ kind: 'device', key: LAPTOP })).to.deep.equal({ download: 20, upload: 10 });
    });

    it('a station that is not in a complete answer has ended: it returns as a new counter (Rule: absent counter)', async () => {
      const at = (seconds: number, ...stations: Station[]) =>
        bench.readFrom('gateway', seconds, [complete(...stations)], { system: system('aaaaaaaa', 1000 + seconds) });
      await at(0, station(PHONE, 100, 100, { interface: 'wlan0', epoch: epoch('aaaaaaaa', 500) }));
      await at(15);
      await at(30, station(PHONE, 120, 130, { interface: 'wlan0', epoch: epoch('aaaaaaaa', 1020) }));
      expect(bench.total(phone)).to.deep.equal({ download: 120, upload: 130 });
    });

    it('a station that does not show when it began keeps its baseline, the first one too (Rule: absent counter)', async () => {
      for (const [router, began, from] of [
        ['attic', null, 0],
        ['garden', epoch('aaaaaaaa'), 100],
      ] as const) {
        const shown = (download: number, upload: number) => station(PHONE, download, upload, { interface: 'wlan0', epoch: began });
        await bench.readFrom(router, from, [complete(shown(100, 100))], { origin: router });
        await bench.readFrom(router, from + 15, [complete()], { origin: router });
        await bench.readFrom(router, from + 30, [complete(shown(120, 130))], { origin: router });
        expect(bench.total(phoneOn(router)), router).to.deep.equal({ download: 20, upload: 30 });
      }
    });

    it('an uplink that is down keeps its baseline forever (Rule: absent counter)', async () => {
      await bench.read(0, wan({ download: 100, upload: 100 }));
      await bench.read(15, { ...wan({ download: 0, upload: 0 }), uplinks: [] } as never);
      await bench.read(86_400 * 40, wan({ download: 150, upload: 101 }));
      expect(bench.total(uplink)).to.deep.equal({ download: 50, upload: 1 });
    });
  });

  describe('Rule: epoch', () => {
    it('a new association is a reset even where the new value is higher', async () => {
      const at = (seconds: number, value: number, began: number) =>
        bench.readFrom(
          'gateway',
          seconds,
          [complete(station(PHONE, value, value, { interface: 'wlan0', epoch: epoch('aaaaaaaa', began) }))],
          { system: system('aaaaaaaa', 1000 + seconds) },
        );
      await at(0, 100, 500);
      await at(60, 300, 1030);
      expect(bench.total(phone)).to.deep.equal({ download: 300, upload: 300 });
    });

    it('a network device created again is a reset even where the new value is higher', async () => {
      const at = (seconds: number, value: number, instance: number) =>
        bench.readFrom(
          'gateway',
          seconds,
          [wan({ download: value, upload: 0 }, { device: 'pppoe-wan', epoch: { ...epoch('aaaaaaaa'), instance } })],
          { system: system('aaaaaaaa', 1000 + seconds) },
        );
      await at(0, 100, 11);
      await at(60, 300, 12);
      expect(bench.total(uplink)).to.deep.equal({ download: 300, upload: 0 });
    });

    it('a network device whose number is not in an answer is still the same one', async () => {
      const at = (seconds: number, value: number, instance: number | null) =>
        bench.readFrom(
          'gateway',
          seconds,
          [wan({ download: value, upload: 0 }, { device: 'pppoe-wan', epoch: { ...epoch('aaaaaaaa'), instance } })],
          { system: system('aaaaaaaa', 1000 + seconds) },
        );
      await at(0, 1000, 11);
      await at(15, 1100, null);
      await at(30, 1150, 11);
      expect(bench.total(uplink)).to.deep.equal({ download: 150, upload: 0 });
    });

    it('a new boot that reaches back before the last reading is another machine: baselines only (Rule: another machine)', async () => {
      await bench.readFrom('gateway', 0, [wan({ download: 100, upload: 0 }, { epoch: epoch('aaaaaaaa') })], {
        system: system('aaaaaaaa', 1000),
      });
      await bench.readFrom('gateway', 60, [wan({ download: 900, upload: 0 }, { epoch: epoch('bbbbbbbb') })], {
        system: system('bbbbbbbb', 7000),
      });
      expect(bench.total(uplink)).to.deep.equal({ download: 0, upload: 0 });
    });

    it('an answer whose uptime did not grow is stale and refused (Rule: stale answer)', async () => {
      const at = (seconds: number, value: number, uptime: number) =>
        bench.readFrom('gateway', seconds, [wan({ download: value, upload: 0 }, { epoch: epoch('aaaaaaaa') })], {
          system: system('aaaaaaaa', uptime),
        });
      await at(0, 100, 1000);
      await at(15, 200, 1015);
      await at(30, 100, 1000);
      await at(45, 250, 1045);
      expect(bench.total(uplink)).to.deep.equal({ download: 150, upload: 0 });
    });
  });

  describe('Rule: wrap', () => {
    const NEAR = 2 ** 32 - 1000;

    it('a counter known to have 32 bits continues past its end', async () => {
      await bench.read(0, wan({ download: NEAR, upload: 5 }, { bits: 32 }));
      await bench.read(15, wan({ download: 500, upload: 6 }, { bits: 32 }));
      expect(bench.total(uplink)).to.deep.equal({ download: 1500, upload: 1 });
      expect(await audited('wrap')).to.deep.equal(['wan wan 1500 0']);
    });

    it('a counter not known to have 32 bits has fallen: its present value counts', async () => {
      await bench.read(0, wan({ download: NEAR, upload: 5 }));
      await bench.read(15, wan({ download: 500, upload: 6 }));
      expect(bench.total(uplink)).to.deep.equal({ download: 500, upload: 1 });
    });

    it('a fall that no line could have made by going round is a reset', async () => {
      await bench.restart({ ...TERMS, lineRate: () => 1e8 });
      await bench.read(0, wan({ download: 2 ** 31, upload: 5 }, { bits: 32 }));
      await bench.read(15, wan({ download: 500, upload: 6 }, { bits: 32 }));
      expect(bench.total(uplink)).to.deep.equal({ download: 500, upload: 1 });
    });

    it('a new epoch is not a wrap', async () => {
      const at = (seconds: number, value: number, instance: number) =>
        bench.readFrom('gateway', seconds, [wan({ download: value, upload: 0 }, { bits: 32, epoch: { ...epoch('aaaaaaaa'), instance } })], {
          system: system('aaaaaaaa', 1000 + seconds),
        });
      await at(0, NEAR, 11);
      await at(60, 300, 12);
      expect(bench.total(uplink)).to.deep.equal({ download: 300, upload: 0 });
    });
  });

  describe('Rule: implausible', () => {
    it('more than the line could carry is not posted, its baseline moves, and it is written down', async () => {
      await bench.restart({ ...TERMS, lineRate: () => 1e9 });
      await bench.read(0, wan({ download: 0, upload: 0 }));
      await bench.read(15, wan({ download: 1e11, upload: 7 }));
      await bench.read(30, wan({ download: 1e11 + 5, upload: 8 }));
      expect(bench.total(uplink)).to.deep.equal({ download: 5, upload: 8 });
      expect(await audited('rejected')).to.deep.equal(['wan wan 100000000000 0']);
      expect(bench.ledger.state.counts.get('gateway\nwan')?.rejectedBytes).to.equal(1e11);
    });

    it('takes the longest that any of our clocks shows: a wall clock set back costs nothing', async () => {
      const at = (seconds: number, wall: number, value: number) =>
        bench.readFrom('gateway', seconds, [wan({ download: value, upload: 0 }, { epoch: epoch('aaaaaaaa') })], {
          system: system('aaaaaaaa', 1000 + seconds),
          wall,
        });
      await bench.restart({ ...TERMS, lineRate: () => 1e9 });
      await at(0, 0, 0);
      await at(3600, 1, 1e11);
      expect(bench.total(uplink)).to.deep.equal({ download: 1e11, upload: 0 });
    });
  });

  describe('Rule: time', () => {
    it('an increase is split over the local hours between its readings, exactly', async () => {
      await bench.read(3000, wan({ download: 0, upload: 0 }));
      await bench.read(3000 + 3600 + 1200, wan({ download: 1001, upload: 10 }));
      const rows = await bench.store.all('SELECT hour, download, upload FROM hour ORDER BY hour');
      expect(rows.map((row) => [(Number(row.hour) - START) / 3600_000, row.download, row.upload])).to.deep.equal([
        [0, 125, 1],
        [1, 751, 8],
        [2, 125, 1],
      ]);
    });

    it('a station that associated inside the interval spans only its own part', async () => {
      const at = (seconds: number, ...stations: Parameters<typeof complete>) =>
        bench.readFrom('gateway', seconds, [complete(...stations)], { system: system('aaaaaaaa', 10_000 + seconds) });
      await at(0);
      await at(7200, station(PHONE, 1000, 0, { interface: 'wlan0', epoch: epoch('aaaaaaaa', 10_000 + 5400) }));
      const rows = await bench.store.all("SELECT hour, hour.download FROM hour JOIN account ON id = account WHERE kind = 'device'");
      expect(rows.map((row) => [(Number(row.hour) - START) / 3600_000, row.download])).to.deep.equal([[1, 1000]]);
    });

    it('bytes of a gap longer than hours are kept go to days alone', async () => {
      await bench.read(0, wan({ download: 0, upload: 0 }));
      await bench.read(100 * 86_400, wan({ download: 100_000_000, upload: 0 }));
      const { hours, days } = await bench.sums(uplink);
      expect(days.download).to.equal(100_000_000);
      expect(hours.download).to.be.within(61_000_000, 62_000_000);
    });
  });

  describe('Rule: one transaction', () => {
    it('what was posted is there after a restart, and counting continues from its baselines', async () => {
      await bench.read(0, classic(station(PHONE, 100, 100)));
      await bench.read(15, classic(station(PHONE, 150, 120)));
      await bench.restart();
      await bench.read(30, classic(station(PHONE, 160, 125)));
      expect(bench.total(phone)).to.deep.equal({ download: 60, upload: 25 });
    });

    it('a commit that fails leaves totals and baselines; the next one posts everything once', async () => {
      await bench.read(0, classic(station(PHONE, 100, 100)));
      await bench.store.all("CREATE TRIGGER broken BEFORE INSERT ON day BEGIN SELECT RAISE(ABORT, 'disk full'); END");
      const results = [
        {
          status: 'ok',
          source: 'stations',
          origin: 'test',
          observation: classic(station(PHONE, 150, 150)),
          skipped: 0,
          at: START + 15_000,
          duration: 0,
        },
      ] as const;
      const posted = await bench.ledger.post(
        { routers: [{ router: 'gateway', system: null, results: [...results] }], startedAt: START + 15_000, finishedAt: START + 15_000 },
        () => 15_000,
      );
      expect(posted.status).to.equal('failed');
      expect(bench.ledger.state.writeErrors).to.equal(1);
      expect(posted).to.have.nested.property('error.message', bench.ledger.state.writeFailure);
      expect(bench.total(phone)).to.deep.equal({ download: 0, upload: 0 });
      await bench.store.all('DROP TRIGGER broken');
      await bench.read(30, classic(station(PHONE, 170, 160)));
      expect(bench.ledger.state.writeFailure).to.equal(null);
      expect(bench.total(phone)).to.deep.equal({ download: 70, upload: 60 });
      expect((await bench.sums(phone)).days).to.deep.equal({ download: 70, upload: 60 });
    });
  });

  describe('Rule: failure', () => {
    it('a source that failed changes nothing: its baselines wait', async () => {
      await bench.read(0, classic(station(PHONE, 100, 100)), wan({ download: 5, upload: 5 }));
      await bench.read(15, failed('stations', START + 15_000), wan({ download: 6, upload: 7 }));
      await bench.read(30, classic(station(PHONE, 140, 101)), failed('wan', START + 30_000));
      await bench.read(45, classic(station(PHONE, 141, 101)), wan({ download: 10, upload: 10 }));
      expect(bench.total(phone)).to.deep.equal({ download: 41, upload: 1 });
      expect(bench.total(uplink)).to.deep.equal({ download: 5, upload: 5 });
    });
  });

  describe('Rule: clock', () => {
    it('nothing is posted before 2025 or before the last posting, and no baseline moves', async () => {
      await bench.read(0, wan({ download: 100, upload: 0 }));
      await bench.read(-3600, wan({ download: 150, upload: 0 }));
      expect(bench.ledger.state.suspendedBecause).to.match(/before the last posting/);
      await bench.read(15, wan({ download: 170, upload: 0 }));
      expect(bench.ledger.state.suspendedBecause).to.equal(null);
      expect(bench.total(uplink)).to.deep.equal({ download: 70, upload: 0 });
    });
  });

  describe('Rule: clock, the end of a suspension', () => {
    const DAY = 86_400;
    const post = (seconds: number, tick: number, value: number, routerClock: number | null = null) => {
      const at = START + seconds * 1000;
      const told = routerClock === null ? null : { ...system(String(tick).padStart(8, '0'), 1), time: START / 1000 + routerClock };
      const results = [
        { status: 'ok', source: 'wan', origin: 'test', observation: wan({ download: value, upload: 0 }), skipped: 0, at, duration: 0 },
      ] as const;
      return bench.ledger.post(
        { routers: [{ router: 'gateway', system: told, results: [...results] }], startedAt: at, finishedAt: at },
        () => tick * 1000,
      );
    };

    it('when the clock has passed the last posting; the time is written down', async () => {
      await post(0, 0, 100);
      expect((await post(-60, 10, 110)).status).to.equal('suspended');
      expect((await post(5, 75, 130)).status).to.equal('posted');
      expect(bench.total(uplink)).to.deep.equal({ download: 30, upload: 0 });
      const [row] = await bench.store.all("SELECT why FROM audit WHERE kind = 'clock'");
      expect(row?.why).to.match(/^nothing was posted for 65 s while the clock says .* before the last posting/);
    });

    it("when a router's clock agrees", async () => {
      await post(400 * DAY, 0, 100);
      expect((await post(10, 10, 110)).status).to.equal('suspended');
      expect((await post(20, 20, 120, 25)).status).to.equal('posted');
      expect((await post(30, 30, 130)).status).to.equal('posted');
      expect(bench.total(uplink)?.download).to.be.within(10, 30);
    });

    it('after a day', async () => {
      await post(400 * DAY, 0, 100);
      expect((await post(10, 10, 110)).status).to.equal('suspended');
      expect((await post(DAY, DAY, 120)).status).to.equal('suspended');
      expect((await post(DAY + 60, DAY + 60, 130)).status).to.equal('posted');
      expect(bench.total(uplink)).to.deep.equal({ download: 30, upload: 0 });
    });

    it('after a clock that was ahead, the hours past their keeping go as before', async () => {
      await bench.restart({ ...TERMS, keepHours: DAY });
      await post(400 * DAY, 0, 100);
      await post(10, 10, 110);
      await post(DAY + 60, DAY + 60, 130);
      await post(4 * DAY, 4 * DAY, 130);
      expect(await bench.sums(uplink)).to.deep.equal({ hours: { download: 0, upload: 0 }, days: { download: 30, upload: 0 } });
    });

    it('never for a clock before 2025', async () => {
      await post(0, 0, 100);
      expect((await post(-START / 1000 + 100, 2 * DAY, 110)).status).to.equal('suspended');
      expect((await post(-START / 1000 + 200, 4 * DAY, 110)).status).to.equal('suspended');
    });

    it("a jump ahead that the routers' clocks contradict is suspended, too", async () => {
      await post(0, 0, 100);
      expect((await post(400 * DAY, 15, 110, 15)).status).to.equal('suspended');
      expect(bench.ledger.state.suspendedBecause).to.match(/but the routers say/);
      expect((await post(30, 30, 120, 30)).status).to.equal('posted');
      expect(bench.total(uplink)?.download).to.be.at.most(20);
    });

    it('a router whose clock is behind does not hold a meter that was silent for hours', async () => {
      await post(0, 0, 100);
      expect((await post(4 * 3600, 4 * 3600, 110, 3600)).status).to.equal('posted');
    });

    it('a router without a time of its own does not hold a meter that was away', async () => {
      await post(0, 0, 100);
      expect((await post(40 * DAY, 0, 110, -300 * DAY)).status).to.equal('posted');
    });
  });

  describe('Rule: small', () => {
    it('known devices continue when there is no room for new ones, and what was left out is counted', async () => {
      await bench.restart({ ...TERMS, mostAccounts: 4 });
      await bench.read(0, classic(station(PHONE, 0, 0)));
      const invented = Array.from({ length: 50 }, (_, i) => station(`06:00:00:00:00:${(i + 16).toString(16)}`, 1000, 1000));
      await bench.read(15, classic(...invented, station(PHONE, 10, 1)));
      expect(bench.ledger.books.accounts.size).to.equal(4);
      expect(bench.total(phone)).to.deep.equal({ download: 10, upload: 1 });
      expect(bench.ledger.state.counts.get('gateway\nstations')?.leftOut).to.equal(98);
      expect(await audited('full')).to.have.length(1);
    });

    it('what was left out before is not posted from the beginning once there is room', async () => {
      await bench.restart({ ...TERMS, mostAccounts: 2 });
      await bench.read(0, classic(station(PHONE, 0, 0)));
      await bench.read(15, classic(station(PHONE, 0, 0), station(LAPTOP, 1000, 1000)));
      await bench.restart(TERMS);
      await bench.read(30, classic(station(PHONE, 0, 0), station(LAPTOP, 1005, 1001)));
      expect(bench.total({ kind: 'device', key: LAPTOP })).to.deep.equal({ download: 5, upload: 1 });
    });

    it('nor is what had no room for a baseline', async () => {
      const [one, two, three] = ['02:00:00:00:00:11', '02:00:00:00:00:12', '02:00:00:00:00:13'] as const;
      const list = (...macs: string[]) => classic(...macs.map((mac) => station(mac, 5e9, 0)));
      await bench.restart({ ...TERMS, mostCounters: 2 });
      await bench.read(0, list(one, two, three));
      await bench.restart(TERMS);
      await bench.read(60, list(two, three));
      await bench.read(120, classic(station(three, 5e9 + 70, 0), station(PHONE, 30, 0)));
      expect(bench.total({ kind: 'device', key: three })).to.deep.equal({ download: 70, upload: 0 });
      expect(bench.total(phone), 'what is new after an answer that had room for all').to.deep.equal({ download: 30, upload: 0 });
    });

    it('nor is it where an answer in between lacked it, as long as there was no room', async () => {
      const [one, two, three] = ['02:00:00:00:00:11', '02:00:00:00:00:12', '02:00:00:00:00:13'] as const;
      const list = (...macs: string[]) => classic(...macs.map((mac) => station(mac, 5e9, 0)));
      await bench.restart({ ...TERMS, mostCounters: 2 });
      await bench.read(0, list(one, two, three));
      await bench.read(60, list(one, two));
      await bench.restart(TERMS);
      await bench.read(120, list(one, two, three));
      expect(bench.total({ kind: 'device', key: three })).to.deep.equal({ download: 0, upload: 0 });
    });

    it('a router that invents counters takes a bounded part of the file', async () => {
      await bench.restart({ ...TERMS, mostAccounts: 2 });
      await bench.read(0, classic(station(PHONE, 0, 0)));
      const hex = (n: number) => n.toString(16).padStart(2, '0');
      for (let round = 1; round <= 3; round++) {
        const invented = Array.from({ length: 40_000 }, (_, i) => station(`06:00:00:0${round}:${hex(i >> 8)}:${hex(i & 255)}`, 1, 1));
        await bench.read(round * 15, classic(...invented, station(PHONE, round, 0)));
      }
      expect(bench.ledger.books.readers.get('gateway\nstations')?.counters.size).to.equal(100_000);
      expect(bench.total(phone)).to.deep.equal({ download: 3, upload: 0 });
    });

    it('one round adds a bounded number of accounts', async () => {
      await bench.restart({ ...TERMS, mostNewAccounts: 10 });
      await bench.read(0, classic(...Array.from({ length: 40 }, (_, i) => station(`06:00:00:00:00:${(i + 16).toString(16)}`, 1, 1))));
      expect(bench.ledger.books.accounts.size).to.equal(10);
    });

    it('hours past their keeping go, days stay', async () => {
      await bench.restart({ ...TERMS, keepHours: 86_400 });
      await bench.read(0, wan({ download: 0, upload: 0 }));
      await bench.read(60, wan({ download: 10, upload: 0 }));
      await bench.read(2 * 86_400, wan({ download: 10, upload: 0 }));
      expect(await bench.sums(uplink)).to.deep.equal({ hours: { download: 0, upload: 0 }, days: { download: 10, upload: 0 } });
    });
  });

  describe('Rule: audit', () => {
    it('resets, gaps and another machine are rows one can read', async () => {
      await bench.restart({ ...TERMS, gapAfter: 450 });
      const read = (seconds: number, value: number, boot: string, uptime: number) =>
        bench.readFrom('gateway', seconds, [wan({ download: value, upload: 0 }, { epoch: epoch(boot) })], { system: system(boot, uptime) });
      await read(0, 100, 'aaaaaaaa', 1000);
      await read(600, 150, 'aaaaaaaa', 1600);
      await read(700, 20, 'bbbbbbbb', 50);
      await read(800, 500, 'cccccccc', 90_000);
      const rows = await bench.store.all('SELECT kind, download, why FROM audit ORDER BY id');
      expect(rows.map((row) => `${row.kind} ${row.download} ${row.why}`)).to.deep.equal([
        'gap 0 no reading for 600 s',
        'reset 20 boot',
        'machine 0 another machine answers here: it has run for 90000 s, and is not the one read last',
      ]);
      expect(bench.total(uplink)).to.deep.equal({ download: 70, upload: 0 });
    });

    it('a round with thousands of resets writes a bounded number of rows, and counts all', async () => {
      const many = (value: number) =>
        classic(
          ...Array.from({ length: 3000 }, (_, i) =>
            station(`06:00:00:00:${(i >> 8).toString(16).padStart(2, '0')}:${(i & 255).toString(16).padStart(2, '0')}`, value, value),
          ),
        );
      await bench.read(0, many(100));
      await bench.read(15, many(1));
      expect(bench.ledger.state.counts.get('gateway\nstations')?.resets).to.equal(3000);
      const rows = await bench.store.all('SELECT why FROM audit');
      expect(rows).to.have.length(201);
      expect(rows.at(-1)?.why).to.equal('2800 more rows of this round are left out');
    });

    it('the audit is bounded in all, and no router pushes out what people did', async () => {
      await bench.store.commit([auditBatch([ledgerNote(START, 'import', 'of 2025'), ledgerNote(START, 'limit', 'cleared by mum')])]);
      const refused = Array.from({ length: 6000 }, () => ({ router: 'gateway', thing: 'user kids', why: 'free again' }));
      await noteLimits(bench.store, refused, START);
      for (let i = 0; i < 60; i++) {
        const value = i * 1e12;
        await bench.read(
          i * 15,
          classic(
            ...Array.from({ length: 400 }, (_, n) =>
              station(`06:00:00:00:${(n >> 8).toString(16).padStart(2, '0')}:${(n & 255).toString(16).padStart(2, '0')}`, value, value),
            ),
          ),
        );
      }
      const rows = await bench.store.all('SELECT kind, count(*) AS n FROM audit GROUP BY kind ORDER BY kind');
      expect(rows.map(({ kind }) => kind)).to.deep.equal(['full', 'import', 'limit', 'rejected']);
      expect(rows.reduce((sum, { n }) => sum + Number(n), 0)).to.be.at.most(5002);
      expect(await bench.store.all("SELECT why FROM audit WHERE why = 'cleared by mum'")).to.have.length(1);
    }).timeout(120_000);
  });

  describe('Rule: month', () => {
    it('month sums start again with the billing period, an uplink with its own day', async () => {
      await bench.restart({ ...TERMS, billing: { day: 15 }, routerBilling: new Map([['gateway', { day: 12 }]]) });
      await bench.read(0, wan({ download: 0, upload: 0 }), classic(station(PHONE, 0, 0)));
      await bench.read(60, wan({ download: 10, upload: 1 }), classic(station(PHONE, 7, 7)));
      const month = (kind: 'wan' | 'device') => [...bench.ledger.books.accounts.values()].find((a) => a.kind === kind)?.month;
      expect(month('wan')).to.deep.equal({ download: 10, upload: 1 });
      await bench.ledger.turnMonths(START + 3 * 86_400_000);
      expect(month('wan')).to.deep.equal({ download: 0, upload: 0 });
      expect(month('device')).to.deep.equal({ download: 7, upload: 7 });
      await bench.ledger.turnMonths(START + 5 * 86_400_000);
      expect(month('device')).to.deep.equal({ download: 0, upload: 0 });
    });

    it('a corrected billing day re-dates history without touching it', async () => {
      await bench.read(0, wan({ download: 0, upload: 0 }));
      await bench.read(60, wan({ download: 10, upload: 1 }));
      await bench.ledger.setTerms({ ...TERMS, billing: { day: 11 } }, START + 2 * 86_400_000);
      expect([...bench.ledger.books.accounts.values()][0]?.month).to.deep.equal({ download: 0, upload: 0 });
      await bench.ledger.setTerms({ ...TERMS, billing: { day: 10 } }, START + 2 * 86_400_000);
      expect([...bench.ledger.books.accounts.values()][0]?.month).to.deep.equal({ download: 10, upload: 1 });
    });
  });

  describe('Rule: names', () => {
    const name = () => bench.ledger.books.devices.get(PHONE)?.name;

    it('a static host goes before a lease, and the last name known stays when the lease has gone', async () => {
      await bench.read(0, classic(station(PHONE, 1, 1)), leases([lease(PHONE, 'annas-phone')]));
      expect(name()).to.equal('annas-phone');
      await bench.read(15, classic(station(PHONE, 1, 1)), leases([]));
      expect(name()).to.equal('annas-phone');
      await bench.read(30, classic(station(PHONE, 1, 1)), leases([lease(PHONE, 'annas-phone')], [{ mac: PHONE, ip: null, name: 'anna' }]));
      expect(name()).to.equal('anna');
      await bench.read(45, classic(station(PHONE, 1, 1)), leases([lease(PHONE, 'annas-phone')], null));
      expect(name(), 'static names that could not be read keep').to.equal('anna');
      await bench.restart();
      expect(name()).to.equal('anna');
      await bench.read(60, leases([lease(PHONE, 'annas-phone')], []));
      expect(name()).to.equal('annas-phone');
    });

    it('a device that appears while leases cannot be read has the name of the lease read before', async () => {
      await bench.read(0, classic(), leases([lease(PHONE, 'annas-phone', '192.168.1.77')]));
      await bench.read(15, classic(station(PHONE, 1, 1)), failed('leases', START + 15_000));
      expect(bench.ledger.books.devices.get(PHONE)).to.deep.include({ name: 'annas-phone', ip: '192.168.1.77' });
    });
  });
});
