import { randomUUID } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import fetch from 'node-fetch';
import { filledMac, fillLedger } from '../../support/ledger/filled.ts';
import { output } from '../../support/program/command.ts';
import { type Exporter, MAIN, startExporter } from '../../support/program/exporter.ts';
import { type MemoryCgroup, memoryCgroup } from '../../support/program/memory-cgroup.ts';
import { sampleValue } from '../../support/prometheus/text.ts';
import { until } from '../../support/until.ts';

/** What docker-compose.yml gives the service, MiB. */
const USUAL = 128;
const DAY = 86_400_000;
/** What the image and the unit set; the image has the heap as a percentage, which Node 20 does not know. */
const given = (mib = USUAL) => ({ WRTMETER_HEARTBEAT: '0', MALLOC_ARENA_MAX: '1', NODE_OPTIONS: `--max-old-space-size=${mib / 2}` });

const memoryOf = (mib: number): MemoryCgroup => memoryCgroup('wrtmeter-memory', mib * 1024 * 1024);

/** Addresses of anything, by number. */
const inventedMac = (i: number): string =>
  `06:${[i >> 24, i >> 16, i >> 8, i].map((byte) => (byte & 255).toString(16).padStart(2, '0')).join(':')}:00`;
const address = (i: number): string => `10.${(i >> 16) & 255}.${(i >> 8) & 255}.${i & 255}`;
const numbers = (count: number, from = 0): number[] => Array.from({ length: count }, (_, i) => from + i);

/** A gateway that answers as wrtmeter.cgi does, with whatever lines a test wants. */
class LyingRouter {
  bytes = 1_000_000;
  stations: () => string[] = () => [];
  leases: () => string[] = () => [];
  names: () => string[] = () => [];
  neighbours: () => string[] = () => [];
  url = '';
  readonly #bootId = randomUUID();
  readonly #server: Server;
  readonly #began = performance.now();

  constructor() {
    this.#server = createServer((_, response) => response.writeHead(200, { 'Content-Type': 'text/plain' }).end(this.#text()));
  }

  async listen(): Promise<this> {
    await new Promise<void>((done) => this.#server.listen(0, '127.0.0.1', done));
    this.url = `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
    return this;
  }

  close(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }

  #text(): string {
    const section = (name: string, lines: readonly string[]) => [`begin ${name}`, ...lines, `end ${name}`];
    return [
      ...['wrtmeter 1', `boot_id ${this.#bootId}`],
      `uptime ${(864_000 + (performance.now() - this.#began) / 1000).toFixed(2)}`,
      `time ${Math.floor(Date.now() / 1000)}`,
      ...['hostname gateway', 'model -', 'release -', 'counter_bits 64', 'flow_offload software 0', 'flow_offload hardware 0'],
      ...section('wan', [`uplink wan up eth1 7 dhcp ${this.bytes} 0`]),
      ...section('stations', ['radio phy0-ap0 ap 0 5180 Home', ...this.stations()]),
      ...section('leases', this.leases()),
      ...section('names', this.names()),
      ...section('neighbours', this.neighbours()),
      'end wrtmeter',
      '',
    ].join('\n');
  }
}

const station = (mac: string, bytes: number) => `station phy0-ap0 ${mac} ${bytes} ${bytes} -50 866.7 1083.3 3600 20 1000.000`;

describe('the program in 128 MB', function () {
  this.timeout(240_000);
  let directory: string;
  let group: MemoryCgroup;
  let router: LyingRouter;
  let exporter: Exporter | null;
  let sockets: Socket[];

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'wrtmeter-memory-'));
    group = memoryOf(USUAL);
    router = await new LyingRouter().listen();
    exporter = null;
    sockets = [];
  });
  afterEach(async () => {
    for (const socket of sockets) socket.destroy();
    await exporter?.kill('SIGKILL');
    router.close();
    group.remove();
    await rm(directory, { recursive: true });
  });

  async function start(others: readonly string[] = [], mib = USUAL): Promise<Exporter> {
    exporter = await startExporter({
      args: [`gateway=${router.url}`, ...others, '--log-level', 'error'],
      env: given(mib),
      dataDir: join(directory, 'data'),
      within: group.within,
    });
    return exporter;
  }

  /** Docker's health check is a program of its own in the same memory. */
  const checkHealth = (running: Exporter): Promise<string> =>
    output([...group.within, process.execPath, MAIN, 'health', '--listen', new URL(running.url).host], {
      env: { ...process.env, ...given() },
    });

  const ask = (running: Exporter, path: string, accept = 'identity') =>
    fetch(running.url + path, { headers: { 'Accept-Encoding': accept }, signal: AbortSignal.timeout(120_000) });

  /** Reads an answer to its end, and says how it ended. */
  async function outcome(running: Exporter, path: string): Promise<{ status: number; bytes: number; retryAfter: string | null }> {
    const response = await ask(running, path);
    let bytes = 0;
    for await (const chunk of response.body ?? []) bytes += chunk.length;
    return { status: response.status, bytes, retryAfter: response.headers.get('retry-after') };
  }

  /** A client that asks and never reads. */
  function silent(running: Exporter, path: string): void {
    const socket = connect(Number(new URL(running.url).port), '127.0.0.1');
    sockets.push(socket);
    socket.on('error', () => undefined);
    socket.write(`GET ${path} HTTP/1.1\r\nHost: x\r\n\r\n`);
    socket.pause();
  }

  /** It lives, meters to the byte, and answers Prometheus in time. */
  async function expectMetering(running: Exporter): Promise<void> {
    const shown = async () => {
      const began = performance.now();
      const samples = await running.scrape();
      return {
        seconds: (performance.now() - began) / 1000,
        wan: sampleValue(samples, 'wrtmeter_wan_download_bytes_total', { router: 'gateway' }) ?? -1,
      };
    };
    const before = await shown();
    router.bytes += 12_345;
    await shown(); // may share a round that read the router before
    const after = await shown();
    expect(after.wan - before.wan).to.equal(12_345);
    expect(Math.max(before.seconds, after.seconds), 'seconds of a scrape').to.be.below(5);
    expect(await checkHealth(running)).to.equal('healthy\n');
    expect(group.kills(), 'ended for want of memory').to.equal(0);
  }

  it('68 devices: dozens of parallel queries, and clients that do not read', async () => {
    const now = Date.now();
    await fillLedger(join(directory, 'data'), { devices: 68, days: 800, hours: 62 * 24, now });
    router.stations = () => numbers(68).map((i) => station(filledMac(i), 1000));
    const running = await start();
    await running.scrape();
    const from = new Date(now - 61 * DAY).toISOString().slice(0, 10);
    const to = new Date(now + DAY).toISOString().slice(0, 10);
    const queries = [`by=hour&from=${from}&to=${to}`, `by=day&from=2020-01-01&to=${to}`, `by=month&from=2020-01-01&to=${to}`, 'by=year'];
    const asked = numbers(48).map((i) => outcome(running, `/api/v1/usage?${queries[i % 4]}`));
    const meanwhile = running.scrape();
    const answers = await Promise.all(asked);
    await meanwhile;
    expect(answers.map(({ status }) => status)).to.include.members([200, 503]);
    for (const { status, retryAfter } of answers)
      expect([status, retryAfter]).to.be.deep.oneOf([
        [200, null],
        [503, '5'],
      ]);
    await expectMetering(running);
    for (const i of numbers(100)) silent(running, i % 2 === 0 ? `/api/v1/usage?${queries[i % 4]}` : '/metrics');
    await expectMetering(running);
    await until('those that do not read have made room', async () => (await outcome(running, '/api/v1/usage')).status === 200);
  });

  it('5,000 devices: 16 queries for a year, and no round waits for them', async () => {
    const now = Date.now();
    await fillLedger(join(directory, 'data'), { devices: 5000, days: 366, hours: 24, now });
    const running = await start();
    await running.scrape();
    const from = new Date(now - 365 * DAY).toISOString().slice(0, 10);
    const to = new Date(now + DAY).toISOString().slice(0, 10);
    const asked = numbers(16).map((i) => outcome(running, `/api/v1/usage?by=${['day', 'month', 'year'][i % 3]}&from=${from}&to=${to}`));
    let most = 0;
    let ended = false;
    void Promise.all(asked).finally(() => {
      ended = true;
    });
    while (!ended) {
      const began = performance.now();
      await running.scrape();
      most = Math.max(most, performance.now() - began);
    }
    expect(most / 1000, 'seconds of a scrape').to.be.below(5);
    expect((await Promise.all(asked)).map(({ status }) => status)).to.include(200);
    await Promise.all(numbers(60).map(() => outcome(running, '/metrics')));
    for (const _ of numbers(60)) silent(running, '/metrics');
    for (const path of ['/', '/api/v1/devices', '/api/v1/leases', '/api.php?action=combined'])
      expect((await outcome(running, path)).status, path).to.equal(200);
    expect((await outcome(running, '/')).bytes, 'bytes of the page').to.be.below(60_000);
    await expectMetering(running);
  });

  it('a router that invents 600,000 leases, names and neighbours, or answers without an end', async () => {
    const running = await start();
    await running.scrape();
    for (const round of numbers(40)) {
      const each = numbers(15_000, round * 15_000);
      const hour = Math.floor(Date.now() / 1000) + 3600;
      if (round % 2 === 0) router.leases = () => each.map((i) => `lease ${hour} ${inventedMac(i)} ${address(i)} ${'n'.repeat(20)}${i} *`);
      else router.names = () => each.map((i) => `host ${inventedMac(i)} ${address(i)} host-${i}`);
      router.neighbours = () => (round % 3 === 0 ? each.map((i) => `neighbour ${address(i)} br-lan ${inventedMac(i)} REACHABLE`) : []);
      await running.scrape();
    }
    const { bytes } = await outcome(running, '/api/v1/leases');
    expect(bytes / 1e6, 'MB of /api/v1/leases').to.be.below(4);
    router.leases = () => numbers(200_000).map((i) => `lease 0 ${inventedMac(i)} ${address(i)} * *`);
    for (const _ of numbers(5)) await running.scrape();
    router.leases = () => [];
    router.names = () => [];
    router.neighbours = () => [];
    await expectMetering(running);
  });

  it('a flood of invented MACs, while 16 watch, of whom half do not read: what is there continues, and the rest is left out and counted', async () => {
    const phone = filledMac(1);
    let bytes = 0;
    const known = () => {
      bytes += 1000;
      return station(phone, bytes);
    };
    router.stations = () => [known()];
    const running = await start();
    await running.scrape();
    const watching = new AbortController();
    for (const _ of numbers(8)) {
      silent(running, '/api/v1/live');
      const stream = await fetch(`${running.url}/api/v1/live`, { signal: watching.signal });
      stream.body?.on('error', () => undefined).resume();
    }
    for (const round of numbers(12)) {
      const each = numbers(15_000, round * 15_000);
      router.stations = () => [known(), ...each.map((i) => station(inventedMac(i), 300))];
      await running.scrape();
    }
    const last = known();
    router.stations = () => [last];
    await running.scrape(); // may share what was read for those who watch
    const samples = await running.scrape();
    expect(sampleValue(samples, 'wrtmeter_device_download_bytes_total', { mac: phone })).to.equal(bytes - 1000);
    expect(sampleValue(samples, 'wrtmeter_ledger_left_out_readings_total', { source: 'stations' })).to.be.above(100_000);
    await Promise.all(numbers(20).map(() => outcome(running, '/api/v1/devices')));
    await expectMetering(running);
    expect(sampleValue(await running.scrape(), 'wrtmeter_live_watchers')).to.be.within(8, 16);
    watching.abort();
  });

  /** Three routers that each invent all that there is room for, `counts` of devices, anew in each of some rounds, and then `more`. */
  async function flood({ mib, counts, rounds, more }: { mib: number; counts: readonly number[]; rounds: number; more: number }) {
    const others = await Promise.all(['attic', 'garden'].map(async (name) => ({ name, liar: await new LyingRouter().listen() })));
    /** `count` stations that nobody has seen, half of them with figures that are refused, and half as many leases and neighbours. */
    const invent = (liar: LyingRouter, count: number, from: number) => {
      const hour = Math.floor(Date.now() / 1000) + 3600;
      const half = numbers(count / 2, from);
      liar.stations = () => numbers(count, from).map((n) => station(inventedMac(n), n % 2 === 0 ? 300 : 1e15));
      liar.leases = () => half.map((n) => `lease ${hour} ${inventedMac(n)} ${address(n)} ${'n'.repeat(20)}${n} *`);
      liar.neighbours = () => half.map((n) => `neighbour ${address(n)} br-lan ${inventedMac(n)} REACHABLE`);
    };
    const liars = [router, ...others.map(({ liar }) => liar)];
    const up = (samples: Awaited<ReturnType<Exporter['scrape']>>) =>
      ['gateway', 'attic', 'garden'].map((name) => sampleValue(samples, 'wrtmeter_router_up', { router: name }));
    try {
      const running = await start(
        others.map(({ name, liar }) => `${name}=${liar.url}`),
        mib,
      );
      await running.scrape();
      for (const round of numbers(rounds)) {
        for (const [i, liar] of liars.entries()) invent(liar, counts[i] ?? 0, (3 * round + i) * more);
        const checked = checkHealth(running);
        expect(up(await running.scrape(20)), 'answers that were used').to.deep.equal([1, 1, 1]);
        expect(await checked).to.equal('healthy\n');
      }
      for (const round of numbers(4, rounds)) {
        for (const [i, liar] of liars.entries()) invent(liar, more, (3 * round + i) * more);
        await running.scrape();
      }
      for (const { liar } of others) invent(liar, 10, 0);
      router.stations = () => [];
      router.leases = () => [];
      router.neighbours = () => [];
      expect(up(await running.scrape()), 'honest again').to.deep.equal([1, 1, 1]);
      await Promise.all(numbers(10).map(() => outcome(running, '/api/v1/devices')));
      await expectMetering(running);
    } finally {
      for (const { liar } of others) liar.close();
    }
  }

  it('three routers at once that each invent all that there is room for, anew in each round, or more', () =>
    flood({ mib: USUAL, counts: [4400, 1050, 1050], rounds: 8, more: 8800 }));

  it('the same in 512 MB', async () => {
    group.remove();
    group = memoryOf(512);
    await flood({ mib: 512, counts: [15_000, 15_000, 15_000], rounds: 4, more: 30_000 });
  });

  it('limits on, invented neighbours: a thousand new ones in each round, and addresses of one without end', async () => {
    const config = join(directory, 'wrtmeter.yaml');
    const bin = join(directory, 'bin');
    await mkdir(bin);
    // Stands for a router that takes everything.
    const ssh = `#!/bin/sh\necho wrtmeter-limits 1\nawk '/^limit /{print "limit", $2, "active 0 0"}'\necho result ok changed\n`;
    await writeFile(join(bin, 'ssh'), ssh, { mode: 0o755 });
    const tablet = '02:00:00:00:00:01';
    await writeFile(
      config,
      `timezone: UTC
control: true
devices: { tablet: { macs: ["${tablet}"] } }
routers: { gateway: { url: "${router.url}", limits: { ssh: root@192.0.2.1 } } }
limits: { bedtime: { of: device tablet, pause: true }, each: { of: each device, slow: 20Mbit }, rest: { of: others, slow: 10Mbit } }
`,
    );
    exporter = await startExporter({
      args: ['--config', config, '--log-level', 'error'],
      env: { ...given(), PATH: `${bin}:${process.env.PATH}` },
      dataDir: join(directory, 'data'),
      within: group.within,
    });
    let most = 0;
    for (const round of numbers(120)) {
      const invented = numbers(1000, round * 1000).map((i) => `neighbour ${address(i)} br-lan ${inventedMac(i)} REACHABLE`);
      const own = numbers(1000, round * 1000).map(
        (i) => `neighbour fd00::${(i >> 16).toString(16)}:${(i & 0xffff).toString(16)} br-lan ${tablet} STALE`,
      );
      router.neighbours = () => [...invented, ...own];
      const began = performance.now();
      await exporter.scrape();
      most = Math.max(most, performance.now() - began);
    }
    expect(most / 1000, 'seconds of a scrape').to.be.below(4);
    const samples = await exporter.scrape();
    const labels = { router: 'gateway', of: 'device', name: 'tablet', reason: 'schedule' };
    expect(sampleValue(samples, 'wrtmeter_limit_active', labels), 'of the named device').to.equal(1);
    expect(sampleValue(samples, 'wrtmeter_limits_success', { router: 'gateway' }), 'not all are limited').to.equal(0);
    await expectMetering(exporter);
  });
});
