import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { NOTHING, plus, type Traffic } from '../../../src/domain/traffic.ts';
import { FAR_END } from '../../support/lab/clients.ts';
import { AGENT_PORT, onTheWire, startAgent } from '../../support/lab/hosts-agents.ts';
import { UPLINK } from '../../support/lab/hosts-files.ts';
import { bytesByMac } from '../../support/lab/hosts-readings.ts';
import { leasesOf } from '../../support/lab/hosts-router.ts';
import { hostFigures } from '../../support/lab/hosts-truth.ts';
import { digTunnel } from '../../support/lab/hosts-tunnel.ts';
import { createHostsWorld, type HostsWorld, type Machine, type Talk } from '../../support/lab/hosts-world.ts';
import { inside } from '../../support/lab/world.ts';
import { type Exporter, startExporter } from '../../support/program/exporter.ts';
import { type Sample, sampleValue, withLabels } from '../../support/prometheus/text.ts';

const MAC = {
  anna: '02:00:00:00:00:01',
  ben: '02:00:00:00:00:02',
  gina: '02:00:00:00:00:11',
  hugo: '02:00:00:00:00:12',
  ivan: '02:00:00:00:00:13',
  karl: '02:00:00:00:00:14',
};
const SOME: Talk = { rounds: 4, up: { count: 6, size: 900 }, down: { count: 12, size: 1300 } };
const MORE: Talk = { ...SOME, rounds: 12 };
const EVERY = ['v4', 'stable', 'temporary'] as const;

// Every figure is compared to the byte: datagrams of known sizes with their headers of UDP and IP, and each of them arrived.
describe('the ledger of a home whose gateway counts hosts', () => {
  let world: HostsWorld;
  let anna: Machine;
  let ben: Machine;
  let gina: Machine;
  let exporter: Exporter;
  let shown = new Map<string, Traffic>();
  /** Of addresses whose MAC is unknown. */
  let unknown: Traffic = NOTHING;

  before('three machines have their addresses, and the meter takes its first readings', async () => {
    world = await createHostsWorld();
    anna = await world.join('anna', MAC.anna);
    ben = await world.join('ben', MAC.ben);
    gina = await world.join('gina', MAC.gina, 'guest');
    const config = { ...farFromMonthEnd(), accounting: 'hosts', routers: { gateway: { url: world.router.url } } };
    writeFileSync(join(world.lab.folder, 'wrtmeter.yaml'), JSON.stringify(config));
    await start();
    world.lab.defer(() => exporter.kill());
    // What appears in the second answer may only have been missed by the first.
    await exporter.scrape();
    await exporter.scrape();
  });

  after('nothing is left over', () => world?.lab.close());

  async function start(): Promise<void> {
    exporter = await startExporter({
      args: ['--config', join(world.lab.folder, 'wrtmeter.yaml')],
      dataDir: join(world.lab.folder, 'data'),
    });
  }

  /** Every host and every device is what its machine moved; nothing else has bytes; no counter fell. */
  async function expectTruth(): Promise<Sample[]> {
    const samples = await exporter.scrape();
    expect(sampleValue(samples, 'wrtmeter_source_success', { source: 'hosts' }), exporter.logs.at(-1)).to.equal(1);
    const truth = sorted(world.truth.devices);
    expect(sorted(bytesByMac(samples, 'host')), 'hosts').to.deep.equal(truth);
    expect(sorted(bytesByMac(samples, 'device')), 'devices').to.deep.equal(truth);
    for (const direction of ['download', 'upload'] as const)
      expect(sampleValue(samples, `wrtmeter_host_unknown_${direction}_bytes`, { router: 'gateway' })).to.equal(unknown[direction]);
    for (const [mac, { download, upload }] of shown) {
      const now = bytesByMac(samples, 'host').get(mac) ?? NOTHING;
      expect([now.download >= download, now.upload >= upload], `${mac} fell`).to.deep.equal([true, true]);
    }
    shown = bytesByMac(samples, 'host');
    return samples;
  }

  const talkAll = async (talk: Talk) => {
    for (const machine of [anna, ben, gina]) for (const from of EVERY) await world.talk(machine, { ...talk, from });
  };
  const rejected = (samples: readonly Sample[]) => sampleValue(samples, 'wrtmeter_ledger_rejected_bytes_total', { source: 'hosts' });

  it('has one host and one device a machine, whatever addresses it spoke from, on two networks', async () => {
    await talkAll(SOME);
    const samples = await expectTruth();
    const names = withLabels(samples, 'wrtmeter_host_download_bytes_total').map(({ labels }) => `${labels.mac} ${labels.hostname}`);
    expect(names).to.have.members([`${MAC.anna} anna`, `${MAC.ben} ben`, `${MAC.gina} gina`]);
  });

  it('does not know of what stays at home, nor of what the router does for itself', async () => {
    await world.talkAtHome(anna, { ...MORE, to: gina.v4 });
    const itself = await startAgent(world.lab, world.router.namespace);
    await world.talkAtHome(ben, { ...MORE, to: '192.168.77.1' });
    await itself.exchange({ ...SOME, rounds: 5, to: FAR_END.v6 });
    await itself.stop();
    await expectTruth();
  });

  it('explains the uplink: hosts, what the router does for itself, and 14 bytes of Ethernet a frame', async () => {
    const before = await expectTruth();
    const frames = await framesOf(UPLINK);
    await talkAll(MORE);
    const itself = await startAgent(world.lab, world.router.namespace);
    const own = { download: 0, upload: 0 };
    for (const to of [FAR_END.v4, FAR_END.v6]) {
      const { sent, received } = await itself.exchange({ ...SOME, rounds: 5, to });
      own.upload += onTheWire(to, sent);
      own.download += onTheWire(to, received);
    }
    await itself.stop();
    const after = await expectTruth();
    const now = await framesOf(UPLINK);
    const grown = (direction: keyof Traffic) => {
      const name = `wrtmeter_router_unattributed_month_${direction}_bytes`;
      return (sampleValue(after, name) ?? Number.NaN) - (sampleValue(before, name) ?? Number.NaN);
    };
    expect(grown('download'), 'download that is no host’s').to.equal(own.download + 14 * (now.received - frames.received));
    expect(grown('upload'), 'upload that is no host’s').to.equal(own.upload + 14 * (now.sent - frames.sent));
  });

  it('does not learn of machines that do not exist from what is sent to them from outside', async () => {
    const nobody = Array.from({ length: 500 }, (_, i) => `fd77:1::bad:${(i + 1).toString(16)}`);
    await world.far.spray({ targets: nobody, port: AGENT_PORT, size: 100 });
    await expectTruth();
  });

  it('loses and doubles nothing while the firewall is reloaded, read and reloaded in the middle of traffic', async () => {
    const moving = talkAll({ rounds: 60, up: { count: 4, size: 500 }, down: { count: 4, size: 1200 } });
    for (let time = 0; time < 6; time += 1) {
      await world.router.reloadFirewall();
      await exporter.scrape();
    }
    await moving;
    expect(resets(await expectTruth())).to.equal(0);
  });

  it('loses and doubles nothing when it is killed with -9 again and again in the middle of traffic', async () => {
    const moving = talkAll({ rounds: 60, up: { count: 4, size: 500 }, down: { count: 4, size: 1200 } });
    for (let time = 0; time < 3; time += 1) {
      await exporter.scrape();
      const cut = exporter.scrape().catch(() => null);
      await sleep(time * 25);
      await exporter.kill('SIGKILL');
      await cut;
      await start();
    }
    await moving;
    await expectTruth();
  });

  it('posts once what an element has counted that one listing of its set has missed', async () => {
    const element = (bytes: number | undefined) => `down4 { ${anna.v4}${bytes === undefined ? '' : ` counter packets 1 bytes ${bytes}`} }`;
    await expectTruth();
    const bytes = hostFigures(await world.router.read()).received.get(anna.v4);
    await world.router.nft(`delete element inet wrtmeter ${element(undefined)}`);
    await world.talk(ben, SOME);
    await expectTruth();
    await world.router.nft(`add element inet wrtmeter ${element(bytes)}`);
    await world.talk(anna, SOME);
    await expectTruth();
  });

  it('loses what no reading saw when every table is flushed, and nothing else; the new table is ahead of the old one', async () => {
    await world.router.counting('stop');
    await world.router.counting('start');
    await talkAll(SOME);
    await expectTruth();
    await world.talkAtHome(anna, { ...SOME, to: FAR_END.v4 }); // gone with the table, before it was read
    await world.router.nft('flush', 'ruleset');
    const down = await exporter.scrape();
    expect(sampleValue(down, 'wrtmeter_source_success', { source: 'hosts' })).to.equal(0);
    expect(sorted(bytesByMac(down, 'device'))).to.deep.equal(sorted(world.truth.devices));
    await world.router.reloadFirewall();
    await world.router.counting('reload');
    await talkAll(MORE);
    await expectTruth();
  });

  it('takes a table that was deleted and made again between two readings for a new one', async () => {
    for (const talk of [MORE, SOME]) {
      await world.router.nft('delete', 'table', 'inet', 'wrtmeter');
      await world.router.counting('start');
      await talkAll(talk);
      expect(rejected(await expectTruth())).to.equal(0);
    }
  });

  it('counts on after the router was switched off and on: another boot, another table, other temporary addresses', async () => {
    const text = await world.router.read();
    const before = [anna, ben, gina].map(({ temporary }) => temporary);
    await world.router.halt();
    const off = await exporter.scrape(3);
    expect(sampleValue(off, 'wrtmeter_router_up')).to.equal(0);
    expect(sorted(bytesByMac(off, 'host'))).to.deep.equal(sorted(world.truth.devices));

    await world.router.boot();
    await world.router.connect(UPLINK);
    await world.router.counting('start');
    for (const machine of [anna, ben, gina]) await world.rejoin(machine);
    await talkAll(MORE); // ahead of the old counters
    expect([anna, ben, gina].map(({ temporary }) => temporary)).not.to.include.members(before);
    const bootId = (of: string) => /^boot_id (.*)$/m.exec(of)?.[1];
    expect(bootId(await world.router.read())).not.to.equal(bootId(text));
    expect(rejected(await expectTruth())).to.equal(0);
  });

  it('continues with a machine whose lease expired and that comes back to the same address', async () => {
    const address = gina.v4;
    await world.router.unplug(gina.client);
    await leasesExpire();
    const hugo = await world.join('hugo', MAC.hugo, 'guest');
    expect(leasesOf(world.router.guestLeases).has(gina.mac), 'the lease of who is away').to.equal(false);
    await world.talk(hugo, SOME);
    await expectTruth();
    await world.rejoin(gina, address);
    expect(gina.v4).to.equal(address);
    await world.talk(gina, MORE);
    await world.talk(gina, { ...SOME, from: 'temporary' });
    await expectTruth();
  });

  it('gives the bytes of an address to the machine that has it then, and follows a machine to another address', async () => {
    const address = gina.v4;
    await world.router.unplug(gina.client);
    await leasesExpire();
    const ivan = await world.join('ivan', MAC.ivan, 'guest', address);
    expect(ivan.v4).to.equal(address);
    await world.talk(ivan, MORE);
    await expectTruth();
    await world.rejoin(gina, address);
    expect(gina.v4, 'the address is taken').not.to.equal(address);
    await Promise.all([world.talk(gina, SOME), world.talk(ivan, MORE)]);
    const samples = await expectTruth();
    const ips = withLabels(samples, 'wrtmeter_device_info').map(({ labels }) => `${labels.mac} ${labels.ip}`);
    expect(ips).to.include.members([`${gina.mac} ${gina.v4}`, `${ivan.mac} ${ivan.v4}`]);
  });

  it('counts on for the machines it knows when the sets are full', async () => {
    world.router.configure({ size: 2 });
    await world.router.counting('reload');
    for (const machine of [anna, ben]) await world.talk(machine, SOME);
    await expectTruth();
    const left = await world.talkAtHome(gina, { ...MORE, to: FAR_END.v4 }); // there is no room for it
    await world.talk(anna, MORE);
    const full = await expectTruth();
    const uncounted = (samples: readonly Sample[], direction: keyof Traffic) =>
      sampleValue(samples, `wrtmeter_router_uncounted_${direction}_bytes`, { router: 'gateway' });
    expect({ download: uncounted(full, 'download'), upload: uncounted(full, 'upload') }).to.deep.equal(left);
    const { gateways } = (await exporter.api('/api/v1/reconciliation')) as {
      gateways: { reasons: { kind: string; download_bytes: number | null; upload_bytes: number | null }[] }[];
    };
    const overflow = gateways[0]?.reasons.find(({ kind }) => kind === 'overflow');
    expect([overflow?.download_bytes, overflow?.upload_bytes]).to.deep.equal([left.download, left.upload]);
    world.router.configure({});
    await world.router.counting('reload');
    await world.talk(gina, SOME);
    expect(uncounted(await expectTruth(), 'download')).to.equal(0);
  });

  it('keeps what a WireGuard peer moves under its address, and makes no device of it', async () => {
    const tunnel = await digTunnel(world, ben);
    await world.router.counting('reload');
    for (const talk of [SOME, MORE]) {
      for (const from of ['v4', 'v6'] as const) unknown = plus(unknown, await tunnel.talk(from, talk));
      await expectTruth();
    }
  });

  it('devices move from access points to the gateway by default, without counting a byte twice', async () => {
    writeFileSync(join(world.lab.folder, 'auto.yaml'), JSON.stringify({ routers: { gateway: { url: world.router.url } } }));
    const auto = await startExporter({ args: ['--config', join(world.lab.folder, 'auto.yaml')], dataDir: join(world.lab.folder, 'auto') });
    try {
      // Its counters are known when the gateway takes over: of one that is new then, nobody could tell what stations have counted.
      await world.talk(anna, SOME);
      await auto.scrape();
      await world.talkAtHome(anna, { ...MORE, to: gina.v4 });
      const air = await auto.scrape();
      const before = bytesByMac(air, 'device').get(anna.mac) ?? NOTHING;
      expect(before.download, 'what its access point saw').to.be.above(12 * 12 * 1300);
      for (const talk of [SOME, MORE]) {
        await world.talk(anna, talk);
        await world.talkAtHome(anna, { ...MORE, to: gina.v4 });
        const samples = await auto.scrape();
        const routed = bytesByMac(samples, 'host').get(anna.mac) ?? NOTHING;
        expect(bytesByMac(samples, 'device').get(anna.mac)).to.deep.equal(plus(before, routed));
        expect(sampleValue(samples, 'wrtmeter_station_download_bytes_total', { mac: anna.mac })).to.be.above(
          before.download + routed.download,
        );
      }
    } finally {
      await auto.kill();
    }
    await expectTruth();
  });

  it('books once what came to an address that changed hands between two readings, and what each has sent as its own', async () => {
    await world.talk(gina, SOME);
    await world.router.unplug(gina.client);
    await leasesExpire();
    const karl = await world.join('karl', MAC.karl, 'guest', gina.v4);
    expect(karl.v4).to.equal(gina.v4);
    await world.talk(karl, MORE);
    const samples = await exporter.scrape();
    for (const kind of ['host', 'device'] as const) {
      const booked = bytesByMac(samples, kind);
      for (const [mac, { upload }] of world.truth.devices) expect(booked.get(mac)?.upload, mac).to.equal(upload);
      const downloads = (bytes: ReadonlyMap<string, Traffic>) => [...bytes.values()].reduce((sum, { download }) => sum + download, 0);
      expect(downloads(booked)).to.equal(downloads(world.truth.devices));
    }
  });

  /** Every lease of the guests ends; the server notices when somebody next asks it for one. */
  async function leasesExpire(): Promise<void> {
    world.router.letLeasesAge(2 * 3600);
  }

  async function framesOf(device: string): Promise<{ sent: number; received: number }> {
    const text = await inside(world.router.namespace, ['cat', '/proc/net/dev']);
    const numbers = (new RegExp(`${device}:\\s*(.*)`).exec(text)?.[1] ?? '').split(/\s+/).map(Number);
    return { received: numbers[1] ?? Number.NaN, sent: numbers[9] ?? Number.NaN };
  }

  const resets = (samples: readonly Sample[]) => sampleValue(samples, 'wrtmeter_ledger_resets_total', { source: 'hosts' });
});

/** What belongs to no host is shown by the month, which may not end meanwhile. */
const farFromMonthEnd = () => ({ timezone: 'UTC', billing: { day: ((new Date().getUTCDate() + 13) % 28) + 1 } });

const sorted = (bytes: ReadonlyMap<string, Traffic>) => Object.fromEntries([...bytes].sort(([a], [b]) => (a < b ? -1 : 1)));
