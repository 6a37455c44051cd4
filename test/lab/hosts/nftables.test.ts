import { expect } from 'chai';
import { download, FAR_END, NEAR_END, upload } from '../../support/lab/clients.ts';
import { AGENT_PORT, onTheWire, startAgent } from '../../support/lab/hosts-agents.ts';
import { GUEST, UPLINK } from '../../support/lab/hosts-files.ts';
import { type HostFigures, hostFigures } from '../../support/lab/hosts-truth.ts';
import { digTunnel } from '../../support/lab/hosts-tunnel.ts';
import { createHostsWorld, type HostsWorld, type Machine, type Talk } from '../../support/lab/hosts-world.ts';
import { inside, ip } from '../../support/lab/world.ts';

const MAC = { anna: '02:00:00:00:00:01', ben: '02:00:00:00:00:02', gina: '02:00:00:00:00:11', hugo: '02:00:00:00:00:12' };
const MB = 1_000_000;
/** Two dozen datagrams up, four dozen down. */
const SOME: Talk = { rounds: 4, up: { count: 6, size: 900 }, down: { count: 12, size: 1300 } };

// Datagrams are compared to the byte: their payload, 8 bytes of UDP and 20 (IPv4) or 40 (IPv6) of IP. The far end and the test both count
// them, so none may be lost on the way. TCP is compared with what the client's own interface counted, less 14 bytes of Ethernet a frame.
describe('hosts counted by nftables, behind a firewall with NAT', () => {
  let world: HostsWorld;
  let anna: Machine;
  let ben: Machine;
  let gina: Machine;

  before('the router counts, and three machines have their addresses', async () => {
    world = await createHostsWorld();
    anna = await world.join('anna', MAC.anna);
    ben = await world.join('ben', MAC.ben);
    gina = await world.join('gina', MAC.gina, 'guest');
  });

  after('nothing is left over', () => world?.lab.close());

  const figures = async (): Promise<HostFigures> => hostFigures(await world.router.read());

  /** The counters are what the machines moved, to the byte, and nothing else has any. */
  async function expectTruth(): Promise<HostFigures> {
    const now = await figures();
    const entries = (counters: ReadonlyMap<string, number>) => Object.fromEntries([...counters].sort());
    expect(entries(now.sent), 'sent').to.deep.equal(entries(world.truth.sent));
    expect(entries(now.received), 'received').to.deep.equal(entries(world.truth.received));
    expect(now.uncounted).to.deep.equal({ sent: 0, received: 0 });
    return now;
  }

  it('counts the networks that are not uplinks', async () => {
    const { networks, handle } = await expectTruth();
    expect(networks).to.have.members(['lan br-lan', 'guest br-guest']);
    expect(handle).to.match(/^\d+$/);
  });

  it('counts what two machines move over IPv4 at once, each in both directions', async () => {
    await Promise.all([
      world.talk(anna, { rounds: 50, up: { count: 10, size: 1400 }, down: { count: 20, size: 1200 } }),
      world.talk(ben, { rounds: 40, up: { count: 3, size: 100 }, down: { count: 30, size: 1400 } }),
    ]);
    await expectTruth();
    expect([...world.truth.received.keys()]).to.have.members([anna.v4, ben.v4]);
  });

  it('counts each IPv6 address of a machine, the temporary one too, under its MAC', async () => {
    for (const from of ['stable', 'temporary'] as const) await world.talk(anna, { ...SOME, from });
    await world.talk(ben, { ...SOME, from: 'temporary' });
    const { sent } = await expectTruth();
    expect([...sent.keys()].filter((key) => key.startsWith(anna.mac))).to.have.lengthOf(3);
    expect(anna.temporary).not.to.equal(anna.stable);
  });

  it('counts guests as it counts the LAN', async () => {
    for (const from of ['v4', 'stable', 'temporary'] as const) await world.talk(gina, { ...SOME, from });
    await expectTruth();
  });

  it('counts nothing between two networks of the home, nor what is for the router', async () => {
    await world.talkAtHome(anna, { ...SOME, to: gina.v4 });
    await world.talkAtHome(anna, { ...SOME, from: 'temporary', to: gina.temporary });
    const itself = await startAgent(world.lab, world.router.namespace);
    await world.talkAtHome(gina, { ...SOME, to: GUEST.v4 });
    await itself.exchange({ ...SOME, rounds: 4, to: FAR_END.v4 });
    await itself.stop();
    await expectTruth();
  });

  it('counts no datagram that the firewall drops, and each one that it accepts', async () => {
    const refused = await gina.agent.tryExchange({ to: anna.v4, ...SOME, rounds: 1, patience: 300 });
    expect([refused.sent.datagrams, refused.received.datagrams]).to.deep.equal([1, 0]);
    const twenty = { targets: Array(20).fill(anna.stable), size: 500 };
    await world.far.spray({ ...twenty, port: AGENT_PORT + 1 });
    await expectTruth();
    await world.far.spray({ ...twenty, port: AGENT_PORT });
    world.truth.moved(anna.mac, anna.stable, { download: 20 * (500 + 48), upload: 0 });
    await expectTruth();
  });

  it('counts the bytes of a port forward for its destination', async () => {
    const forward = `iifname ${UPLINK} meta nfproto ipv4 udp dport ${AGENT_PORT} dnat ip to ${ben.v4}`;
    await world.router.nft('add', 'rule', 'inet', 'fw4', 'dstnat', ...forward.split(' '));
    const { sent, received } = await world.far.exchange({ ...SOME, rounds: 5, to: NEAR_END.v4 });
    world.truth.moved(ben.mac, ben.v4, { download: onTheWire(NEAR_END.v4, sent), upload: onTheWire(NEAR_END.v4, received) });
    await expectTruth();
  });

  it('counts a WireGuard peer by its address, for it has no MAC, and not the tunnel around it', async () => {
    const tunnel = await digTunnel(world, ben);
    await world.router.counting('reload');
    expect((await expectTruth()).networks).to.include(`vpn ${tunnel.device}`);
    for (const from of ['v4', 'v6'] as const) world.truth.moved('-', tunnel[from], await tunnel.talk(from, SOME));
    await expectTruth();
  });

  it("counts TCP as the client's own interface does, less its Ethernet headers", async () => {
    for (const host of [FAR_END.v4, FAR_END.v6]) {
      const [before, own] = [await figures(), await layer3(ben)];
      expect(await download(ben.client, 3 * MB, host)).to.equal(3 * MB);
      expect(await upload(ben.client, 2 * MB, host)).to.equal(2 * MB);
      const [after, now] = [await figures(), await layer3(ben)];
      const grown = (which: 'sent' | 'received') => sumOf(after[which], ben) - sumOf(before[which], ben);
      // What else its interface saw: ARP, neighbour discovery, advertisements of the router.
      const aside = 4000;
      expect(now.received - own.received - grown('received'), `received from ${host}`).to.be.within(0, aside);
      expect(now.sent - own.sent - grown('sent'), `sent to ${host}`).to.be.within(0, aside);
      expect([grown('received') > 3 * MB, grown('sent') > 2 * MB]).to.deep.equal([true, true]);
    }
  });

  it('has one header for many segments where they are not cut before they are counted, and all of the payload', async () => {
    await ip(anna.client.namespace, 'link set dev eth0 gso_max_segs 64');
    const [before, own] = [await figures(), await layer3(anna)];
    expect(await upload(anna.client, 5 * MB)).to.equal(5 * MB);
    const grown = sumOf((await figures()).sent, anna) - sumOf(before.sent, anna);
    expect(grown).to.be.within(5 * MB, (await layer3(anna)).sent - own.sent);
    await ip(anna.client.namespace, 'link set dev eth0 gso_max_segs 1');
  });

  describe('from then on, each time with counters that begin at zero', () => {
    beforeEach('a table created again', async () => {
      await world.router.counting('stop');
      await world.router.counting('start');
      world.truth.countersGone();
      for (const machine of [anna, ben, gina])
        for (const from of ['v4', 'temporary'] as const) await world.talk(machine, { ...SOME, from });
      await expectTruth();
    });

    it('pings from outside to unused addresses do not fill the sets', async () => {
      const nobody = Array.from({ length: 40 }, (_, i) => `fd77:1::bad:${(i + 1).toString(16)}`);
      // Each in the background: there is no answer, and ping waits a second.
      const pings = nobody.map((address) => `busybox ping6 -c 1 -W 1 ${address} >/dev/null 2>&1 &`).join('\n');
      await inside(world.internet, ['sh', '-c', `${pings}\nwait`]);
      await world.far.spray({ targets: nobody, port: AGENT_PORT, size: 100 });
      const refused = await inside(world.router.namespace, ['nft', 'list', 'chain', 'inet', 'fw4', 'forward']);
      expect(refused, 'the firewall lets pings in').to.match(/echo-request counter packets 40 /);
      await expectTruth();
      expect(await world.router.nft('list', 'table', 'inet', 'wrtmeter')).not.to.include(':bad:');
    });

    it('loses nothing when the firewall is reloaded again and again in the middle of traffic', async () => {
      const { handle } = await figures();
      const moving = world.talk(anna, { rounds: 200, up: { count: 4, size: 700 }, down: { count: 4, size: 700 } });
      for (let time = 0; time < 10; time += 1) await world.router.reloadFirewall();
      await moving;
      expect((await expectTruth()).handle).to.equal(handle);
    });

    it('changes nothing when it is started again', async () => {
      const { handle } = await figures();
      for (let time = 0; time < 3; time += 1) await world.router.counting(time === 1 ? 'reload' : 'start');
      expect((await expectTruth()).handle).to.equal(handle);
    });

    it('stops and continues with a network that is taken away and given back, and keeps all counters', async () => {
      const { handle } = await figures();
      world.router.configure({ networks: ['lan'] });
      await world.router.counting('reload');
      await world.talkAtHome(gina, { ...SOME, to: FAR_END.v4 });
      expect((await expectTruth()).networks).to.deep.equal(['lan br-lan']);
      world.router.configure({ networks: ['lan', 'guest'] });
      await world.router.counting('reload');
      await world.talk(gina, SOME);
      expect((await expectTruth()).handle).to.equal(handle);
    });

    it('begins a table of another handle when every table was flushed, and says meanwhile that it does not count', async () => {
      const { handle } = await figures();
      await world.router.nft('flush', 'ruleset');
      expect(await world.router.read()).to.match(/^failed hosts .*wrtmeter/m);
      await world.router.reloadFirewall();
      await world.router.counting('start');
      world.truth.countersGone();
      for (const machine of [anna, gina]) await world.talk(machine, SOME);
      expect((await expectTruth()).handle).not.to.equal(handle);
    });

    it('begins an element at zero that ended because its host was silent for long', async () => {
      await world.router.nft('delete', 'element', 'inet', 'wrtmeter', 'down4', '{', anna.v4, '}');
      await world.router.nft('delete', 'element', 'inet', 'wrtmeter', 'up4', '{', anna.mac, '.', anna.v4, '}');
      world.truth.ended(anna.mac, anna.v4);
      await expectTruth();
      await world.talk(anna, SOME);
      await expectTruth();
    });

    it('shows counters past 2^31 and 2^32 to the last byte', async () => {
      const high = { [anna.v4]: 2 ** 31 - 1000, [ben.v4]: 2 ** 32 - 1000, [gina.v4]: 2 ** 52 };
      await world.router.counting('stop');
      await world.router.counting('start');
      world.truth.countersGone();
      for (const machine of [anna, ben, gina]) {
        const bytes = high[machine.v4] ?? Number.NaN;
        const start = `counter packets 1 bytes ${bytes}`;
        await world.router.nft(`add element inet wrtmeter down4 { ${machine.v4} ${start} }`);
        await world.router.nft(`add element inet wrtmeter up4 { ${machine.mac} . ${machine.v4} ${start} }`);
        world.truth.moved(machine.mac, machine.v4, { download: bytes, upload: bytes });
        await world.talk(machine, SOME);
      }
      await expectTruth();
    });

    it('answers wholly with the sets as full as they come', async () => {
      const macs = Array.from({ length: 4090 }, (_, i) => `02:00:00:ff:${hex(i >> 8)}:${hex(i & 255)}`);
      const fill = (name: string, keyOf: (i: number) => string) =>
        `add element inet wrtmeter ${name} { ${macs.map((_, i) => `${keyOf(i)} counter packets 1 bytes ${1_000_000 + i}`).join(', ')} }`;
      const v4 = (i: number) => `10.1.${i >> 8}.${i & 255}`;
      const v6 = (i: number) => `fd77:1::f:${i.toString(16)}`;
      await world.router.loadRules(
        [
          fill('up4', (i) => `${macs[i]} . ${v4(i)}`),
          fill('up6', (i) => `${macs[i]} . ${v6(i)}`),
          fill('down4', v4),
          fill('down6', v6),
        ].join('\n'),
      );
      macs.forEach((mac, i) => {
        for (const address of [v4(i), v6(i)]) world.truth.moved(mac, address, { download: 1_000_000 + i, upload: 1_000_000 + i });
      });
      await expectTruth();
    });

    it('begins another table when only its own was deleted', async () => {
      const { handle } = await figures();
      await world.router.nft('delete', 'table', 'inet', 'wrtmeter');
      await world.router.counting('reload');
      world.truth.countersGone();
      await world.talk(ben, { ...SOME, from: 'stable' });
      expect((await expectTruth()).handle).not.to.equal(handle);
    });
  });

  describe('with room for two hosts in each set', () => {
    before(async () => {
      world.router.configure({ size: 2 });
      await world.router.counting('reload');
      world.truth.countersGone();
    });

    it('counts on for hosts it knows when the sets are full, and shows what the others moved as uncounted', async () => {
      for (const machine of [anna, ben]) await world.talk(machine, SOME);
      await expectTruth();
      const known = { sent: new Map(world.truth.sent), received: new Map(world.truth.received) };
      await world.talk(gina, { ...SOME, rounds: 7 });
      await world.talk(anna, SOME);
      const now = await figures();
      for (const [name, before] of Object.entries(known))
        expect([...now[name as keyof typeof known].keys()]).to.have.members([...before.keys()]);
      expect(now.received.get(anna.v4)).to.equal(world.truth.received.get(anna.v4));
      expect(now.sent.get(`${anna.mac} ${anna.v4}`)).to.equal(world.truth.sent.get(`${anna.mac} ${anna.v4}`));
      expect(now.uncounted).to.deep.equal({
        received: world.truth.received.get(gina.v4),
        sent: world.truth.sent.get(`${gina.mac} ${gina.v4}`),
      });
    });

    it('counts IPv6 of those there was no room for as uncounted too, however many addresses they have', async () => {
      const before = (await figures()).uncounted;
      world.truth.countersGone();
      for (const machine of [anna, ben]) await world.talk(machine, { ...SOME, from: 'stable' });
      const known = { sent: new Map(world.truth.sent), received: new Map(world.truth.received) };
      world.truth.countersGone();
      await world.talk(gina, { ...SOME, from: 'stable' });
      for (const machine of [gina, anna, ben]) await world.talk(machine, { ...SOME, from: 'temporary' });
      const now = await figures();
      for (const [key, bytes] of known.sent) expect(now.sent.get(key)).to.equal(bytes);
      for (const [address, bytes] of known.received) expect(now.received.get(address)).to.equal(bytes);
      const all = (counters: ReadonlyMap<string, number>) => [...counters.values()].reduce((sum, bytes) => sum + bytes, 0);
      expect({ sent: now.uncounted.sent - before.sent, received: now.uncounted.received - before.received }).to.deep.equal({
        sent: all(world.truth.sent),
        received: all(world.truth.received),
      });
    });
  });

  describe('at the end', () => {
    it('says that nothing counts when it was stopped', async () => {
      await world.router.counting('stop');
      expect(await world.router.read()).not.to.include('begin hosts');
    });
  });
});

const hex = (byte: number) => byte.toString(16).padStart(2, '0');

/** All counters of a machine's addresses. */
const sumOf = (counters: ReadonlyMap<string, number>, { v4, stable, temporary }: Machine): number =>
  [...counters].reduce((sum, [key, bytes]) => sum + ([v4, stable, temporary].includes(key.split(' ').at(-1) ?? '') ? bytes : 0), 0);

/** What the machine's own interface has counted, without 14 bytes of Ethernet a frame. */
async function layer3({ client }: Machine): Promise<{ sent: number; received: number }> {
  const line = /eth0:\s*(.*)/.exec(await inside(client.namespace, ['cat', '/proc/net/dev']))?.[1] ?? '';
  const [rx = 0, rxPackets = 0, , , , , , , tx = 0, txPackets = 0] = line.split(/\s+/).map(Number);
  return { received: rx - 14 * rxPackets, sent: tx - 14 * txPackets };
}
