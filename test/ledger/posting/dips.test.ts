import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import type { SourceResult } from '../../../src/domain/round.ts';
import { SourceError } from '../../../src/errors.ts';
import { CLASSIC_STATION_RULES, parseStations } from '../../../src/sources/classic/classic.ts';
import { parseWan } from '../../../src/sources/classic/wan.ts';
import { WAN_RULES } from '../../../src/sources/openwrt/uplinks.ts';
import { parseWrtmeter } from '../../../src/sources/openwrt/wrtmeter.ts';
import { type Bench, openBench, START, wan } from '../../support/ledger/rounds.ts';

const textOf = (file: string) => readFileSync(new URL(`../../fixtures/cases/${file}`, import.meta.url), 'utf8');
const uplink = (name: string) => ({ kind: 'wan', router: 'gateway', interface: name }) as const;

describe('answers that were seen to break meters', () => {
  let bench: Bench;
  beforeEach(async () => {
    bench = await openBench();
  });
  afterEach(() => bench.close());

  /** Posts an answer of wrtmeter.cgi at `seconds`. */
  async function read(seconds: number, text: string, router = 'gateway'): Promise<void> {
    const { system, sources } = parseWrtmeter({ text, framed: true });
    const results = sources.map(({ source, skipped = 0, unread = [], observation }): SourceResult => {
      if (observation instanceof SourceError) throw observation;
      return { status: 'ok', source, origin: router, observation, skipped, unread, at: START + seconds * 1000, duration: 0 };
    });
    await bench.readAll(seconds, [{ router, system, results }]);
  }

  const dips = () => bench.store.all("SELECT counter, download, upload FROM audit WHERE kind = 'dip'");
  const others = async () => (await bench.store.all("SELECT kind FROM audit WHERE kind IN ('reset', 'wrap', 'rejected')")).length;

  describe('Rule: reset: a peer of which one direction fell earlier', () => {
    const key = 'xTIBA5rboUvnH4htodjb6e697QjLERt1NAB4mZqp8Dg=';
    const account = { kind: 'peer', router: 'gateway', interface: 'wg0', key } as const;
    const peers = (at: number, ifindex: string, ...lines: string[]) =>
      read(
        at,
        `wrtmeter 1\nboot_id 66666666-5c0f-4b3e-9a55-6a2b7c1d9e10\nuptime ${1000 + at}.00\ntime 1763664918\nbegin peers\n${[`interface wg0 wireguard ${ifindex}`, ...lines].join('\n')}\nend peers\nend wrtmeter\n`,
      );
    const peer = (upload: number, download: number) => `peer wg0 ${key} - - 0 ${upload} ${download} -`;

    it('does not restart in the other when nothing proves the epoch any more', async () => {
      await peers(0, '14', peer(15e6, 2e9));
      // The peer was removed and added again: one direction is near zero, and the other is not.
      await peers(60, '14', peer(2e6, 1e8));
      await peers(120, '14', peer(2e6, 5e8));
      await peers(180, '-', peer(2e6, 6e8));
      expect(bench.total(account)).to.deep.equal({ download: 6e8, upload: 2e6 });
    });

    it('restarts in both if it was absent in between', async () => {
      await peers(0, '14', peer(15e6, 2e6));
      await peers(60, '14', peer(2e6, 2.1e6));
      await peers(120, '14');
      await peers(180, '14', peer(2.5e6, 2.2e6));
      expect(bench.total(account)).to.deep.equal({ download: 2.3e6, upload: 2.5e6 });
    });
  });

  it('Rule: dip: nothing is posted until the old maximum is passed, and one row says so', async () => {
    for (let i = 0; i < 5; i++) await read(60 * i, textOf(`counter-dips/wrtmeter-${i}.txt`));
    expect(bench.total(uplink('wan'))).to.deep.equal({ download: 1_700_000, upload: 3_718_060_786 - 3_717_324_887 });
    expect(await dips()).to.deep.equal([{ counter: 'wan eth1', download: 0, upload: 5095 }]);
    expect(await others()).to.equal(0);
  });

  it('Rule: dip: the same where nothing proves the epoch', async () => {
    for (let i = 0; i < 5; i++) {
      const { uplink: found } = parseWan({ text: textOf(`counter-dips/wan-${i}.txt`), framed: true });
      await bench.read(60 * i, { source: 'wan', rules: WAN_RULES, uplinks: [found] });
    }
    expect(bench.total(uplink('wan'))).to.deep.equal({ download: 1_700_000, upload: 3_718_060_786 - 3_717_324_887 });
    expect(await others()).to.equal(0);
  });

  it('Rule: dip: a small fall of a counter of 32 bits is not a wrap', async () => {
    for (let i = 0; i < 4; i++) await read(60 * i, textOf(`counter-dips/bits32-${i}.txt`));
    expect(bench.total(uplink('wwan'))).to.deep.equal({ download: 100_010_000, upload: 0 });
    expect(await others()).to.equal(0);
  });

  it('Rule: dip: the old maximum is kept over a restart of the program', async () => {
    for (let i = 0; i < 5; i++) {
      await read(60 * i, textOf(`counter-dips/wrtmeter-${i}.txt`));
      await bench.restart();
    }
    expect(bench.total(uplink('wan'))).to.deep.equal({ download: 1_700_000, upload: 3_718_060_786 - 3_717_324_887 });
    expect(await dips()).to.have.length(1);
  });

  it('Rule: dip: a counter that shows zero once is not posted again when it is back', async () => {
    const values = [1e9, 2e9, 0, 2.1e9, 2.2e9];
    for (const [i, value] of values.entries()) {
      await bench.read(60 * i, wan({ download: value, upload: 0 }));
      await bench.restart();
    }
    expect(bench.total(uplink('wan'))).to.deep.equal({ download: 1.2e9, upload: 0 });
  });

  it('Rule: dip: a classic counter that lost most of it is posted by the reading after, if it did not dip', async () => {
    const values = [1000, 2000, 600, 2100, 2200, 700, 710, 800];
    const totals: number[] = [];
    for (const [i, value] of values.entries()) {
      await bench.read(60 * i, wan({ download: value * 1e6, upload: 0 }));
      totals.push((bench.total(uplink('wan'))?.download ?? 0) / 1e6);
      await bench.restart();
    }
    expect(totals).to.deep.equal([0, 1000, 1000, 1100, 1200, 1200, 1910, 2000]);
    expect((await dips()).map(({ download }) => download)).to.deep.equal([1400e6, 1500e6]);
  });

  it('Rule: dip: a classic counter in doubt is not silent for long, and its bytes go to the time since it fell', async () => {
    const values = [1000, 1000, 600, ...Array.from({ length: 14 }, (_, i) => 610 + 10 * i)];
    for (const [i, value] of values.entries()) await bench.read(60 * i, wan({ download: value * 1e6, upload: 0 }));
    expect(bench.total(uplink('wan'))).to.deep.equal({ download: 140e6, upload: 0 });
    expect((await bench.sums(uplink('wan'))).hours.download).to.equal(140e6);
  });

  it('Rule: isolation: one impossible counter is unknown, and all others count', async () => {
    const files = [0, 1, 2, 3, 4, 5].map((i) => textOf(`counter-beyond-2-53/wrtmeter-${i}.txt`));
    for (const [i, text] of files.entries()) await read(1.5 * i, text);
    expect(bench.total(uplink('wanb'))).to.deep.equal({ download: 90_000_000 + 400, upload: 200 });
    // Its second reading, and what it showed after the boot; nothing between.
    expect(bench.total(uplink('wan'))).to.deep.equal({ download: 7_000_000 + 200, upload: 100 });
  });

  it('Rule: isolation: a foreign line of a classic list is skipped, and the stations count', async () => {
    for (const i of [0, 1]) {
      const { stations, skipped } = parseStations({ text: textOf(`totalwifi-with-wan-line/totalwifi-${i}.txt`), framed: true });
      const observation = { source: 'stations', rules: CLASSIC_STATION_RULES, radios: [], stations } as const;
      await bench.read(15 * i, {
        ...{ status: 'ok', source: 'stations', origin: 'test', observation: { ...observation, radios: [] }, skipped },
        ...{ at: START + 15_000 * i, duration: 0 },
      });
      expect(skipped).to.equal(1);
    }
    expect(bench.total({ kind: 'device', key: '02:00:00:00:00:01' })).to.deep.equal({ download: 3000, upload: 2000 });
  });

  it('Rule: isolation: a counter that made no sense is not new when it does', async () => {
    const answer = (seconds: number, stations: string, hosts: string) => `wrtmeter 1
boot_id 8d1f3b0e-5c0f-4b3e-9a55-6a2b7c1d9e10
uptime ${1000 + seconds}
time ${START / 1000 + seconds}
begin stations
radio phy0-ap0 AP 0 5180 home
${stations}
end stations
begin hosts
counting iptables - -
down 192.168.1.9 5
${hosts}
end hosts
end wrtmeter
`;
    const steps = ['-1', '5000000', '5000300'];
    for (const [i, value] of steps.entries()) {
      const station = `station phy0-ap0 02:00:00:00:00:01 ${value} 7 - - - - -`;
      await read(15 * (i + 1), answer(15 * (i + 1), station, `down 192.168.1.10 ${value}`));
    }
    expect(bench.total({ kind: 'station', router: 'gateway', key: '02:00:00:00:00:01' })).to.deep.equal({ download: 0, upload: 300 });
    expect(bench.total({ kind: 'host', router: 'gateway', key: '192.168.1.10' })).to.deep.equal({ download: 300, upload: 0 });
    await read(60, answer(60, 'station phy0-ap0 02:00:00:00:00:01 x 7 - - - - -', 'down 192.168.1.10 x'));
    await read(75, answer(75, 'station phy0-ap0 02:00:00:00:00:01 5000310 7 - - - - -', 'down 192.168.1.10 5000310'));
    expect(bench.total({ kind: 'station', router: 'gateway', key: '02:00:00:00:00:01' })).to.deep.equal({ download: 0, upload: 310 });
    expect(bench.total({ kind: 'host', router: 'gateway', key: '192.168.1.10' })).to.deep.equal({ download: 310, upload: 0 });
  });
});
