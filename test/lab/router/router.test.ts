import { readFileSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import {
  askForLease,
  createClient,
  download,
  drip,
  FAR_END,
  keepAddress,
  type LabClient,
  startFarEnd,
  upload,
} from '../../support/lab/clients.ts';
import { deviceOf, firstReading, same, settle, wanOf } from '../../support/lab/readings.ts';
import { createRouter, type DeviceBytes, type LabRouter } from '../../support/lab/router.ts';
import type { Truth } from '../../support/lab/truth.ts';
import { createLab, ip, type Lab } from '../../support/lab/world.ts';
import { type Books, booksShown, expectAtMost, expectEqual, expectNoFall, expectSameInApi } from '../../support/ledger/books.ts';
import { finish } from '../../support/program/command.ts';
import { type Exporter, startExporter } from '../../support/program/exporter.ts';
import { type RunningPrometheus, startPrometheus } from '../../support/prometheus/prometheus.ts';
import { type Sample, sampleValue, withLabels } from '../../support/prometheus/text.ts';
import { freePort } from '../../support/web/port.ts';

const ANNA = '02:00:00:00:00:01';
const STRANGER = '02:00:00:00:00:66';
const HOSTILE_NAME = '</script>"} 1e9 $(reboot)';
const MB = 1_000_000;

type Counters = Map<string, DeviceBytes>;

describe('a router of namespaces, with a real dnsmasq, busybox and Prometheus', () => {
  let lab: Lab;
  let router: LabRouter;
  let anna: LabClient;
  let stranger: LabClient;
  let exporter: Exporter;
  let prometheus: RunningPrometheus;
  let truth: Truth;
  let listen: string;
  let strangersAddress = '';
  let began: number;
  let shown: Books = new Map();

  before('everything starts, and the meter takes its first reading', async () => {
    lab = createLab();
    const internet = await lab.namespace('wan');
    anna = await createClient(lab, 'anna', ANNA);
    stranger = await createClient(lab, 'stranger', STRANGER);
    router = createRouter(lab, internet);
    await startFarEnd(lab, internet);
    await router.boot();
    await router.connect('eth1');
    await plugIn(anna, 'annas-laptop');
    await plugIn(stranger, HOSTILE_NAME);

    listen = `127.0.0.1:${await freePort()}`;
    writeFileSync(config('wrtmeter.yaml'), JSON.stringify({ ...farFromMonthEnd(), routers: { gateway: { url: router.url } } }));
    const first = { config: config('wrtmeter.yaml'), dataDir: data(), listen, name: 'gateway', uplink: 'eth1', clients: [anna, stranger] };
    ({ exporter, truth } = await firstReading(router, first));
    lab.defer(() => exporter.kill());
    prometheus = await startPrometheus({ targets: [listen] });
    lab.defer(() => prometheus.stop());
    await prometheus.until('up == 1');
    began = Date.now() / 1000;
  });

  after('nothing is left over', () => lab?.close());

  const config = (name: string) => join(lab.folder, name);
  const data = () => join(lab.folder, 'data');
  const restart = async () => {
    exporter = await startExporter({ args: ['--config', config('wrtmeter.yaml')], dataDir: data(), listen });
  };

  /** The cable goes in, and the machine asks for an address. */
  async function plugIn(client: LabClient, name: string): Promise<string> {
    await router.plug(client);
    return askForLease(lab, client, name);
  }

  /** Everything the exporter shows is what the kernel counted; no counter fell on the way. */
  async function expectTruth(): Promise<{ samples: Sample[]; counters: Counters; books: Books }> {
    const { samples, counters } = await settle(router, exporter);
    const books = booksShown(samples);
    expectNoFall(books, shown);
    shown = books;
    expectEqual(books, truth.books(counters));
    await expectSameInApi(exporter.api, books);
    return { samples, counters, books };
  }

  const script = async (name: string): Promise<string> => {
    const answer = await fetch(`${router.url}/cgi-bin/${name}`);
    const text = await answer.text();
    expect([answer.status, answer.headers.get('content-type')], text).to.deep.equal([200, 'text/plain']);
    return text;
  };

  it('shows the leases that dnsmasq gave, with the names of those whose names it takes', async () => {
    const leases = (await script('dhcp.cgi')).trimEnd().split('\n');
    expect(leases).to.deep.equal(
      readFileSync(router.leaseFile, 'utf8')
        .trimEnd()
        .split('\n')
        .filter((line) => line !== ''),
    );
    const { samples } = await expectTruth();
    const name = (mac: string) =>
      sampleValue(samples, 'wrtmeter_device_info', { mac }) === 1 &&
      withLabels(samples, 'wrtmeter_device_info', { mac })[0]?.labels.hostname;
    expect([name(ANNA), name(STRANGER)]).to.deep.equal(['annas-laptop', STRANGER]);
    const told = (await exporter.api('/api/v1/leases')) as { leases: { mac: string; hostname: string | null; ip: string }[] };
    expect(told.leases.map(({ mac, hostname }) => [mac, hostname])).to.have.deep.members([
      [ANNA, 'annas-laptop'],
      [STRANGER, null],
    ]);
    for (const { ip: address } of told.leases) expect(address).to.match(/^192\.168\.77\.1\d\d$/);
    expect(sampleValue(samples, 'wrtmeter_dhcp_leases', { router: 'gateway' })).to.equal(2);
  });

  it('counts a download on the WAN exactly as /proc/net/dev does, and on the device that took it', async () => {
    const before = (await expectTruth()).books;
    expect(await download(anna, 5 * MB)).to.equal(5 * MB);
    const { books } = await expectTruth();
    const grown = growth(before, books);
    expect(grown('wan gateway wan download')).to.be.within(5 * MB, 5.5 * MB);
    expect(grown('wan gateway wan upload')).to.be.within(1, MB);
    expect(grown(`device ${ANNA} download`)).to.be.within(5 * MB, 5.5 * MB);
    expect(grown(`device ${STRANGER} download`)).to.be.below(0.1 * MB);
  });

  it('counts uploads of two machines at once, over IPv4 and IPv6', async () => {
    const before = (await expectTruth()).books;
    await reaches6(anna);
    const sent = await Promise.all([upload(anna, 2 * MB, FAR_END.v6), upload(stranger, 3 * MB)]);
    expect(sent).to.deep.equal([2 * MB, 3 * MB]);
    const { books } = await expectTruth();
    const grown = growth(before, books);
    expect(grown('wan gateway wan upload')).to.be.within(5 * MB, 5.5 * MB);
    expect(grown(`device ${ANNA} upload`)).to.be.within(2 * MB, 2.2 * MB);
    expect(grown(`station gateway ${STRANGER} upload`)).to.be.within(3 * MB, 3.3 * MB);
  });

  it('shows a page that promtool finds nothing wrong with, whatever name a stranger gives himself', async () => {
    const response = await fetch(`${exporter.url}/metrics`);
    const checked = await finish(['promtool', 'check', 'metrics'], { input: await response.text() });
    expect(checked).to.deep.equal({ code: 0, stdout: '', stderr: '' });
  });

  it('keeps the devices apart when a stranger takes the name of another', async () => {
    strangersAddress = await askForLease(lab, stranger, 'annas-laptop');
    const { samples } = await expectTruth();
    const named = withLabels(samples, 'wrtmeter_device_download_bytes_total', { hostname: 'annas-laptop' }).map(({ labels }) => labels.mac);
    expect(named).to.have.members([ANNA, STRANGER]);
  });

  it('hears the same from the classic scripts as from wrtmeter.cgi', async () => {
    for (let tries = 0; ; tries += 1) {
      const before = await router.counters();
      const [all, list, wan] = await Promise.all([script('wrtmeter.cgi'), script('totalwifi.cgi'), script('wan.cgi')]);
      if (!same(before, await router.counters()) && tries < 20) continue;
      const { rx, tx } = before.get('eth1') ?? expect.fail('no uplink');
      expect(wan).to.equal(`wan: ${rx} ${tx}\n`);
      expect(all).to.match(new RegExp(`^uplink wan up eth1 \\d+ dhcp ${rx} ${tx}$`, 'm'));
      const stations = [...all.matchAll(/^station phy0-ap0 (\S+) (\d+) (\d+) /gm)].map(([, mac, up, down]) => `${mac} ${up} ${down}`);
      expect(list.trimEnd().split('\n')).to.deep.equal(stations);
      expect(stations).to.deep.equal(
        [anna, stranger].map(({ mac, device }) => `${mac} ${before.get(device)?.rx} ${before.get(device)?.tx}`),
      );
      return;
    }
  });

  it('comes to the same totals by a classic routers.json', async () => {
    const cgi = (name: string) => `${router.url}/cgi-bin/${name}`;
    const routers = { old: { ap_stats: cgi('totalwifi.cgi'), wan_stats: cgi('wan.cgi'), dhcp_leases: cgi('dhcp.cgi') } };
    writeFileSync(config('routers.json'), JSON.stringify(routers));
    const first = {
      config: config('routers.json'),
      dataDir: join(lab.folder, 'classic'),
      name: 'old',
      uplink: 'eth1',
      clients: [anna, stranger],
    };
    const classic = await firstReading(router, first);
    try {
      await Promise.all([download(anna, MB), upload(stranger, MB)]);
      const { samples, counters } = await settle(router, classic.exporter);
      expectEqual(booksShown(samples), classic.truth.books(counters));
      await expectTruth();
    } finally {
      await classic.exporter.kill();
    }
  });

  it('continues when the uplink’s device gets another name, without losing or repeating a byte', async () => {
    await expectTruth();
    await router.rename('pppoe-wan');
    truth.rename('eth1', 'pppoe-wan');
    const { counters } = await expectTruth();
    expect(counters.get('pppoe-wan')?.rx).to.be.above(5 * MB);
    await download(anna, MB);
    await expectTruth();
  });

  it('loses and doubles nothing when the uplink goes and comes back as a new device that counts from zero', async () => {
    for (let time = 0; time < 2; time += 1) {
      const { counters, books } = await expectTruth();
      const ifindex = /^uplink wan up pppoe-wan (\d+)/m.exec(await script('wrtmeter.cgi'))?.[1];
      truth.release('pppoe-wan', counters);
      await router.disconnect();
      const down = await exporter.scrape();
      expect(sampleValue(down, 'wrtmeter_wan_up', { interface: 'wan' })).to.equal(0);
      expect(sampleValue(down, 'wrtmeter_source_success', { source: 'wan' })).to.equal(1);
      expect(booksShown(down).get('wan gateway wan download')).to.equal(books.get('wan gateway wan download'));

      // The second time its counters are ahead of those of the device before it.
      const move = () => Promise.all([download(stranger, (time + 1) * 2 * MB), upload(anna, (time + 1) * 2 * MB)]);
      await router.connect('pppoe-wan', move);
      truth.followNew(wanOf('gateway'), 'pppoe-wan');
      expect(/^uplink wan up pppoe-wan (\d+)/m.exec(await script('wrtmeter.cgi'))?.[1]).not.to.equal(ifindex);
      const { samples } = await expectTruth();
      expect(sampleValue(samples, 'wrtmeter_wan_up', { interface: 'wan' })).to.equal(1);
    }
  });

  it('counts on after the router was switched off and on: boot id, boot clock, counters and leases are new', async () => {
    const { counters, samples } = await expectTruth();
    for (const device of ['pppoe-wan', anna.device, stranger.device]) truth.release(device, counters);
    await router.halt();
    await prometheus.until('wrtmeter_router_up == 0');
    const off = await exporter.scrape(3);
    expect(sampleValue(off, 'wrtmeter_router_up')).to.equal(0);
    expectNoFall(booksShown(off), shown);
    expectAtMost(booksShown(off), shown);

    await router.boot();
    for (const client of [anna, stranger]) truth.followNew(deviceOf('gateway', client), client.device);
    await plugIn(anna, 'annas-laptop');
    await router.plug(stranger);
    await keepAddress(stranger, strangersAddress);
    const { rx = 0, tx = 0 } = counters.get('pppoe-wan') ?? {};
    await router.connect('pppoe-wan', () => Promise.all([download(anna, rx + MB), upload(stranger, tx + MB)]));
    truth.followNew(wanOf('gateway'), 'pppoe-wan');
    expect((await router.counters()).get('pppoe-wan')?.rx, 'more than before').to.be.above(rx);
    const on = (await expectTruth()).samples;
    const name = withLabels(on, 'wrtmeter_device_info', { mac: STRANGER })[0]?.labels.hostname;
    expect(name, 'the name of a lease that has gone').to.equal('annas-laptop');
    expect(sampleValue(on, 'wrtmeter_dhcp_leases', { router: 'gateway' })).to.equal(1);
    const booted = (all: Sample[]) => sampleValue(all, 'wrtmeter_router_boot_time_seconds') ?? Number.NaN;
    expect(booted(on)).to.be.above(booted(samples));
    expect(sampleValue(on, 'wrtmeter_ledger_rejected_bytes_total', { source: 'wan' })).to.equal(0);
  });

  describe('beside a router that hangs and one that is not there', () => {
    let hung: { port: number; close(): void };
    let three: Exporter;
    const startThree = async () => {
      const env = { WRTMETER_TIMEOUT: '2s' };
      three = await startExporter({ args: ['--config', config('three.yaml')], dataDir: join(lab.folder, 'three'), env });
    };

    before(async () => {
      hung = await hangs();
      const urls = { gateway: router.url, hung: `http://127.0.0.1:${hung.port}`, nobody: `http://${router.nobody}` };
      const routers = Object.fromEntries(Object.entries(urls).map(([name, url]) => [name, { url }]));
      writeFileSync(config('three.yaml'), JSON.stringify({ routers }));
      await startThree();
    });
    after(async () => {
      await three?.kill();
      hung.close();
    });

    it('answers within the deadline of the scrape, with the figures of the one that can be read', async () => {
      await three.scrape(3);
      await download(anna, 2 * MB);
      const asked = performance.now();
      const samples = await three.scrape(3);
      expect(performance.now() - asked).to.be.below(3000);
      expect(sampleValue(samples, 'wrtmeter_wan_download_bytes_total', { router: 'gateway' })).to.be.within(2 * MB, 2.5 * MB);
      const up = withLabels(samples, 'wrtmeter_router_up').map(({ labels, value }) => `${labels.router} ${value}`);
      expect(up).to.deep.equal(['gateway 1', 'hung 0', 'nobody 0']);
      const errors = (name: string, reason: string) =>
        sampleValue(samples, 'wrtmeter_source_errors_total', { router: name, source: 'wan', reason }) ?? 0;
      // The kernel may take longer than the round to say that nobody is there.
      expect([errors('hung', 'timeout'), errors('nobody', 'connect') + errors('nobody', 'timeout')]).to.deep.equal([2, 2]);
    });

    it('posts what the others answered when it is stopped in the middle of a round', async () => {
      const wan = async () =>
        ((await three.api('/api.php?action=wan')) as { data: { rx_bytes: number }[] }).data[0]?.rx_bytes ?? Number.NaN;
      const before = await wan();
      await download(anna, MB);
      const round = three.scrape(10).catch(() => null);
      await sleep(1000);
      const asked = performance.now();
      expect(await three.kill('SIGTERM')).to.deep.equal({ code: 0, signal: null });
      expect(performance.now() - asked).to.be.below(5000);
      await round;
      await startThree();
      expect((await wan()) - before).to.be.within(MB, 1.1 * MB);
    });
  });

  it('was up for Prometheus at every scrape, and showed when a source was not', async () => {
    const range = `[${Math.ceil(Date.now() / 1000 - began)}s]`;
    const values = async (expr: string) => (await prometheus.query(expr)).map((series) => series.values[0]?.[1]);
    expect(await values(`min_over_time(up${range})`)).to.deep.equal([1]);
    const targets = await prometheus.api<{ activeTargets: { lastError: string; health: string }[] }>('targets');
    expect(targets.activeTargets.map(({ lastError, health }) => [lastError, health])).to.deep.equal([['', 'up']]);
    const success = await prometheus.query('wrtmeter_source_success == 1');
    expect(success.map(({ labels }) => labels.source)).to.have.members(['stations', 'wan', 'leases', 'neighbours']);
    expect(await values(`min_over_time(wrtmeter_source_success{source="wan"}${range})`), 'while the router was off').to.deep.equal([0]);
  });

  it('stops within 5 s on a signal, with code 0, and continues from its ledger', async () => {
    await expectTruth();
    const moving = drip(anna, 20_000, 30, 100);
    await sleep(500);
    const round = exporter.scrape().catch(() => null);
    const asked = performance.now();
    expect(await exporter.kill('SIGTERM')).to.deep.equal({ code: 0, signal: null });
    expect(performance.now() - asked).to.be.below(5000);
    await round;
    await restart();
    expect(await moving).to.equal(600_000);
    await expectTruth();
  });

  it('loses and doubles nothing when it is killed with -9 again and again in the middle of traffic', async () => {
    await expectTruth();
    const moving = Promise.all([drip(anna, 30_000, 60, 100), drip(stranger, 10_000, 60, 100)]);
    for (let time = 0; time < 4; time += 1) {
      for (let i = 0; i < 3; i += 1) await exporter.scrape();
      const cut = exporter.scrape().catch(() => null);
      await sleep(time * 25);
      expect(await exporter.kill('SIGKILL')).to.deep.equal({ code: null, signal: 'SIGKILL' });
      await cut;
      await restart();
    }
    expect(await moving).to.deep.equal([1_800_000, 600_000]);
    await expectTruth();
  });

  it('leaves Prometheus with the same figures, of which none ever fell', async () => {
    for (let tries = 0; ; tries += 1) {
      const { counters } = await expectTruth();
      await prometheus.until(`timestamp(up) > ${Date.now() / 1000}`); // a scrape that began when all was at rest
      const totals = await stored('wrtmeter_(device|station|wan)_(download|upload)_bytes_total');
      const months = await stored('wrtmeter_(device|wan)_month_(download|upload)_bytes');
      if (!same(counters, await router.counters()) && tries < 20) continue;
      const kernel = truth.books(counters);
      expectEqual(totals, kernel);
      expectEqual(months, new Map([...kernel].filter(([account]) => !account.startsWith('station '))));
      break;
    }
    const range = `[${Math.ceil(Date.now() / 1000 - began)}s]`;
    const names = await prometheus.api<string[]>('label/__name__/values');
    const counters = names.filter((name) => /^wrtmeter_(device|station|wan)_.*_bytes_total$/.test(name));
    expect(counters).to.have.lengthOf(6);
    for (const name of counters) expect(await prometheus.query(`resets(${name}${range}) > 0`), `${name} fell`).to.deep.equal([]);
  });

  /** What Prometheus has of these metrics now, months under the names of their totals. */
  async function stored(names: string): Promise<Books> {
    const found = await prometheus.query(`{__name__=~"${names}"}`);
    return booksShown(
      found.map(({ labels, values }) => ({
        name: labels.__name__?.replace(/_month_(.*)/, '_$1_total') ?? '',
        labels,
        value: values[0]?.[1] ?? Number.NaN,
      })),
    );
  }

  const reaches6 = (client: LabClient) =>
    lab.until(`${client.namespace} has an IPv6 address`, async () =>
      /inet6 fd77:1:(?!.*tentative)/.test(await ip(client.namespace, '-6 addr show dev eth0')),
    );
});

const growth = (before: Books, after: Books) => (account: string) => (after.get(account) ?? 0) - (before.get(account) ?? 0);

/** Month totals are compared with the totals of a new ledger, so no month may end meanwhile. */
const farFromMonthEnd = () => ({ timezone: 'UTC', billing: { day: ((new Date().getUTCDate() + 13) % 28) + 1 } });

/** A router that takes connections and never says a word. */
async function hangs(): Promise<{ port: number; close(): void }> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => void sockets.add(socket.on('error', () => {})));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    close() {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}
