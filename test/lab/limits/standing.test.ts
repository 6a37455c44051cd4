import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { limitsScript } from '../../../src/control/script.ts';
import { askForLease, download, FAR_END, upload } from '../../support/lab/clients.ts';
import { AGENT_PORT } from '../../support/lab/hosts-agents.ts';
import { hostFigures } from '../../support/lab/hosts-truth.ts';
import { digTunnel } from '../../support/lab/hosts-tunnel.ts';
import { createHostsWorld, type HostsWorld, type Machine, type Talk } from '../../support/lab/hosts-world.ts';
import {
  createGauge,
  createLimiter,
  type Gauge,
  heldBack,
  type Limiter,
  limitOf,
  parseAnswer,
  wantedText,
} from '../../support/lab/limits/limits.ts';
import { inside, ip, within } from '../../support/lab/world.ts';
import { finish } from '../../support/program/command.ts';

const KB = 1000;
const LAN = '192.168.77.1';
const CHAINS = ['inet', 'wrtmeter_limits'] as const;
const blocks = (table: string) => table.split('\n\n');
const withoutLearned = (table: string) => table.replace(/(set (?:seen|learned)[^}]*?)\n\t*elements = \{[^}]*\}/g, '$1');
const SOME: Talk = { rounds: 2, up: { count: 3, size: 900 }, down: { count: 4, size: 1200 } };

describe('limits that stand on a router', () => {
  let world: HostsWorld;
  let limits: Limiter;
  let gauge: Gauge;
  let anna: Machine;
  let ben: Machine;
  let gina: Machine;

  before(async () => {
    world = await createHostsWorld();
    anna = await world.join('anna', '02:00:00:00:00:01');
    ben = await world.join('ben', '02:00:00:00:00:02');
    gina = await world.join('gina', '02:00:00:00:00:11', 'guest');
    limits = createLimiter(world);
    const pages = world.lab.start(world.router.namespace, ['busybox', 'httpd', '-f', '-p', `${LAN}:80`, '-h', world.lab.folder]);
    await world.lab.until('the router has pages', async () => (await onRouter(ben)).pages, pages);
    gauge = await createGauge(world.internet, [anna, ben]);
  });

  after('nothing is left over', () => world?.lab.close());

  afterEach('free again', async () => {
    await limits.ask([]);
    expect(await limits.table()).to.equal('');
  });

  /** Whether datagrams come through, from the machine to the far end and back. */
  async function reaches(machine: Machine, from: Talk['from'] = 'v4', to: string = from === 'v4' ? FAR_END.v4 : FAR_END.v6) {
    const { received } = await machine.agent.tryExchange({ to, from: machine[from], ...SOME, rounds: 0, patience: 400 });
    return received.datagrams > 0;
  }
  const reachesAll = (machine: Machine) => Promise.all((['v4', 'stable', 'temporary'] as const).map((from) => reaches(machine, from)));
  /** What busybox's own programs reach on the router: its DNS and its pages. */
  const onRouter = async (machine: Machine, router = LAN) => {
    const can = (command: string) =>
      inside(machine.client.namespace, ['busybox', 'ash', '-c', command]).then(
        () => true,
        () => false,
      );
    return { dns: await can(`nc -w 1 ${router} 53 </dev/null`), pages: await can(`nc -w 1 ${router} 80 </dev/null`) };
  };

  describe('a pause', () => {
    const paused = () => limitOf('anna', 'pause', anna);
    it('shuts a machine out in both directions, whatever its address, with a reason, and nobody else', async () => {
      await world.talk(anna, SOME);
      expect((await limits.ask(paused())).result).to.equal('ok changed');
      expect(await reachesAll(anna)).to.deep.equal([false, false, false]);
      expect(await reachesAll(ben)).to.deep.equal([true, true, true]);
      const said = await inside(anna.client.namespace, ['sh', '-c', `busybox nc -w 5 ${FAR_END.v4} 7000 2>&1 </dev/null || :`]);
      expect(said, 'administratively prohibited, not silence').to.match(/No route to host|unreachable/);
      // The port forward of the firewall leads to it over IPv6: nothing comes in either.
      const before = await gauge.received(anna);
      await world.far.spray({ targets: Array(20).fill(anna.temporary), port: AGENT_PORT, size: 500 });
      expect(await gauge.received(anna)).to.equal(before);
      const answer = await limits.ask(paused());
      expect(answer.result).to.equal('ok unchanged');
      expect(answer.active.get('anna')?.download, 'one header of 48 bytes each').to.equal(20 * 548);
      expect(answer.active.get('anna')?.upload).to.be.above(0);
    });
    it('leaves what is in the home alone, and its lease, and of the router what it may', async () => {
      const guest = { ...SOME, to: gina.v4 };
      for (const [may, reach] of [
        ['dns router', [true, true]],
        ['dns', [true, false]],
        ['router', [false, true]],
        ['', [false, false]],
      ] as const) {
        await limits.ask([`while-paused ${may}`.trim(), ...limitOf('anna', 'pause', anna)]);
        expect(await onRouter(anna), `may reach: ${may}`).to.deep.equal({ dns: reach[0], pages: reach[1] });
      }
      expect(await onRouter(ben)).to.deep.equal({ dns: true, pages: true });
      await world.talkAtHome(anna, guest);
      expect(await askForLease(world.lab, anna.client, 'anna', anna.v4)).to.equal(anna.v4);
      expect(await reaches(anna)).to.equal(false);
    });
    it('never shuts the machine out that asks, over ssh', async () => {
      await limits.ask(paused(), { env: { SSH_CONNECTION: `${anna.v4} 50000 ${LAN} 22` } });
      expect(await onRouter(anna)).to.deep.equal({ dns: true, pages: true });
      expect(await reaches(anna)).to.equal(false);
    });
    it('is for a guest as for the home, and for a WireGuard peer by its address', async () => {
      const tunnel = await digTunnel(world, ben);
      await world.router.counting('reload');
      await tunnel.talk('v4', SOME);
      await limits.ask([...limitOf('guests', 'pause', gina), 'limit peer pause', `ip peer ${tunnel.v4}`, `ip peer ${tunnel.v6}`]);
      expect(await reachesAll(gina)).to.deep.equal([false, false, false]);
      for (const from of ['v4', 'v6'] as const) {
        const cut = ben.agent.tryExchange({ to: FAR_END[from], from: tunnel[from], ...SOME, rounds: 0, patience: 400 });
        expect((await cut).received.datagrams).to.equal(0);
      }
      expect(await reachesAll(ben), 'the machine around the tunnel').to.deep.equal([true, true, true]);
      expect(heldBack(await limits.ask(['limit peer pause', `ip peer ${tunnel.v4}`, `ip peer ${tunnel.v6}`]), 'peer').upload).to.be.above(
        0,
      );
    });
    it('is the same for a peer where the script comes to a shell over its standard input, as to a server without a copy', async () => {
      const wanted = wantedText(['limit peer pause', `ip peer ${ben.v4}`, `ip peer ${ben.stable}`]);
      const env = { PATH: '/usr/sbin:/usr/bin:/bin', WRTMETER_ROOT: join(world.lab.folder, 'root') };
      const run = await finish([...within(world.router.namespace), 'dash', '-s', 'for-tests'], { input: limitsScript(wanted), env });
      expect([parseAnswer(run.stdout).result, run.stderr]).to.deep.equal(['ok changed', '']);
      expect(await reachesAll(ben), 'by the addresses that were given').to.deep.equal([false, false, true]);
      const { received } = await ben.agent.tryExchange({ to: gina.v4, ...SOME, rounds: 0, patience: 400 });
      expect(received.datagrams, 'a server has no networks of its own').to.equal(0);
    });
    it('is not passed on with an address: who has it next is free at once', async () => {
      await world.talk(anna, SOME);
      await limits.ask([...limitOf('anna', 'pause', anna)]);
      expect(await reaches(anna)).to.equal(false);
      await ip(anna.client.namespace, `addr del ${anna.v4}/24 dev eth0`);
      await ip(ben.client.namespace, `addr add ${anna.v4}/24 dev eth0`);
      await ip(world.router.namespace, `neigh flush to ${anna.v4}`);
      const { received } = await ben.agent.tryExchange({ to: FAR_END.v4, from: anna.v4, ...SOME, rounds: 0, patience: 1000 });
      expect(received.datagrams).to.equal(1);
      await ip(ben.client.namespace, `addr del ${anna.v4}/24 dev eth0`);
      await ip(world.router.namespace, `neigh flush to ${anna.v4}`);
      expect(await askForLease(world.lab, anna.client, 'anna', anna.v4)).to.equal(anna.v4);
      expect(await reaches(anna)).to.equal(false);
    });
  });

  it('counts hosts to the byte while limits drop packets, and says how many those were', async () => {
    await world.router.counting('stop');
    await world.router.counting('start');
    const slow = limitOf('both', `slow ${150 * KB} ${150 * KB}`, anna, ben);
    await limits.ask(slow);
    const before = { anna: await gauge.received(anna), ben: await gauge.received(ben), sent: await gauge.sent() };
    await Promise.all([download(anna.client, 500 * KB), upload(ben.client, 500 * KB, FAR_END.v6)]);
    // More than may come at once: some of it is dropped, and what arrives is counted there.
    const targets = Array<string>(400).fill(FAR_END.v4);
    const sprayed = await gauge.sent();
    const dropped = await limits.ask(slow);
    await anna.agent.spray({ targets, port: AGENT_PORT + 1, size: 1372 });
    await sleep(300);
    const arrived = (await gauge.sent()) - sprayed;
    const answer = await limits.ask(slow);
    expect(arrived + heldBack(answer, 'both', dropped).upload).to.equal(400 * 1400);
    const { sent, received } = hostFigures(await world.router.read());
    const sum = (counters: ReadonlyMap<string, number>, of: Machine) =>
      [...counters].reduce((all, [key, bytes]) => all + ([of.v4, of.stable, of.temporary].some((ip) => key.endsWith(ip)) ? bytes : 0), 0);
    expect(sum(received, anna)).to.equal((await gauge.received(anna)) - before.anna);
    expect(sum(received, ben)).to.equal((await gauge.received(ben)) - before.ben);
    expect(sum(sent, anna) + sum(sent, ben)).to.equal((await gauge.sent()) - before.sent);
    expect(answer.active.get('both')?.download).to.be.above(0);
    const line = /^limit both slow 150000 150000 (\d+) (\d+) (\d+)$/m.exec(await world.router.read());
    expect(Number(line?.[1])).to.be.within(500, 600);
    expect(line?.slice(2).map(Number)).to.deep.equal(Object.values(answer.active.get('both') ?? {}));
  });

  describe('what becomes of them', () => {
    const wanted = () => [...limitOf('anna', 'pause', anna), ...limitOf('ben', `slow ${100 * KB} -`, ben)];

    it('they end by themselves when nobody asks again, and asking puts that right', async () => {
      await limits.ask(wanted());
      await limits.letEnd(1500);
      expect(await reaches(anna)).to.equal(false);
      await sleep(1600);
      expect(await reachesAll(anna)).to.deep.equal([true, true, true]);
      expect(await world.router.read()).to.not.contain('begin limits');
      const answer = await limits.ask(wanted());
      expect([answer.found, answer.result]).to.deep.equal([0, 'ok changed']);
      expect(await reaches(anna)).to.equal(false);
    });
    it('a reload of the firewall leaves them; after a reboot, or when the table is deleted, asking makes them', async () => {
      await limits.ask(wanted());
      for (let time = 0; time < 3; time += 1) await world.router.reloadFirewall();
      const after = await limits.ask(wanted());
      expect([after.found, after.result]).to.deep.equal([2, 'ok unchanged']);
      await world.router.nft('delete', 'table', 'inet', 'wrtmeter_limits');
      expect(await reaches(anna)).to.equal(true);
      const again = await limits.ask(wanted());
      expect([again.found, again.result]).to.deep.equal([0, 'ok changed']);
      await world.router.nft('flush', 'ruleset');
      rmSync(join(world.lab.folder, 'root/var/run/wrtmeter-limits'), { recursive: true });
      expect(await world.router.read()).to.not.contain('begin limits');
      await world.router.reloadFirewall();
      const booted = await limits.ask(wanted());
      expect([booted.found, booted.result]).to.deep.equal([0, 'ok changed']);
      expect(await reaches(anna)).to.equal(false);
      await world.router.counting('start');
    });
    it('what somebody has changed in the table by hand is put right, and nothing of another table is touched', async () => {
      const states = [...wanted(), ...limitOf('carl', 'slow 2000 2000', gina)];
      await limits.ask(states);
      await reachesAll(anna);
      const right = await limits.table();
      expect(right, 'an address that was learned').to.contain(`"br-lan" . ${anna.temporary}`);
      const { upload } = heldBack(await limits.ask(states), 'anna');
      /** The commands that put another rule in the place of one. */
      const instead = async (chain: string, like: string, rule: string) => {
        const [, handle] =
          new RegExp(`${like}.* # handle (\\d+)`).exec(await world.router.nft('-a', 'list', 'chain', ...CHAINS, chain)) ?? [];
        return `replace rule inet wrtmeter_limits ${chain} handle ${handle} ${rule}`;
      };
      const others = async () => (await world.router.nft('-s', 'list', 'ruleset')).replace(/table inet wrtmeter_limits[\s\S]*?\n}\n/, '');
      const before = await others();
      for (const [change, found] of [
        ['add table inet wrtmeter_limits { flags dormant; }', 0],
        [() => instead('forward', '@alive', 'return'), 0],
        ['insert rule inet wrtmeter_limits forward return', 0],
        ['insert rule inet wrtmeter_limits by_mac return', 0],
        ['add chain inet wrtmeter_limits forward { type filter hook forward priority 10; policy drop; }', 0],
        ['add chain inet wrtmeter_limits input { type filter hook input priority 10; policy drop; }', 3],
        [() => instead('up_anna', 'reject', 'accept'), 2],
        [() => instead('by_mac', '@mac_anna', 'ether saddr @mac_anna accept'), 2],
        [
          `flush chain inet wrtmeter_limits up_carl
delete limit inet wrtmeter_limits up_carl_D2000_U2000
add limit inet wrtmeter_limits up_carl_D2000_U2000 { rate over 100000000 bytes/second burst 131072 bytes; }
add rule inet wrtmeter_limits up_carl limit name up_carl_D2000_U2000 drop`,
          2,
        ],
        [
          `flush chain inet wrtmeter_limits by_mac
delete set inet wrtmeter_limits mac_carl
add set inet wrtmeter_limits mac_carl { type ether_addr; flags timeout; timeout 1s; }`,
          0,
        ],
        ['flush chain inet wrtmeter_limits up_anna', 2],
        [`delete element inet wrtmeter_limits mac_ben { ${ben.mac} }`, 2],
        ['flush set inet wrtmeter_limits macs', 0],
        ['flush chain inet wrtmeter_limits forward', 0],
        ['add rule inet wrtmeter_limits input drop', 3],
        ['add set inet wrtmeter_limits mine { type ipv4_addr; }', 3],
      ] as const) {
        const command = typeof change === 'string' ? change : await change();
        await world.router.loadRules(command);
        const answer = await limits.ask(states);
        expect([answer.found, answer.result], command).to.deep.equal([found, 'ok changed']);
        // A set that was made again is the last one.
        expect(blocks(await limits.table()), command).to.have.members(blocks(right));
        expect(heldBack(answer, 'anna').upload, `what it counted stays: ${command}`).to.equal(upload);
        expect((await limits.ask(states)).text, command)
          .to.contain('\nfound 3\n')
          .and.contain('\nresult ok unchanged\n');
      }
      for (const command of [
        'add map inet wrtmeter_limits mine { type ipv4_addr : verdict; }',
        'delete table inet wrtmeter_limits\nadd table inet wrtmeter_limits { chain forward { type filter hook forward priority 20; }; chain layout_2 { }; }',
        'flush chain inet wrtmeter_limits forward\ndelete chain inet wrtmeter_limits forward\nadd chain inet wrtmeter_limits forward { type filter hook forward priority 20; }',
      ]) {
        await world.router.loadRules(command);
        const { found, result } = await limits.ask(states);
        expect([found, result, withoutLearned(await limits.table())], command).to.deep.equal([0, 'ok changed', withoutLearned(right)]);
      }
      expect(await others()).to.equal(before);
    });
  });

  describe('a run of the script', () => {
    it('that is killed at any step leaves the old state or the new one, and the next one is not held up', async () => {
      const [old, next] = [limitOf('anna', 'pause', anna), limitOf('ben', `slow ${100 * KB} -`, ben)];
      await limits.ask(next);
      const after = await limits.table();
      await limits.ask(old);
      const before = await limits.table();
      for (const [step, state] of [
        ['check', before],
        ['lock', before],
        ['read', before],
        ['apply', before],
        ['applied', after],
        ['report', after],
      ] as const) {
        await limits.ask(old);
        const killed = await limits.ask(next, { env: { WRTMETER_STOP: step } });
        expect(killed.result, step).to.equal('');
        expect(await limits.table(), step).to.equal(state);
      }
      expect((await limits.ask(next)).result).to.equal('ok unchanged');
    });
    it('that is killed at any moment, nft with it, does so too', async () => {
      const [old, next] = [limitOf('anna', 'pause', anna), limitOf('ben', `slow ${100 * KB} -`, ben)];
      await limits.ask(next);
      const after = await limits.table();
      for (let seconds = 0.04; seconds < 0.4; seconds *= 1.3) {
        await limits.ask(old);
        const before = await limits.table();
        await limits.killed(next, seconds);
        expect([before, after], `after ${seconds} s`).to.include(await limits.table());
      }
    });
    it('waits for another one: of several at once each is whole, and the last one stands', async () => {
      const states = [1, 2, 3].map((i) => limitOf(`of_${i}`, `slow ${i * KB} -`, anna, ben));
      const answers = await Promise.all(states.map((state) => limits.ask(state)));
      expect(answers.map(({ result }) => result)).to.deep.equal(['ok changed', 'ok changed', 'ok changed']);
      const table = await limits.table();
      expect([1, 2, 3].filter((i) => table.includes(`limit down_of_${i}_`))).to.have.lengthOf(1);
    });
    it('with hostile input changes nothing, and names the line', async () => {
      await limits.ask(limitOf('anna', 'pause', anna));
      const before = await limits.table();
      for (const [line, says] of [
        ['ip anna 1.2.3.4 }; flush ruleset', 'a member is'],
        ['mac anna $(reboot)', 'it is not a MAC'],
        ['limit x"; slow 1 1', 'the name of a limit'],
        ['limit `id` pause', 'the name of a limit'],
        ['include "/etc/passwd"', 'it does not begin with'],
      ] as const) {
        const { result } = await limits.give(wantedText(['limit anna pause', line]));
        expect(result)
          .to.match(/^failed input Line 4: /)
          .and.contain(says);
      }
      expect((await limits.give(`${wantedText(['limit anna pause'])}\0`)).result).to.match(/^failed input Line 5: /);
      expect(await limits.table()).to.equal(before);
    });
  });
});
