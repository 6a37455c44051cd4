import { expect } from 'chai';
import type { CounterRules } from '../../../src/domain/counter.ts';
import type { HostCounter, Observation } from '../../../src/domain/observation.ts';
import { LedgerError } from '../../../src/errors.ts';
import { PEER_RULES } from '../../../src/sources/openwrt/peers.ts';
import { parseFacts } from '../../../src/sources/wireguard/facts.ts';
import { type Bench, ok, openBench, PHONE, START, system, TERMS, wan } from '../../support/ledger/rounds.ts';

const HOUR = 3600;
const DAY = 24 * HOUR;
const EPOCH = { boot: 'aaaaaaaa', instance: 3, began: null, margin: 0 };
const NFT: CounterRules = { directions: 'apart', absent: 'missed', unknown: 'later', fall: 'reset', refresh: 10 };

describe('a router whose uptime does not go on as our clocks do (Rule: uptime)', () => {
  let bench: Bench;
  beforeEach(async () => {
    bench = await openBench({ ...TERMS, lineRate: () => 1e9 });
  });
  afterEach(() => bench.close());
  const at = (seconds: number, uptime: number, bytes: number, wall = seconds) =>
    bench.readFrom('gateway', seconds, [wan({ download: bytes, upload: 0 }, { epoch: EPOCH })], {
      system: system('aaaaaaaa', uptime),
      wall,
    });
  const total = () => bench.total({ kind: 'wan', router: 'gateway', interface: 'wan' })?.download;

  it('loses nothing if it began again within one boot, as a container does, while the program was stopped', async () => {
    await at(0, 30 * DAY, 0);
    await at(15, 30 * DAY + 15, 0);
    await bench.restart();
    await at(600, 100, 0);
    await at(660, 160, 3e9);
    await at(720, 220, 6e9);
    expect(total()).to.equal(6e9);
  });

  it('nor after a round that could not be written', async () => {
    await at(0, 30 * DAY, 0);
    await at(15, 30 * DAY + 15, 0);
    const { commit } = bench.store;
    bench.store.commit = () => Promise.reject(new LedgerError('full'));
    await at(30, 30 * DAY + 30, 0).catch(() => 0);
    bench.store.commit = commit;
    await at(600, 100, 0);
    await at(660, 160, 3e9);
    await at(720, 220, 6e9);
    expect(total()).to.equal(6e9);
  });

  it('leaves nothing waiting since a time in the future', async () => {
    const hosts = (...shown: string[]): Observation => ({
      ...{ source: 'hosts', rules: NFT, method: 'nftables', devices: [], uncounted: null },
      hosts: shown.map(
        (ip): HostCounter => ({ counts: 'upload', mac: PHONE, ip, bytes: { download: 0, upload: 5 }, bits: 64, epoch: EPOCH }),
      ),
    });
    const read = (seconds: number, uptime: number, ...shown: string[]) =>
      bench.readFrom('gateway', seconds, [hosts(...shown)], { system: system('aaaaaaaa', uptime) });
    await read(0, 30 * DAY, '192.168.1.10', '192.168.1.11');
    await read(15, 30 * DAY + 15, '192.168.1.10');
    await bench.restart();
    for (const seconds of [600, 660, 720]) await read(seconds, seconds - 500, '192.168.1.10');
    const [row] = await bench.store.all('SELECT max(last_read) AS latest FROM baseline');
    expect(Number(row?.latest)).to.be.at.most(START + 720_000);
  });

  it('keeps no other from being posted (Rule: isolation)', async () => {
    const facts = (uptime: string) => parseFacts(`boot_id aaaaaaaa-0000\nuptime ${uptime} 0.00\nbtime 1700000000\n`).system;
    const peers = (...names: string[]): Observation => ({
      ...{ source: 'peers', rules: PEER_RULES, interfaces: ['wg0'] },
      peers: names.map((publicKey) => ({
        ...{ interface: 'wg0', publicKey, name: null, endpoint: null, allowedIps: [], state: 'active', latestHandshake: 0 },
        ...{ bytes: { download: 5, upload: 5 }, bits: 64, epoch: null },
      })),
    });
    const round = (s: number, uptime: string, home: number, ...names: string[]) =>
      bench.readAll(s, [
        { router: 'vps', system: facts(uptime), results: [ok(peers(...names), START + s * 1000, 'vps')] },
        { router: 'gateway', system: null, results: [ok(wan({ download: home, upload: 0 }), START + s * 1000, 'home')] },
      ]);
    await round(0, '1000000000000000000.00', 0, 'a', 'b');
    await bench.restart();
    await round(15, '100.00', 1000, 'a');
    await round(30, '115.00', 2000, 'a');
    await round(45, '130.00', 3000, 'a');
    expect(total()).to.equal(3000);
  });

  it('loses nothing if it began again and is past what it was before', async () => {
    await at(0, 12 * HOUR, 0);
    await at(15, 12 * HOUR + 15, 0);
    await bench.restart();
    await at(3 * DAY, 12 * HOUR + 300, 100e9);
    expect(total()).to.equal(100e9);
  });

  it('nor if it did while this machine slept', async () => {
    await at(0, 5000, 0);
    await at(15, 5015, 0);
    await at(30, 5100, 30e9, 30 + 8 * HOUR);
    expect(total()).to.equal(30e9);
  });

  it('shows how long the program was stopped, if our clock has no battery', async () => {
    await at(0, 5000, 0);
    await at(15, 5015, 0);
    await bench.restart();
    await at(15 + 8 * HOUR, 5015 + 8 * HOUR, 20e9, 45);
    expect(total()).to.equal(20e9);
  });

  it('but not more than a night: its bytes would be spread over any time', async () => {
    await at(0, 5000, 0);
    await at(15, 5015, 0);
    await bench.restart();
    await at(75, 5015 + 400 * DAY, 1000);
    expect(total()).to.equal(1000);
    const [row] = await bench.store.all('SELECT count(*) AS days FROM day');
    expect(row?.days).to.equal(1);
  });

  it('makes nothing plausible if it leaps, also once it is believed', async () => {
    await at(0, 5000, 0);
    await at(15, 5015, 0);
    await at(30, 1e9, 0);
    await at(45, 1e9 + 15, 0);
    await at(60, 1e9 + 30, 1e15);
    expect(total()).to.equal(0);
  });
});
