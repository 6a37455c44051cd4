import { expect } from 'chai';
import type { Observation } from '../../../../src/domain/observation.ts';
import type { SourceResult } from '../../../../src/domain/round.ts';
import { type Bench, classic, complete, LAPTOP, ok, openBench, PHONE, START, station, system } from '../../../support/ledger/rounds.ts';

const OTHER = '02:00:00:00:00:03';

describe('Rule: isolation: lines that cannot be read', () => {
  let bench: Bench;
  beforeEach(async () => {
    bench = await openBench();
  });
  afterEach(() => bench.close());

  /** Posts a whole list of stations, of which `unnamed` lines and the counters `unread` could not be read. */
  const read = (seconds: number, observation: Observation, unnamed = 0, unread: readonly string[] = []) => {
    const result: SourceResult = ok(observation, START + seconds * 1000);
    const given = { ...result, skipped: unnamed + unread.length, unread } as SourceResult;
    return bench.readFrom('gateway', seconds, [given], { system: system('aaaaaaaa', 1000 + seconds) });
  };
  /** Of an association that began at an uptime of so many seconds. */
  const since = (began: number) => ({ epoch: { boot: 'aaaaaaaa', instance: null, began, margin: 2 } });
  const bytes = (key: string) => bench.total({ kind: 'station', router: 'gateway', key });

  it('a line that no answer can read costs the stations that come and go nothing', async () => {
    await read(0, complete(station(PHONE, 1000, 100, since(10))), 1);
    await read(15, complete(station(PHONE, 1500, 150, since(10))), 1);
    await read(30, complete(station(PHONE, 2000, 200, since(10)), station(LAPTOP, 700, 70, since(1020))), 1);
    await read(45, complete(station(LAPTOP, 900, 90, since(1020))), 1);
    await read(60, complete(station(PHONE, 5000, 500, since(1050)), station(LAPTOP, 900, 90, since(1020))), 1);
    expect(bytes(PHONE)).to.deep.equal({ download: 6000, upload: 600 });
    expect(bytes(LAPTOP)).to.deep.equal({ download: 900, upload: 90 });
  });

  it('a station that there was no room for is not new when it appears', async () => {
    const partly = (seconds: number, observation: Observation) =>
      bench.readFrom('gateway', seconds, [{ ...ok(observation, START + seconds * 1000), skipped: 44, isPartial: true } as SourceResult], {
        system: system('aaaaaaaa', 1000 + seconds),
      });
    await partly(0, complete(station(PHONE, 1000, 100)));
    await partly(15, complete(station(LAPTOP, 7e6, 7e5)));
    await bench.restart();
    await read(30, complete(station(LAPTOP, 7e6 + 5, 7e5 + 5), station(OTHER, 5e6, 3)), 44);
    await read(45, complete(station(LAPTOP, 7e6 + 5, 7e5 + 5), station(OTHER, 5e6 + 9, 3)), 44);
    expect(bytes(LAPTOP)).to.deep.equal({ download: 5, upload: 5 });
    expect(bytes(OTHER)).to.deep.equal({ download: 9, upload: 0 });
  });

  it('a station that may have been such a line is not new when it can be read', async () => {
    await read(0, complete(station(PHONE, 1000, 100)), 1);
    await read(15, complete(station(PHONE, 1500, 150), station(LAPTOP, 7e6, 7e5)));
    await read(30, complete(station(PHONE, 1500, 150), station(LAPTOP, 7e6 + 5, 7e5 + 5), station(OTHER, 30, 3)));
    expect(bytes(LAPTOP)).to.deep.equal({ download: 5, upload: 5 });
    expect(bytes(OTHER)).to.deep.equal({ download: 30, upload: 3 });
  });

  it('a station whose line becomes unreadable has not left', async () => {
    await read(0, complete(station(PHONE, 1000, 100), station(LAPTOP, 50, 5)));
    await read(15, complete(station(LAPTOP, 60, 6)), 1);
    await read(30, complete(station(PHONE, 1500, 150), station(LAPTOP, 70, 7)));
    expect(bytes(PHONE)).to.deep.equal({ download: 500, upload: 50 });
    expect(bytes(LAPTOP)).to.deep.equal({ download: 20, upload: 2 });
  });

  it('of several lines of a MAC, those that can be read wait for one that cannot (Rule: lines of one MAC)', async () => {
    const [one, two] = [station(PHONE, 5000, 500), station(PHONE, 70, 7)];
    await read(0, classic(one, two));
    await read(15, classic(two), 0, [PHONE]);
    await read(30, classic(station(PHONE, 5100, 510), two));
    expect(bytes(PHONE)).to.deep.equal({ download: 100, upload: 10 });
    await read(45, classic(station(PHONE, 80, 8)), 1);
    await read(60, classic(station(PHONE, 5200, 520), station(PHONE, 90, 9)));
    expect(bytes(PHONE)).to.deep.equal({ download: 220, upload: 22 });
  });

  it('but not for ever, and one that can be read at last is not new (Rule: lines of one MAC)', async () => {
    await read(0, classic(station(PHONE, 5000, 500), station(PHONE, 70, 7)));
    for (const [seconds, figure] of [
      [15, 80],
      [30, 90],
    ] as const)
      await read(seconds, classic(station(PHONE, figure, 8)), 0, [PHONE]);
    expect(bytes(PHONE)).to.deep.equal({ download: 20, upload: 1 });
    await read(45, classic(station(PHONE, 5000, 500), station(PHONE, 95, 8)));
    await read(60, classic(station(PHONE, 5001, 501), station(PHONE, 95, 8)));
    expect(bytes(PHONE)).to.deep.equal({ download: 21, upload: 2 });
  });

  it('a station whose value cannot be read has not left, however long, while others leave', async () => {
    const counter = `phy0-ap0 ${PHONE}`;
    await read(0, complete(station(PHONE, 1000, 100, { interface: 'phy0-ap0' }), station(LAPTOP, 50, 5, since(900))));
    for (const seconds of [15, 30, 45]) await read(seconds, complete(), 0, [counter]);
    await read(60, complete(station(PHONE, 1500, 150, { interface: 'phy0-ap0' }), station(LAPTOP, 8, 8, since(1050))));
    expect(bytes(PHONE)).to.deep.equal({ download: 500, upload: 50 });
    expect(bytes(LAPTOP)).to.deep.equal({ download: 8, upload: 8 });
  });

  it('what could not be read before the program was restarted is not new after it', async () => {
    await read(0, complete(station(PHONE, 1000, 100)), 0, [`phy0-ap0 ${LAPTOP}`]);
    await bench.restart();
    await read(15, complete(station(PHONE, 1500, 150), station(LAPTOP, 7e6, 7e5, { interface: 'phy0-ap0' })));
    expect(bytes(LAPTOP)).to.deep.equal({ download: 0, upload: 0 });
    expect(bytes(PHONE)).to.deep.equal({ download: 500, upload: 50 });
  });

  it('one that an answer lacks before it can be read is not new in a list that may miss it', async () => {
    for (const [unnamed, unread] of [
      [1, []],
      [0, [PHONE]],
    ] as const) {
      const list = (bytes: number) => classic(station(LAPTOP, 5, 5), ...(bytes > 0 ? [station(PHONE, bytes, 0)] : []));
      await read(0, list(0), unnamed, unread);
      await read(15, list(0));
      await bench.restart();
      await read(30, list(30e6));
      await read(45, list(30e6 + 70));
      expect(bytes(PHONE)).to.deep.equal({ download: 70, upload: 0 });
      await bench.close();
      bench = await openBench();
    }
  });

  it('are in the audit once a day, and again when they are twice as many, also after a restart', async () => {
    const rows = async () =>
      (await bench.store.all("SELECT router, source, why FROM audit WHERE kind = 'skipped' ORDER BY id")).map(({ why }) => why);
    const counter = `phy0-ap0 ${LAPTOP}`;
    await read(0, complete(station(PHONE, 1000, 100)));
    expect(await rows()).to.deep.equal([]);
    await read(15, complete(station(PHONE, 1000, 100)), 0, [counter]);
    await read(30, complete(station(PHONE, 1000, 100)), 0, [counter]);
    await bench.restart();
    await read(45, complete(station(PHONE, 1000, 100)), 1);
    await read(60, complete(station(PHONE, 1000, 100)), 2, [counter]);
    const today = ['1 line of its answer could not be used', '3 lines of its answer could not be used'];
    await read(75, complete(station(PHONE, 1000, 100)));
    await read(90, complete(station(PHONE, 1000, 100)), 5);
    expect(await rows()).to.deep.equal(today);
    await read(86_400, complete(station(PHONE, 1000, 100)), 2, [counter]);
    await read(86_415, complete(station(PHONE, 1000, 100)), 2);
    await read(86_430, complete(station(PHONE, 1000, 100)));
    expect(await rows()).to.deep.equal([...today, today[1]]);
  });

  it('of a list that counts nothing are not', async () => {
    await read(0, { source: 'neighbours', neighbours: [] }, 3);
    expect(await bench.store.all("SELECT * FROM audit WHERE kind = 'skipped'")).to.deep.equal([]);
  });
});
