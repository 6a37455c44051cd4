import { expect } from 'chai';
import { keptRound } from '../../src/app/kept-round.ts';
import { limitsFor, memoryForHeap } from '../../src/app/limits.ts';
import type { Account } from '../../src/ledger/account.ts';
import { accountKey } from '../../src/ledger/account.ts';
import { STATION_RULES } from '../../src/sources/openwrt/stations.ts';
import { classic, ok, station } from '../support/ledger/rounds.ts';

const MIB = 1024 * 1024;

describe('limits', () => {
  it('in 128 MB there is room for 1,000 devices with hosts, in 512 MB for 5,000 and in 2 GB for 20,000', () => {
    const small = limitsFor(128 * MIB);
    expect(small.accounts).to.be.within(4000, 8000);
    expect(small.answerLines, 'ten lines a device').to.be.at.least(20_000);
    expect(small.counters, 'ten counters a device').to.be.at.least(10_000);
    expect(limitsFor(512_000_000)).to.deep.equal({
      accounts: 25_000,
      newAccounts: 15_000,
      counters: 60_000,
      leases: 8000,
      answerBytes: 8 * MIB,
      answerLines: 150_000,
    });
    const large = limitsFor(2048 * MIB);
    expect(large.newAccounts, 'three accounts a device, in the first round').to.be.at.least(60_000);
    expect(large.accounts).to.equal(120_000);
    expect(large.counters, 'with the addresses of two days').to.equal(400_000);
    expect(large.answerLines).to.equal(600_000);
    expect(large.answerBytes).to.equal(32 * MIB);
    expect(limitsFor(Number.POSITIVE_INFINITY)).to.deep.equal(large);
  });

  it('never fall as memory grows, and never below what a home needs', () => {
    let before = limitsFor(0);
    expect(before.accounts).to.equal(4000);
    for (let memory = 0; memory < 2500 * MIB; memory += 16 * MIB) {
      const now = limitsFor(memory);
      for (const name of Object.keys(now) as (keyof typeof now)[]) expect(now[name], name).to.be.at.least(before[name]);
      before = now;
    }
  });
});

describe('the memory that a heap is made for', () => {
  it('is twice the heap', () => {
    expect(memoryForHeap(['--enable-source-maps', '--max-old-space-size=80'])).to.equal(160 * MIB);
    expect(memoryForHeap(['--max-old-space-size=64 --max_old_space_size=256 --no-warnings'])).to.equal(512 * MIB);
  });

  it('is any where nothing says how large it may be', () => {
    expect(memoryForHeap([])).to.equal(Number.POSITIVE_INFINITY);
    expect(memoryForHeap(['--max-old-space-size-percentage=50', ''])).to.equal(Number.POSITIVE_INFINITY);
  });
});

describe('a round as it is shown', () => {
  it('has all stations that the ledger counts, and a bounded number of others', () => {
    const mac = (i: number) => `06:00:00:00:${(i >> 8).toString(16).padStart(2, '0')}:${(i & 255).toString(16).padStart(2, '0')}`;
    const macs = Array.from({ length: 5000 }, (_, i) => mac(i));
    const counted = macs.slice(-500);
    const accounts = new Map(
      counted.map((key) => [accountKey({ kind: 'station', router: 'gateway', interface: '', key }), {} as Account] as const),
    );
    const round = {
      startedAt: 0,
      finishedAt: 0,
      routers: [{ router: 'gateway', system: null, results: [ok(classic(...macs.map((each) => station(each, 1, 1))), 0)] }],
    };
    const [result] = keptRound(round, { accounts }).routers[0]?.results ?? [];
    if (result?.status !== 'ok' || result.observation.source !== 'stations') throw new Error('There are no stations');
    const shown = result.observation.stations.map((each) => each.mac);
    expect(shown).to.have.length(1500);
    expect(shown.slice(-500)).to.deep.equal(counted);
  });

  it('has no counters of hosts, which are in memory until the next round otherwise', () => {
    const counting = { source: 'hosts', rules: STATION_RULES, method: 'nftables', uncounted: null } as const;
    const counter = { counts: 'both', mac: null, ip: '10.0.0.1', bytes: { download: 1, upload: 1 }, bits: 64, epoch: null } as const;
    const results = [ok({ ...counting, devices: [], hosts: [counter] }, 0)];
    const round = { startedAt: 0, finishedAt: 0, routers: [{ router: 'gateway', system: null, results }] };
    const [result] = keptRound(round, { accounts: new Map() }).routers[0]?.results ?? [];
    expect(result?.status === 'ok' && result.observation).to.deep.equal({ ...counting, devices: [], hosts: [] });
  });
});
