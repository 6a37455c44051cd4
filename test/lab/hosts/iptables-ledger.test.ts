import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { FAR_END } from '../../support/lab/clients.ts';
import { bytesByMac } from '../../support/lab/hosts-readings.ts';
import { hostFigures } from '../../support/lab/hosts-truth.ts';
import { createHostsWorldOf, type HostsWorld, type Machine, type Talk } from '../../support/lab/hosts-world.ts';
import { createIptablesRouter, type IptablesRouter } from '../../support/lab/iptables/router.ts';
import { allRules } from '../../support/lab/iptables/rules.ts';
import { type Exporter, startExporter } from '../../support/program/exporter.ts';
import { type Sample, sampleValue } from '../../support/prometheus/text.ts';

const MAC = { anna: '02:00:00:00:00:01', ben: '02:00:00:00:00:02', gina: '02:00:00:00:00:11' };
const SOME: Talk = { rounds: 4, up: { count: 6, size: 900 }, down: { count: 12, size: 1300 } };
const EVERY = ['v4', 'stable', 'temporary'] as const;

// Every figure is compared to the byte: datagrams of known sizes with their headers of UDP and IP, and each of them arrived.
describe('the ledger of a home whose gateway counts hosts by iptables', () => {
  let world: HostsWorld<IptablesRouter>;
  let router: IptablesRouter;
  let machines: Machine[];
  let exporter: Exporter;

  before('three machines are known to the router, and the meter takes its first reading', async () => {
    world = await createHostsWorldOf(createIptablesRouter);
    router = world.router;
    machines = [await world.join('anna', MAC.anna), await world.join('ben', MAC.ben), await world.join('gina', MAC.gina, 'guest')];
    await everyAddressIsKnown();
    const config = { accounting: 'hosts', routers: { gateway: { url: router.url } } };
    writeFileSync(join(world.lab.folder, 'wrtmeter.yaml'), JSON.stringify(config));
    const args = ['--config', join(world.lab.folder, 'wrtmeter.yaml')];
    exporter = await startExporter({ args, dataDir: join(world.lab.folder, 'data') });
    world.lab.defer(() => exporter.kill());
    await exporter.scrape();
  });

  after('nothing is left over', () => world?.lab.close());

  /** A neighbour is one that has spoken. */
  async function everyAddressIsKnown(): Promise<void> {
    for (const machine of machines)
      for (const from of EVERY) {
        const to = from === 'v4' ? FAR_END.v4 : FAR_END.v6;
        await world.talkAtHome(machine, { ...SOME, from, to, rounds: 1 });
      }
    await router.counting('reload');
  }

  async function talkAll(talk: Talk = SOME): Promise<void> {
    for (const machine of machines) for (const from of EVERY) await world.talk(machine, { ...talk, from });
  }

  /** Every host and every device is what its machine moved since the first reading; nothing else has bytes. */
  async function expectTruth(): Promise<Sample[]> {
    const samples = await exporter.scrape();
    expect(sampleValue(samples, 'wrtmeter_source_success', { source: 'hosts' }), exporter.logs.at(-1)).to.equal(1);
    const truth = Object.fromEntries(world.truth.devices);
    expect(Object.fromEntries(bytesByMac(samples, 'host')), 'hosts').to.deep.equal(truth);
    expect(Object.fromEntries(bytesByMac(samples, 'device')), 'devices').to.deep.equal(truth);
    return samples;
  }

  it('reads the rules through wrtmeter.cgi: every counter, the networks, and what no rule had', async () => {
    await talkAll();
    const rules = allRules(await router.saved(4), await router.saved(6));
    const { networks, handle, sent, received, uncounted } = hostFigures(await router.read());
    expect(networks).to.have.members(['lan br-lan', 'guest br-guest']);
    expect(handle, 'the families that could be read').to.equal('46');
    expect(new Map([...sent].map(([key, bytes]) => [key.replace(/^- /, ''), bytes]))).to.deep.equal(rules.sent);
    expect(received).to.deep.equal(rules.received);
    expect(uncounted).to.deep.equal(rules.without);
    expect(uncounted.sent, 'before the addresses were known').to.be.above(0);
  });

  it('has one host and one device a machine, whatever addresses it spoke from', async () => {
    await expectTruth();
    await talkAll({ ...SOME, rounds: 9 });
    await expectTruth();
  });

  it('posts nothing twice and loses nothing over a reload of the firewall and many events', async () => {
    for (let time = 0; time < 3; time += 1) {
      await talkAll();
      await router.reloadFirewall();
      await router.counting('reload');
      for (const { mac, v4, temporary } of machines) {
        await router.event('old', mac, v4, 'x');
        await router.event('arp-add', mac, temporary);
      }
    }
    await expectTruth();
  });

  it('continues from zero when the firewall was restarted: only what was not yet read is lost', async () => {
    for (let time = 0; time < 2; time += 1) {
      await talkAll();
      await expectTruth();
      for (const machine of machines) await world.talkAtHome(machine, { ...SOME, to: FAR_END.v4 });
      await router.restartFirewall();
      expect(sampleValue(await exporter.scrape(), 'wrtmeter_source_success', { source: 'hosts' })).to.equal(0);
      await router.counting('reload');
      await exporter.scrape();
    }
    await talkAll();
    await expectTruth();
  });

  it('understands the rules that iptmon has made', async () => {
    await talkAll();
    await expectTruth();
    await router.counting('stop');
    for (const family of [4, 6] as const) {
      const rule = (chain: string, option: string, address: string, name: string) =>
        `-A iptmon_${chain} ${option} ${address} -m comment --comment "${chain}_${name}" -j RETURN\n`;
      const addresses = machines.flatMap(({ name, v4, stable, temporary }) =>
        (family === 4 ? [v4] : [stable, temporary]).map((ip) => ({ ip, name })),
      );
      const rules = addresses.map(({ ip, name }) => rule('tx', '-d', ip, name) + rule('rx', '-s', ip, name)).join('');
      await router.restore(family, `:iptmon_tx - [0:0]\n:iptmon_rx - [0:0]\n-A FORWARD -j iptmon_tx\n-A FORWARD -j iptmon_rx\n${rules}`);
    }
    await exporter.scrape();
    await talkAll();
    await expectTruth();
    const { sent, uncounted } = hostFigures(await router.read());
    expect(sent).to.have.property('size', 9);
    expect([uncounted.sent, uncounted.received], 'iptmon cannot tell').to.deep.equal([Number.NaN, Number.NaN]);
  });
});
