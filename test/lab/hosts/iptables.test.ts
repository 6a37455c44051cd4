import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { askForLease, createClient, download, FAR_END, type LabClient, upload } from '../../support/lab/clients.ts';
import { startAgent } from '../../support/lab/hosts-agents.ts';
import { GUEST } from '../../support/lab/hosts-files.ts';
import { leasesOf } from '../../support/lab/hosts-router.ts';
import { createHostsWorldOf, type HostsWorld, type Machine, type Talk } from '../../support/lab/hosts-world.ts';
import { createIptablesRouter, type IptablesRouter } from '../../support/lab/iptables/router.ts';
import { allRules, type HostRules } from '../../support/lab/iptables/rules.ts';
import { inside } from '../../support/lab/world.ts';

const MAC = { anna: '02:00:00:00:00:01', ben: '02:00:00:00:00:02', gina: '02:00:00:00:00:11' };
const MB = 1_000_000;
/** Two dozen datagrams up, four dozen down. */
const SOME: Talk = { rounds: 4, up: { count: 6, size: 900 }, down: { count: 12, size: 1300 } };

// Datagrams are compared to the byte: their payload, 8 bytes of UDP and 20 (IPv4) or 40 (IPv6) of IP. TCP is compared with what the client's
// own interface counted, less 14 bytes of Ethernet a frame.
describe('hosts counted by iptables, behind a firewall with NAT', () => {
  let world: HostsWorld<IptablesRouter>;
  let router: IptablesRouter;
  let anna: Machine;
  let ben: Machine;
  let gina: Machine;

  before('the router counts, and three machines have their addresses', async () => {
    world = await createHostsWorldOf(createIptablesRouter);
    router = world.router;
    anna = await world.join('anna', MAC.anna);
    ben = await world.join('ben', MAC.ben);
    gina = await world.join('gina', MAC.gina, 'guest');
  });

  after('nothing is left over', () => world?.lab.close());

  const rules = async (): Promise<HostRules> => allRules(await router.saved(4), await router.saved(6));
  const until = (what: string, isSo: (now: HostRules) => boolean) => world.lab.until(what, async () => isSo(await rules()));
  const hasRules = (address: string) =>
    until(`${address} has its rules`, ({ sent, received }) => sent.has(address) && received.has(address));

  /** The counters are what the machines moved, to the byte, each with one rule a direction. */
  async function expectTruth(): Promise<HostRules> {
    const now = await rules();
    expect(entries(now.sent), 'sent').to.deep.equal(
      entries(new Map([...world.truth.sent].map(([key, n]) => [key.split(' ')[1] ?? '', n]))),
    );
    expect(entries(now.received), 'received').to.deep.equal(entries(world.truth.received));
    expect([...now.sent.keys()]).to.have.members([...now.received.keys()]);
    expect(now.jumps, 'one for each family').to.equal(2);
    return now;
  }

  it('makes rules for a machine when it gets its lease', async () => {
    for (const { v4 } of [anna, ben, gina]) await hasRules(v4);
    expect((await rules()).sent).to.have.property('size', 3);
  });

  it('counts what two machines move over IPv4 at once, each in both directions', async () => {
    await Promise.all([
      world.talk(anna, { rounds: 50, up: { count: 10, size: 1400 }, down: { count: 20, size: 1200 } }),
      world.talk(ben, { rounds: 40, up: { count: 3, size: 100 }, down: { count: 30, size: 1400 } }),
    ]);
    await world.talk(gina, SOME);
    expect((await expectTruth()).without).to.deep.equal({ sent: 0, received: 0 });
  });

  it('shows what an IPv6 address moves before it is known, and counts it once dnsmasq has reported the neighbour', async () => {
    const { download: received, upload: sent } = await world.talkAtHome(gina, { ...SOME, from: 'temporary', to: FAR_END.v6 });
    expect((await expectTruth()).without).to.deep.equal({ sent, received });
    // It looks at the neighbours every 90 s, when something wakes it.
    router.letLeasesAge(100);
    await askForLease(world.lab, gina.client, 'gina', gina.v4);
    await hasRules(gina.temporary);
    await world.talk(gina, { ...SOME, from: 'temporary' });
    expect((await expectTruth()).without).to.deep.equal({ sent, received });
  });

  it('finds the existing neighbours when it is called', async () => {
    for (const machine of [anna, ben, gina]) {
      for (const from of ['stable', 'temporary'] as const) await world.talkAtHome(machine, { ...SOME, from, to: FAR_END.v6, rounds: 1 });
    }
    await router.counting('reload');
    const { without, sent } = await rules();
    world.truth.countersGone();
    for (const [address, bytes] of sent) if (bytes > 0) world.truth.moved(macOf(address), address, { upload: bytes, download: 0 });
    for (const [address, bytes] of (await rules()).received)
      if (bytes > 0) world.truth.moved(macOf(address), address, { upload: 0, download: bytes });
    for (const machine of [anna, ben, gina])
      for (const from of ['stable', 'temporary'] as const) await world.talk(machine, { ...SOME, from });
    expect((await expectTruth()).without).to.deep.equal(without);
    expect([...sent.keys()].filter((address) => address.startsWith('fe80:'))).to.deep.equal([]);
  });

  it('counts nothing between two networks of the home, nor what is for the router or from it', async () => {
    const { without } = await rules();
    await world.talkAtHome(anna, { ...SOME, to: gina.v4 });
    await world.talkAtHome(anna, { ...SOME, from: 'temporary', to: gina.temporary });
    const itself = await startAgent(world.lab, router.namespace);
    await world.talkAtHome(gina, { ...SOME, to: GUEST.v4 });
    await itself.exchange({ ...SOME, rounds: 4, to: FAR_END.v4 });
    await itself.stop();
    expect((await expectTruth()).without).to.deep.equal(without);
  });

  it("counts TCP as the client's own interface does, less its Ethernet headers", async () => {
    for (const host of [FAR_END.v4, FAR_END.v6]) {
      const [before, own] = [await rules(), await layer3(ben)];
      expect(await download(ben.client, 3 * MB, host)).to.equal(3 * MB);
      expect(await upload(ben.client, 2 * MB, host)).to.equal(2 * MB);
      const [after, now] = [await rules(), await layer3(ben)];
      const grown = (which: 'sent' | 'received') => sumOf(after[which], ben) - sumOf(before[which], ben);
      // What else its interface saw: ARP, neighbour discovery, advertisements of the router.
      const aside = 4000;
      expect(now.received - own.received - grown('received'), `received from ${host}`).to.be.within(0, aside);
      expect(now.sent - own.sent - grown('sent'), `sent to ${host}`).to.be.within(0, aside);
      expect([grown('received') > 3 * MB, grown('sent') > 2 * MB]).to.deep.equal([true, true]);
    }
  });

  describe('from then on, each time with counters that begin at zero', () => {
    beforeEach('the firewall is restarted and its include called', async () => {
      // Its neighbours are known to the router.
      for (const machine of [anna, ben, gina]) await world.talkAtHome(machine, { ...SOME, from: 'temporary', to: FAR_END.v6, rounds: 1 });
      await router.restartFirewall();
      expect((await rules()).jumps).to.equal(0);
      await router.counting('reload');
      world.truth.countersGone();
      for (const machine of [anna, ben, gina])
        for (const from of ['v4', 'temporary'] as const) await world.talk(machine, { ...SOME, from });
      expect((await expectTruth()).without).to.deep.equal({ sent: 0, received: 0 });
    });

    it('resets nothing and adds nothing when events of known hosts come by the hundred, and at once', async () => {
      const before = await rules();
      const moving = world.talk(anna, { rounds: 300, up: { count: 4, size: 700 }, down: { count: 4, size: 700 } });
      const lane = async (n: number) => {
        for (let i = 0; i < 20; i += 1) {
          const { mac, v4, temporary } = [anna, ben, gina][(i + n) % 3] ?? anna;
          await router.event(['add', 'old', 'del'][i % 3] ?? '', mac, v4, 'anna');
          await router.event(['arp-add', 'arp-del', 'arp-old'][i % 3] ?? '', mac, temporary);
          if (i % 10 === 0) await router.counting('reload');
        }
      };
      await Promise.all([lane(0), lane(1), lane(2), lane(3)]);
      await moving;
      const after = await expectTruth();
      expect([...after.sent.keys()]).to.deep.equal([...before.sent.keys()]);
    });

    it('adds each of many hosts that come at once', async () => {
      const many = Array.from({ length: 40 }, (_, i) => (i % 2 === 0 ? `192.168.77.${20 + i}` : `fd77:1::20:${i.toString(16)}`));
      await Promise.all(
        [0, 1, 2, 3].map(async (n) => {
          for (const address of many.filter((_, i) => i % 4 === n)) await router.event('arp-add', '02:00:00:00:00:aa', address);
        }),
      );
      const { sent } = await expectTruth();
      for (const address of many) expect(sent.has(address), address).to.equal(true);
    });

    it('loses nothing when the firewall is reloaded in the middle of traffic', async () => {
      await router.restore(4, ':somebodys_own - [0:0]\n-A FORWARD -j somebodys_own\n');
      const moving = world.talk(anna, { rounds: 200, up: { count: 4, size: 700 }, down: { count: 4, size: 700 } });
      for (let time = 0; time < 5; time += 1) {
        await router.reloadFirewall();
        await router.counting('reload');
      }
      await moving;
      await expectTruth();
      expect(await router.saved(4), 'firewall3 deletes chains without a rule').not.to.include('somebodys_own');
    });

    it('changes nothing when it is started again', async () => {
      const ours = async () => (await Promise.all([router.saved(4), router.saved(6)])).map((text) => text.match(/.* -A .*wrtmeter.*/g));
      const before = await ours();
      for (let time = 0; time < 3; time += 1) await router.counting(time === 1 ? 'reload' : 'start');
      expect(await ours()).to.deep.equal(before);
    });

    it('stops and continues with a network that is taken away and given back, and keeps all counters', async () => {
      router.configure({ networks: ['lan'] });
      await router.counting('reload');
      await world.talkAtHome(gina, { ...SOME, to: FAR_END.v4 });
      await expectTruth();
      router.configure({ networks: ['lan', 'guest'] });
      await router.counting('reload');
      await world.talk(gina, SOME);
      await expectTruth();
    });

    it('keeps the counters of a lease that has expired, and continues with them when it comes back', async () => {
      const { v4 } = gina;
      router.letLeasesAge(2 * 3600);
      // Another machine has to wake dnsmasq.
      await world.join('hugo', '02:00:00:00:00:12', 'guest');
      await world.lab.until('the lease is gone', async () => !leasesOf(router.guestLeases).has(gina.mac));
      await router.counting('reload');
      await world.talk(gina, SOME);
      await expectTruth();
      await router.unplug(gina.client);
      await world.rejoin(gina, v4);
      expect(gina.v4).to.equal(v4);
      await world.talk(gina, SOME);
      await expectTruth();
    });

    it('removes the rules of one that has been silent for a day, and of no other', async () => {
      const gone = '192.168.77.77';
      await router.event('add', '02:00:00:00:00:77', gone, 'pi');
      await router.counting('reload');
      router.age(86_300);
      await router.event('old', anna.mac, anna.v4, 'raspi');
      expect((await rules()).sent.has(gone), 'within the day').to.equal(true);
      router.age(86_500);
      await router.event('old', anna.mac, anna.v4, 'raspi');
      const { sent, received } = await expectTruth();
      expect([sent.has(gone), received.has(gone)]).to.deep.equal([false, false]);
      router.age(null);
    });

    it('has no use for the names of hosts, whatever they are', async () => {
      const names = ['pi', 'raspi', '$(reboot)', '-j ACCEPT', `$(touch ${join(world.lab.folder, 'pwned')})`, '`id`;id|id&id', '"\n"'];
      const clients: LabClient[] = [];
      for (const [i, name] of names.entries()) {
        const client = await createClient(world.lab, `h${i}`, `02:00:00:00:03:0${i}`);
        world.lab.defer(() => router.unplug(client));
        clients.push(client);
        await router.plug(client);
        await hasRules(await askForLease(world.lab, client, name));
      }
      await expectTruth();
      expect(existsSync(join(world.lab.folder, 'pwned'))).to.equal(false);
      for (const client of clients) await router.unplug(client);
    });
  });

  describe('with room for three hosts more', () => {
    const strangers = Array.from({ length: 12 }, (_, i) => `192.168.77.${50 + i}`);
    const fours = ({ sent }: HostRules) => [...sent.keys()].filter((address) => !address.includes(':'));
    let room: number;
    let ida: Machine;

    before(async () => {
      room = fours(await rules()).length + 3;
      router.configure({ networks: ['lan', 'guest'], size: room });
    });

    it('counts on for the hosts it knows, and shows what the others move', async () => {
      for (const address of strangers) await router.event('add', '02:00:00:00:00:bb', address);
      const full = await rules();
      expect(fours(full).filter((address) => strangers.includes(address))).to.deep.equal(strangers.slice(0, 3).reverse());
      ida = await world.join('ida', '02:00:00:00:00:dd');
      await router.counting('reload');
      const moved = await world.talkAtHome(ida, { ...SOME, to: FAR_END.v4 });
      for (const machine of [anna, ben, gina]) await world.talk(machine, SOME);
      const { sent, received } = (await expectTruth()).without;
      expect({ upload: sent - full.without.sent, download: received - full.without.received }).to.deep.equal(moved);
      const line = `Counting ${room} of at most ${room} IPv4 addresses on br-lan br-guest; bytes without a rule: ${received} received, ${sent} sent\n`;
      expect(await router.counting('status')).to.include(line);
    });

    it('makes room after an hour by the one that has been silent the longest', async () => {
      const before = fours(await rules());
      router.age(3700);
      await router.event('add', ida.mac, ida.v4);
      router.age(null);
      const after = fours(await rules());
      expect(after).to.have.lengthOf(room);
      expect(after).to.include(ida.v4);
      expect(strangers).to.include(before.find((address) => !after.includes(address)));
      await world.talk(ida, SOME);
      await expectTruth();
    });
  });

  const macOf = (address: string): string =>
    [anna, ben, gina].find(({ v4, stable, temporary }) => [v4, stable, temporary].includes(address))?.mac ?? '';
});

/** Only what has counted something. */
const entries = (counters: ReadonlyMap<string, number>) => Object.fromEntries([...counters].filter(([, bytes]) => bytes > 0).sort());

/** All counters of a machine's addresses. */
const sumOf = (counters: ReadonlyMap<string, number>, { v4, stable, temporary }: Machine): number =>
  [v4, stable, temporary].reduce((sum, address) => sum + (counters.get(address) ?? 0), 0);

/** What the machine's own interface has counted, without 14 bytes of Ethernet a frame. */
async function layer3({ client }: Machine): Promise<{ sent: number; received: number }> {
  const line = /eth0:\s*(.*)/.exec(await inside(client.namespace, ['cat', '/proc/net/dev']))?.[1] ?? '';
  const [rx = 0, rxPackets = 0, , , , , , , tx = 0, txPackets = 0] = line.split(/\s+/).map(Number);
  return { received: rx - 14 * rxPackets, sent: tx - 14 * txPackets };
}
