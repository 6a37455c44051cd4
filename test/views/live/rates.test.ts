import { expect } from 'chai';
import fc from 'fast-check';
import type { Observation, System } from '../../../src/domain/observation.ts';
import type { RouterRound, SourceResult } from '../../../src/domain/round.ts';
import { LOOSE_REFS } from '../../../src/ledger/account-refs.ts';
import { HOST_RULES } from '../../../src/sources/openwrt/hosts.ts';
import { type LiveRouter, readLive, secondsOf } from '../../../src/views/live/live-router.ts';
import { system } from '../../support/homes/small-home.ts';
import { classic, complete, LAPTOP, PHONE, START, station, statistics, wan } from '../../support/ledger/rounds.ts';

const LINE = 1e9;
const STRANGERS = '06:00:00:00';
const STRANGER = `${STRANGERS}:00:01`;

interface Given {
  /** Seconds after the start, by our clock. */
  at: number;
  uptime?: number;
  boot?: string;
  duration?: number;
  origin?: string;
  feeding?: 'stations' | 'hosts';
}

/** A router after readings one after the other. */
function read(before: LiveRouter | undefined, given: Given, ...observations: (Observation | 'failed')[]): LiveRouter {
  const { at, uptime, boot = '8d1f3b0e-1', duration = 0.05, origin = 'test', feeding = 'stations' } = given;
  const now = { at: START + at * 1000, tick: 5000 + at * 1000 };
  const known: System | null = uptime === undefined ? null : system({ bootId: boot, uptime });
  const results = observations.map((observation): SourceResult => {
    if (observation === 'failed')
      return { status: 'failed', source: 'wan', reason: 'timeout', message: 'no answer', at: now.at, duration: 1 };
    return { status: 'ok', source: observation.source, origin, observation, skipped: 0, at: now.at, duration };
  });
  const round: RouterRound = { router: 'gateway', system: known, results };
  return readLive(before, round, now, {
    lineRate: LINE,
    feeding,
    isOverlay: ({ overlay }) => overlay,
    isKnown: (key) => !key.includes(STRANGERS),
  });
}

const hex = (byte: number) => byte.toString(16).padStart(2, '0');

const ratesOf = (live: LiveRouter) =>
  [...live.sources.values()].flatMap(({ rates }) =>
    (rates?.accounts ?? []).map(({ account: { kind, key, interface: name }, rate }) => [kind, key || name, rate] as const),
  );

const up = (download: number, upload = 0) => wan({ download, upload });

describe('live rates', () => {
  it('are of two readings, by our clock where the router has none', () => {
    const first = read(undefined, { at: 0 }, up(1000, 50));
    expect([ratesOf(first), secondsOf(first)]).to.deep.equal([[], null]);
    const second = read(first, { at: 2 }, up(5000, 70));
    expect(ratesOf(second)).to.deep.equal([['wan', 'wan', { download: 2000, upload: 10 }]]);
    expect(secondsOf(second)).to.equal(2);
  });

  it("are by the router's clock, as far as that is possible", () => {
    const first = read(undefined, { at: 0, uptime: 100, duration: 1 }, up(0));
    expect(ratesOf(read(first, { at: 3, uptime: 102, duration: 1 }, up(4000)))).to.deep.equal([
      ['wan', 'wan', { download: 2000, upload: 0 }],
    ]);
    // It cannot have been read within a hundredth of a second of the first.
    const odd = read(first, { at: 4, uptime: 100.01, duration: 1 }, up(4000));
    expect(ratesOf(odd)).to.deep.equal([['wan', 'wan', { download: 1000, upload: 0 }]]);
  });

  it('the same answer again changes nothing', () => {
    const first = read(undefined, { at: 0, uptime: 100 }, up(0));
    const second = read(first, { at: 2, uptime: 102 }, up(4000));
    const again = read(second, { at: 4, uptime: 102 }, up(4000));
    expect(ratesOf(again)).to.deep.equal(ratesOf(second));
    expect(ratesOf(read(again, { at: 6, uptime: 106 }, up(8000)))).to.deep.equal([['wan', 'wan', { download: 1000, upload: 0 }]]);
  });

  it('there is none for what fell, nor over a boot, another origin or a long gap, and the next one is of the readings after', () => {
    const first = read(undefined, { at: 0, uptime: 100 }, up(1_000_000));
    const fallen = read(first, { at: 2, uptime: 102 }, up(5000));
    expect(ratesOf(fallen)).to.deep.equal([['wan', 'wan', null]]);
    expect(ratesOf(read(fallen, { at: 4, uptime: 104 }, up(7000)))).to.deep.equal([['wan', 'wan', { download: 1000, upload: 0 }]]);
    for (const given of [
      { at: 2, uptime: 1, boot: 'ffffffff-1' },
      { at: 2, uptime: 102, origin: 'other' },
      { at: 100, uptime: 200 },
    ]) {
      const next = read(first, given, up(2_000_000));
      expect(ratesOf(next), JSON.stringify(given)).to.deep.equal([]);
      const { at, uptime } = given;
      expect(ratesOf(read(next, { ...given, at: at + 2, uptime: uptime + 2 }, up(2_002_000)))).to.deep.equal([
        ['wan', 'wan', { download: 1000, upload: 0 }],
      ]);
    }
  });

  it('there is none for what no line carries', () => {
    const first = read(undefined, { at: 0 }, up(0));
    expect(ratesOf(read(first, { at: 2 }, up(1e9)))).to.deep.equal([['wan', 'wan', null]]);
  });

  it('a source that fails has none until it is back, then one over the time since', () => {
    const second = read(read(undefined, { at: 0 }, up(0)), { at: 2 }, up(4000));
    const failed = read(second, { at: 4 }, 'failed');
    expect([ratesOf(failed), failed.failure, failed.readTick]).to.deep.equal([[], 'timeout', second.readTick]);
    const back = read(failed, { at: 6 }, up(8000));
    expect([ratesOf(back), back.failure]).to.deep.equal([[['wan', 'wan', { download: 1000, upload: 0 }]], null]);
  });

  it('a device is its stations, or its hosts by the addresses of its router; a new counter has none', () => {
    const stations = (phone: number, ...more: number[]) =>
      complete(station(PHONE, phone, 0, { interface: 'a' }), ...more.map((bytes) => station(PHONE, bytes, 0, { interface: 'b' })));
    const first = read(undefined, { at: 0 }, stations(1000));
    const second = read(first, { at: 1 }, stations(3000, 70_000));
    expect(ratesOf(second).filter(([kind]) => kind === 'device')).to.deep.equal([['device', PHONE, { download: 2000, upload: 0 }]]);
    const hosts = (bytes: number): Observation => ({
      source: 'hosts',
      rules: HOST_RULES['hosts nftables'],
      method: 'nftables',
      hosts: [
        { counts: 'download', mac: null, ip: '192.168.1.2', bytes: { download: bytes, upload: 0 }, bits: 64, epoch: null },
        { counts: 'upload', mac: PHONE, ip: '192.168.1.2', bytes: { download: 0, upload: 2 * bytes }, bits: 64, epoch: null },
        { counts: 'download', mac: null, ip: '192.168.1.9', bytes: { download: bytes, upload: 0 }, bits: 64, epoch: null },
      ],
      devices: [],
      uncounted: null,
    });
    const given = { feeding: 'hosts' as const };
    const both = read(read(undefined, { at: 0, ...given }, stations(0), hosts(0)), { at: 1, ...given }, stations(900), hosts(500));
    expect(ratesOf(both).filter(([kind]) => kind === 'device')).to.deep.equal([['device', PHONE, { download: 500, upload: 1000 }]]);
  });

  it('lines of a classic list are paired as in the ledger', () => {
    const first = read(undefined, { at: 0 }, classic(station(PHONE, 100, 0), station(PHONE, 9000, 0), station(LAPTOP, 5, 0)));
    const second = read(first, { at: 1 }, classic(station(PHONE, 9010, 0), station(PHONE, 110, 0), station(LAPTOP, 1, 0)));
    expect(ratesOf(second).filter(([kind]) => kind === 'device')).to.deep.equal([
      ['device', PHONE, { download: 20, upload: 0 }],
      ['device', LAPTOP, null],
    ]);
  });

  it('of a Wi-Fi 7 station in a classic list its sum is one, with one link left too', () => {
    const list = (sum: number, link: number) => ({ ...classic(station(PHONE, sum, 0), station(PHONE, link, 0)), inRow: new Set([PHONE]) });
    const first = read(undefined, { at: 0 }, list(1000, 600));
    expect(ratesOf(read(first, { at: 2 }, list(1100, 700)))).to.deep.include(['device', PHONE, { download: 50, upload: 0 }]);
  });

  it('what the ledger does not have takes no memory', () => {
    const live = read(undefined, { at: 0 }, complete(station(PHONE, 1, 0), station(STRANGER, 1, 0)));
    expect(live.sources.get('stations')?.base.counters.size).to.equal(1);
    expect(
      read(undefined, { at: 0, feeding: 'hosts' }, complete(station(PHONE, 1, 0))).sources.get('stations')?.base.counters.size,
    ).to.equal(0);
  });

  it('nor does what a crowd of strangers would feed', () => {
    const strangers = Array.from({ length: 500 }, (_, i) => station(`${STRANGERS}:${hex(i >> 8)}:${hex(i & 255)}`, 1, 0));
    const crowd = read(undefined, { at: 0 }, complete(station(PHONE, 1, 0), ...strangers));
    const made = crowd.sources.get('stations')?.base.feeds;
    expect(made?.isGood('stations', LOOSE_REFS, 0), 'hardly any are kept').to.equal(true);
  });

  it('a wire counts once, whatever uplinks lie on it', () => {
    const uplinks = (bytes: number): Observation => {
      const of = (name: string, device: string, below: string[]) => ({
        ...{ name, device, below, up: true, protocol: 'dhcp', overlay: false, bits: 64 as const, epoch: null },
        bytes: { download: bytes, upload: 0 },
      });
      const found = up(0);
      if (found.source === 'wan') found.uplinks = [of('wan', 'eth1', []), of('iptv', 'eth1.20', ['eth1'])];
      return found;
    };
    const second = read(read(undefined, { at: 0 }, uplinks(0)), { at: 1 }, uplinks(700));
    expect(ratesOf(second)).to.deep.equal([['wan', 'wan', { download: 700, upload: 0 }]]);
  });

  it('bytes without a direction are in the place of the download', () => {
    const second = read(read(undefined, { at: 0 }, statistics({ [PHONE]: 100 })), { at: 2 }, statistics({ [PHONE]: 300 }));
    expect(ratesOf(second).map(([kind, key, rate]) => [kind, key, rate?.download])).to.deep.equal([['undirected', PHONE, 100]]);
  });

  it('whatever counters and clocks do, a rate is never negative, never above the line, and never more than what moved', () => {
    const step = fc.record({
      seconds: fc.double({ min: 0.5, max: 90, noNaN: true }),
      gains: fc.nat(50_000_000),
      resets: fc.boolean(),
      reboots: fc.boolean(),
      uptimeError: fc.oneof(
        { weight: 5, arbitrary: fc.constant(0) },
        { weight: 1, arbitrary: fc.double({ min: -100, max: 100, noNaN: true }) },
      ),
      source: fc.constantFrom('ok', 'ok', 'ok', 'failed'),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
        let [at, uptime, bytes, boot, moved] = [0, 1000, 5_000_000, 1, 0];
        let live = read(undefined, { at, uptime, boot: '00000001-1' }, up(bytes));
        for (const { seconds, gains, resets, reboots, uptimeError, source } of steps) {
          at += seconds;
          uptime += seconds + uptimeError;
          if (reboots) [uptime, boot] = [1, boot + 1];
          if (resets || reboots) bytes = 0;
          bytes += gains;
          moved += gains;
          const given = { at, uptime, boot: `${String(boot).padStart(8, '0')}-1` };
          live = read(live, given, source === 'failed' ? 'failed' : up(bytes));
          if (source === 'ok') {
            for (const [, , rate] of ratesOf(live)) {
              if (rate === null) continue;
              expect(rate.download).to.be.within(0, (2 * LINE) / 8);
              // By our own clock at least: the router's is believed within what an answer takes.
              expect(rate.download * (secondsOf(live) ?? 0)).to.be.at.most(moved + 1e-3);
            }
            moved = 0;
          }
        }
      }),
    );
  });

  it('without resets, rates times their seconds are the bytes that moved', () => {
    const step = fc.record({ seconds: fc.integer({ min: 1, max: 50 }), gains: fc.nat(1_000_000) });
    fc.assert(
      fc.property(fc.array(step, { minLength: 1, maxLength: 30 }), (steps) => {
        let [at, bytes, seen] = [0, 0, 0];
        let live = read(undefined, { at, uptime: 7 }, up(bytes));
        for (const { seconds, gains } of steps) {
          at += seconds;
          bytes += gains;
          live = read(live, { at, uptime: at + 7 }, up(bytes));
          for (const [, , rate] of ratesOf(live)) seen += (rate?.download ?? 0) * (secondsOf(live) ?? 0);
        }
        expect(Math.round(seen)).to.equal(bytes);
      }),
    );
  });
});
