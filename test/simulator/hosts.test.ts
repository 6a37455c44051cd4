import { expect } from 'chai';
import { render } from '../../src/simulator/answers/answers.ts';
import { neighboursOf } from '../../src/simulator/answers/neighbours.ts';
import { home } from '../../src/simulator/home/home.ts';
import type { CountingSpec } from '../../src/simulator/spec.ts';
import { countersAt } from '../../src/simulator/world/counting.ts';
import { bytes, LAPTOP, NAS, PHONE, SMALL, START } from '../support/simulator/small.ts';
import { createWorld, type World } from '../support/simulator/world.ts';

const PREFIX = '2001:db8:0:1';

/** The small world, whose gateway counts hosts, and whose phone has IPv6. */
function counted(counting: Partial<CountingSpec> = {}, start = START): World {
  const [gateway, ...others] = SMALL.routers;
  const [phone, ...devices] = SMALL.devices;
  if (gateway === undefined || phone === undefined) throw new Error('the small world has no gateway and no phone');
  const how: CountingSpec = { method: 'nftables', networks: [['lan', 'br-lan']], ...counting };
  return createWorld({
    ...SMALL,
    start,
    routers: [{ ...gateway, counting: how }, ...others],
    devices: [{ ...phone, slaac: PREFIX }, ...devices],
  });
}

/** The lines of the section, with what the temporary address is replaced by a word. */
function section(world: World): string[] {
  const lines = render(world, 'gateway', 'wrtmeter').split('\n');
  const [begin, end] = [lines.indexOf('begin hosts'), lines.indexOf('end hosts')];
  if (begin < 0) return lines.filter((line) => line.startsWith('failed'));
  return lines.slice(begin + 1, end).map((line) => line.replace(/2001:db8:\S+/, 'TEMPORARY'));
}

describe('a simulated gateway that counts hosts', () => {
  it('nftables: what was sent by MAC and address, what was received by address, and nothing that stays at home or is its own', () => {
    const world = counted();
    world.transfer(PHONE, bytes(700, 70));
    world.transfer(PHONE, bytes(5000, 500), { by: 'IPv6' });
    world.transfer(PHONE, bytes(9, 9), { lan: true });
    world.transfer(NAS, bytes(3, 4));
    expect(section(world)).to.have.members([
      'counting nftables 9 -',
      'network lan br-lan',
      `up ${PHONE} 192.168.1.10 70`,
      `up ${PHONE} TEMPORARY 500`,
      `up ${NAS} 192.168.1.5 4`,
      'down 192.168.1.10 700',
      'down TEMPORARY 5000',
      'down 192.168.1.5 3',
      'uncounted 0 0',
    ]);
  });

  it('iptables: by address alone', () => {
    const world = counted({ method: 'iptables' });
    world.transfer(PHONE, bytes(700, 70));
    expect(section(world)).to.deep.equal([
      'counting iptables - -',
      'network lan br-lan',
      'down 192.168.1.10 700',
      'up - 192.168.1.10 70',
      'uncounted 0 0',
    ]);
  });

  it('nlbwmon: both directions of a host in a line, from the first of the month, and when it was started', () => {
    const world = counted({ method: 'nlbwmon' });
    world.transfer(PHONE, bytes(700, 70));
    expect(section(world)).to.deep.equal([
      'counting nlbwmon 2025-11-01 2135',
      'network lan br-lan',
      `both ${PHONE} 192.168.1.10 700 70`,
      'uncounted - -',
    ]);
  });

  it('has no section where nothing counts hosts', () => {
    expect(render(createWorld(SMALL), 'gateway', 'wrtmeter')).to.not.include('hosts');
  });

  it('forgets an address after a day without a byte, and counts it from zero then', () => {
    const world = counted();
    world.transfer(NAS, bytes(100, 0));
    world.advance(86_399);
    expect(section(world)).to.include('down 192.168.1.5 100');
    world.advance(1);
    expect(section(world)).to.have.length(3);
    world.transfer(NAS, bytes(7, 0));
    expect(section(world)).to.include('down 192.168.1.5 7');
  });

  it('full sets leave new hosts uncounted, and report how much that was', () => {
    const world = counted({ size: 1 });
    world.transfer(PHONE, bytes(10, 1));
    world.transfer(NAS, bytes(2000, 300));
    world.transfer(PHONE, bytes(10, 1));
    expect(section(world)).to.include.members(['down 192.168.1.10 20', `up ${PHONE} 192.168.1.10 2`, 'uncounted 2000 300']);
    world.transfer(PHONE, bytes(5, 5), { by: 'IPv6' }); // has a set of its own
    expect(section(world)).to.include('down TEMPORARY 5');
    world.advance(86_400);
    world.transfer(NAS, bytes(6, 0));
    expect(section(world)).to.include('down 192.168.1.5 6');
  });

  it('fails while the firewall is stopped, and begins with another table when it is created again', () => {
    const world = counted();
    world.transfer(NAS, bytes(100, 10));
    world.stopCounting('gateway');
    world.transfer(NAS, bytes(100, 10));
    expect(section(world)).to.deep.equal([
      'failed hosts the nftables table "inet wrtmeter" is missing; make it with "/etc/init.d/wrtmeter start"',
    ]);
    world.countHosts('gateway');
    world.transfer(NAS, bytes(1, 0));
    expect(section(world)).to.deep.equal(['counting nftables 12 -', 'network lan br-lan', 'down 192.168.1.5 1', 'uncounted 0 0']);
    world.rebootRouter('gateway');
    expect(section(world)).to.deep.equal(['counting nftables 9 -', 'network lan br-lan', 'uncounted 0 0']);
  });

  it('nlbwmon that is started again goes back to what it wrote down, and begins at zero with the month', () => {
    const world = counted({ method: 'nlbwmon' }, Date.UTC(2025, 10, 30, 23));
    world.transfer(NAS, bytes(100, 10));
    world.saveHosts('gateway');
    world.transfer(NAS, bytes(900, 90));
    world.advance(60);
    world.countHosts('gateway');
    expect(section(world)).to.include.members(['counting nlbwmon 2025-11-01 106000', `both ${NAS} 192.168.1.5 100 10`]);
    world.transfer(NAS, bytes(1, 1));
    expect(section(world)).to.include(`both ${NAS} 192.168.1.5 101 11`);
    world.advance(3600);
    expect(section(world)).to.deep.equal(['counting nlbwmon 2025-12-01 106000', 'network lan br-lan', 'uncounted - -']);
  });

  describe('addresses', () => {
    const ownersOf = (world: World, ip: string) => neighboursOf(world).flatMap((n) => (n.ip === ip ? [n.mac] : []));

    it('temporary ones change every day, and yesterday’s is still known', () => {
      const world = counted();
      const made = () => neighboursOf(world).flatMap(({ ip, mac }) => (ip.startsWith(PREFIX) ? [[ip, mac]] : []));
      const [today, yesterday] = made();
      world.advance(86_400);
      expect(made()[1]).to.deep.equal(today);
      expect(made()[0]).to.not.be.oneOf([today, yesterday]);
      expect(made()[0]?.[1]).to.equal(PHONE);
    });

    it('go to another device when a lease is over, and not before', () => {
      const world = counted();
      world.transfer(PHONE, bytes(10, 1));
      expect(() => world.takeAddress(LAPTOP, '192.168.1.10')).to.throw(`192.168.1.10 is ${PHONE}’s`);
      world.disconnect(PHONE);
      world.advance(12 * 3600);
      world.takeAddress(LAPTOP, '192.168.1.10');
      expect(ownersOf(world, '192.168.1.10')).to.deep.equal([LAPTOP]);
      world.transfer(LAPTOP, bytes(5, 5));
      expect(section(world)).to.include.members([`up ${PHONE} 192.168.1.10 1`, `up ${LAPTOP} 192.168.1.10 5`, 'down 192.168.1.10 15']);
      world.connect(PHONE, 'gateway', 'phy1-ap0');
      expect(ownersOf(world, '192.168.1.11')).to.deep.equal([PHONE]);
      expect(render(world, 'gateway', 'dhcp')).to.include(`${PHONE} 192.168.1.11 phone`);
    });

    it('of an address that the gateway does not know are unattributed', () => {
      const world = counted();
      world.setMet(NAS, false);
      expect(ownersOf(world, '192.168.1.5')).to.deep.equal([]);
      world.setMet(NAS, true);
      expect(ownersOf(world, '192.168.1.5')).to.deep.equal([NAS]);
    });
  });

  it('the home’s: what its counters show is what its devices moved, and the uplink has the rest', () => {
    const world = createWorld(home(3, { start: START }));
    world.advance(20 * 3600);
    const truth = world.truth();
    const shown = { download: 0, upload: 0 };
    for (const { counter } of countersAt(world.counting('gateway'), world.now)) {
      shown.download += counter.moved.download;
      shown.upload += counter.moved.upload;
    }
    const beyond = [...(truth.beyond.get('gateway')?.values() ?? [])];
    for (const direction of ['download', 'upload'] as const) {
      const devices = [...truth.internet.values(), ...beyond].reduce((sum, moved) => sum + moved[direction], 0);
      expect(shown[direction]).to.equal(devices);
      const own = truth.own.get('gateway')?.[direction] ?? 0;
      expect(own).to.be.greaterThan(0);
      expect(truth.wan.get('gateway')?.get('wan')?.[direction]).to.be.greaterThan(devices + own);
    }
  });
});
