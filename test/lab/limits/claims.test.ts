import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { FAR_END } from '../../support/lab/clients.ts';
import { digTunnel } from '../../support/lab/hosts-tunnel.ts';
import { createHostsWorld, type HostsWorld, type Machine } from '../../support/lab/hosts-world.ts';
import { createLimiter, type Limiter, type LimitsAnswer, limitOf } from '../../support/lab/limits/limits.ts';
import { inside, ip } from '../../support/lab/world.ts';

/** Somewhere on the Internet. */
const BEYOND = { v4: '203.0.113.53', v6: '2001:db8:53::53' };

// A router shows what a device says of itself, so a device can have any address asked for as one of its own.
describe('an address that a limit is asked for', () => {
  let world: HostsWorld;
  let limits: Limiter;
  let anna: Machine;
  let ben: Machine;
  /** The router's IPv6 address in the home. */
  let own: string;

  before(async () => {
    world = await createHostsWorld();
    anna = await world.join('anna', '02:00:00:00:00:01');
    ben = await world.join('ben', '02:00:00:00:00:02');
    limits = createLimiter(world);
    await ip(world.internet, `addr add ${BEYOND.v4}/32 dev lo`);
    await ip(world.internet, `-6 addr add ${BEYOND.v6}/128 dev lo nodad`);
    [own = ''] = (await ip(world.router.namespace, '-6 addr show dev br-lan scope global')).match(/fd77:[0-9a-f:]+/) ?? [];
  });
  after('nothing is left over', () => world?.lab.close());
  afterEach('free again', () => limits.ask([]));

  const pings = ({ client }: Pick<Machine, 'client'>, to: string, from?: string) =>
    inside(client.namespace, ['busybox', 'ping', '-c', '1', '-W', '1', ...(from === undefined ? [] : ['-I', from]), to]).then(
      () => true,
      () => false,
    );
  const notes = ({ text }: LimitsAnswer) => [...text.matchAll(/^note (.*)$/gm)].map(([, note]) => note);
  const left = 'Nobody is limited by what is of no network of this router, or of another one than where it was seen: ';

  it('limits nobody if it is on the Internet, of an uplink or the router’s own, whoever claims it', async () => {
    const everywhere = [FAR_END.v4, FAR_END.v6, BEYOND.v4, BEYOND.v6, '192.168.77.1', own];
    const reached = (machine: Machine) => Promise.all(everywhere.map((address) => pings(machine, address)));
    expect(await reached(ben)).to.deep.equal(everywhere.map(() => true));
    const claims = [...everywhere, '192.168.77.255', '127.0.0.1', '::1', '224.0.0.251', 'ff02::fb', '255.255.255.255', '::ffff:102:304'];
    const answer = await limits.ask([
      ...limitOf('anna', 'pause', anna),
      `ip anna ${anna.v4}`,
      ...claims.map((claim) => `ip anna ${claim}`),
    ]);
    expect(notes(answer)).to.deep.equal([
      `${left}${claims
        .slice(0, 3)
        .map((claim) => `anna ${claim}`)
        .join(', ')} and ${claims.length - 3} more`,
    ]);
    const table = await limits.table();
    expect(table).to.contain(`"br-lan" . ${anna.v4} }`);
    for (const claim of claims) expect(table.split('\n').some((line) => line.includes(` . ${claim} `))).to.equal(false);
    expect(await reached(ben), 'another machine').to.deep.equal(everywhere.map(() => true));
    expect(await reached(anna), 'the limit stays').to.deep.equal(everywhere.map(() => false));
    expect(notes(await limits.ask(limitOf('anna', 'pause', anna)))).to.deep.equal([]);
  });

  it('counts only where its packets come from and go to the interface that the router reaches it by', async () => {
    await limits.ask(['limit ben pause', `ip ben ${ben.v4}`, `ip ben ${ben.stable}`]);
    expect(await pings(ben, FAR_END.v4)).to.equal(false);
    // The same addresses, but on the other side.
    await ip(world.internet, `addr add ${ben.v4}/32 dev lo`);
    await ip(world.internet, `-6 addr add ${ben.stable}/128 dev lo nodad`);
    const before = await limits.ask(['limit ben pause', `ip ben ${ben.v4}`, `ip ben ${ben.stable}`]);
    await pings({ client: { ...anna.client, namespace: world.internet } }, anna.stable, ben.stable);
    const after = await limits.ask(['limit ben pause', `ip ben ${ben.v4}`, `ip ben ${ben.stable}`]);
    expect(after.active.get('ben')).to.deep.equal(before.active.get('ben'));
    await ip(world.internet, `addr del ${ben.v4}/32 dev lo`);
    await ip(world.internet, `addr del ${ben.stable}/128 dev lo`);
  });

  it('counts behind another router of the home, by the route to it', async () => {
    const behind = { v4: '192.168.90.5', v6: 'fd90::5' };
    const { namespace } = world.router;
    await ip(ben.client.namespace, `addr add ${behind.v4}/32 dev lo`);
    await ip(ben.client.namespace, `-6 addr add ${behind.v6}/128 dev lo nodad`);
    await ip(namespace, `route add 192.168.90.0/24 via ${ben.v4}`);
    await ip(namespace, `-6 route add fd90::/64 via ${ben.stable}`);
    await ip(world.internet, '-6 route replace fd90::/64 via fd77:2::2');
    const reached = () => Promise.all([pings(ben, FAR_END.v4, behind.v4), pings(ben, FAR_END.v6, behind.v6)]);
    expect(await reached()).to.deep.equal([true, true]);
    const answer = await limits.ask(['limit far pause', `ip far ${behind.v4}`, `ip far ${behind.v6}`]);
    expect([notes(answer), await reached()]).to.deep.equal([[], [false, false]]);
    expect(await pings(ben, FAR_END.v4)).to.equal(true);
    await ip(namespace, 'route del 192.168.90.0/24');
    await ip(namespace, '-6 route del fd90::/64');
    const gone = await limits.ask(['limit far pause', `ip far ${behind.v4}`, `ip far ${behind.v6}`]);
    expect(gone.text).to.contain('\nlimit far refused None of its addresses is of a network of this router\n');
    expect([gone.found, gone.result, notes(gone)]).to.deep.equal([0, 'ok changed', [`${left}far ${behind.v4}, far ${behind.v6}`]]);
  });

  it('counts behind several ways of one route, if none of them leads out of the home, where "ip" shows them', async () => {
    const behind = '192.168.91.5';
    // OpenWrt's busybox leaves them out.
    writeFileSync(join(world.lab.folder, 'standins/ip'), '#!/bin/sh\nexec /usr/sbin/ip "$@"\n');
    const full = createLimiter(world);
    const { namespace } = world.router;
    await ip(ben.client.namespace, `addr add ${behind}/32 dev lo`);
    const asked = ['limit far pause', `ip far ${behind}`];
    const ways = (second: string) => ip(namespace, `route replace 192.168.91.0/24 nexthop via ${ben.v4} nexthop via ${second}`);
    await ways(anna.v4);
    const answer = await full.ask(asked);
    expect([notes(answer), await limits.table()].join()).to.contain(`"br-lan" . ${behind} }`);
    expect(await pings(ben, FAR_END.v4, behind)).to.equal(false);
    await ways(FAR_END.v4);
    expect(notes(await full.ask(asked))).to.deep.equal([`${left}far ${behind}`]);
    await ip(namespace, 'route del 192.168.91.0/24');
    rmSync(join(world.lab.folder, 'standins/ip'));
  });

  it('counts only in the network that it was seen in: nobody claims one of another network', async () => {
    const { namespace } = world.router;
    const silent = { v4: '192.168.30.5', v6: 'fd30::5' };
    await ip(namespace, 'link add guests type bridge');
    for (const line of ['addr add 192.168.30.1/24', '-6 addr add fd30::1/64']) await ip(namespace, `${line} dev guests`);
    await ip(namespace, 'link set guests up');
    const asked = (on: string) => [...limitOf('anna', 'pause', anna), `ip anna ${silent.v4} ${on}`, `ip anna ${silent.v6} ${on}`];
    const claimed = await limits.ask([...asked('br-lan'), `ip anna ${anna.v4} br-lan`]);
    expect(notes(claimed)).to.deep.equal([`${left}anna ${silent.v4}, anna ${silent.v6}`]);
    const table = await limits.table();
    expect(table).to.contain(`"br-lan" . ${anna.v4} }`);
    for (const address of Object.values(silent)) expect(table).to.not.contain(address);
    expect(notes(await limits.ask(asked('guests'))), 'who is there').to.deep.equal([]);
    expect(await limits.table()).to.contain(`"guests" . ${silent.v4} }`);
    await ip(namespace, 'link del guests');
  });

  it('counts of a WireGuard peer, in the network of the tunnel and by a route into it, and not the router’s own end', async () => {
    const tunnel = await digTunnel(world, ben);
    await world.router.counting('reload');
    await ip(world.router.namespace, `route add 10.8.0.9/32 dev ${tunnel.device}`);
    const answer = await limits.ask([
      'limit peer pause',
      ...[tunnel.v4, tunnel.v6, '10.8.0.9', '10.7.0.1', 'fd07::1', '10.9.0.1'].map((address) => `ip peer ${address}`),
    ]);
    expect(notes(answer)).to.deep.equal([`${left}peer 10.7.0.1, peer fd07::1, peer 10.9.0.1`]);
    expect(await pings(ben, FAR_END.v4, tunnel.v4)).to.equal(false);
    expect(await pings(ben, FAR_END.v6, tunnel.v6)).to.equal(false);
    const table = await limits.table();
    for (const address of [tunnel.v4, tunnel.v6, '10.8.0.9']) expect(table).to.contain(`"${tunnel.device}" . ${address}`);
    expect(await pings(anna, FAR_END.v4)).to.equal(true);
  });

  it('may be written in any way that the format has: nft shows each as it was taken', async () => {
    const { namespace } = world.router;
    const prefixes = ['64:ff9b::/96', '2001:db8:aaaa::/48', 'fd00:0:0:1::/64', '1::/16'];
    for (const prefix of prefixes) await ip(namespace, `-6 route add ${prefix} dev br-lan`);
    for (const address of [
      '192.168.77.200',
      '64:ff9b::102:304',
      '64:ff9b::',
      '2001:db8:aaaa::',
      '2001:db8:aaaa:0:0:0:0:1',
      '2001:0db8:aaaa:0001:0000:0000:0000:0001',
      '2001:db8:aaaa:0:1:0:0:1',
      '2001:db8:aaaa:1:0:1:0:1',
      '2001:db8:aaaa::ffff:102:304',
      'fd00::1:0:0:0:1',
      'fd00:0:0:1::',
      '1::',
      '1:0:0:0:0:ffff:102:304',
      '1:2:3:4:5:6:7:8',
      '::ffff:102:304',
      '::102:304',
      '::ffff:0:102:304',
    ]) {
      const wanted = [...limitOf('anna', 'pause', anna), `ip anna ${address}`];
      const answers = [await limits.ask(wanted), await limits.ask(wanted)];
      expect(
        answers.map(({ result }) => result),
        address,
      ).to.deep.equal(['ok changed', 'ok unchanged']);
      expect(notes(answers[0] as LimitsAnswer).length, address).to.equal(address.startsWith('::') ? 1 : 0);
      await limits.ask([]);
    }
    for (const prefix of prefixes) await ip(namespace, `-6 route del ${prefix} dev br-lan`);
  });
});
