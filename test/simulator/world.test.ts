import { expect } from 'chai';
import fc from 'fast-check';
import type { Traffic } from '../../src/domain/traffic.ts';
import { plus } from '../../src/domain/traffic.ts';
import { render, SCRIPTS } from '../../src/simulator/answers/answers.ts';
import { home } from '../../src/simulator/home/home.ts';
import { shown } from '../../src/simulator/world/counter.ts';
import { bytes, LAPTOP, NAS, PHONE, START, small } from '../support/simulator/small.ts';
import { createWorld, type World } from '../support/simulator/world.ts';

const NONE = bytes(0, 0);
const sum = (all: Iterable<Traffic>): Traffic => [...all].reduce(plus, NONE);
const everythingShown = (world: World): string =>
  [...world.routers.keys()].flatMap((r) => SCRIPTS.map((s) => render(world, r, s))).join('');

describe('the simulated world', () => {
  describe('bytes', () => {
    it('that a device moves are counted by its access point and by the uplink', () => {
      const world = small();
      world.transfer(LAPTOP, bytes(700, 30));
      const truth = world.truth();
      expect(truth.stations.get('attic')?.get(LAPTOP)).to.deep.equal(bytes(700, 30));
      expect(truth.air.get(LAPTOP)).to.deep.equal(bytes(700, 30));
      expect(truth.internet.get(LAPTOP)).to.deep.equal(bytes(700, 30));
      expect(truth.wan.get('gateway')?.get('wan')).to.deep.equal(bytes(700, 30));
    });

    it('that stay in the home reach no uplink, those of a wired device no access point', () => {
      const world = small();
      world.transfer(PHONE, bytes(10, 20), { lan: true });
      world.transfer(NAS, bytes(3, 4));
      const truth = world.truth();
      expect(truth.air.get(PHONE)).to.deep.equal(bytes(10, 20));
      expect(truth.air.get(NAS)).to.deep.equal(NONE);
      expect(truth.wan.get('gateway')?.get('wan')).to.deep.equal(bytes(3, 4));
    });

    it('go through the uplink that is up', () => {
      const world = small();
      world.setUplink('gateway', 'wan', false);
      expect(() => world.transfer(PHONE, bytes(1, 1))).to.throw('no uplink is up');
      world.setUplink('gateway', 'wwan', true);
      world.transfer(PHONE, bytes(1, 2));
      expect(world.truth().wan.get('gateway')?.get('wwan')).to.deep.equal(bytes(1, 2));
    });

    it('are whole, and only connected devices move them', () => {
      const world = small();
      world.disconnect(PHONE);
      expect(() => world.transfer(PHONE, bytes(1, 1))).to.throw(`${PHONE} is not connected`);
      expect(() => world.transfer(NAS, bytes(1.5, 1))).to.throw('Not bytes');
      expect(() => world.transfer(NAS, bytes(-1, 1))).to.throw('Not bytes');
    });

    it('are conserved through a life of roaming, reboots and reconnections', () => {
      const step = fc.oneof(
        fc.record({ kind: fc.constant('advance' as const), seconds: fc.double({ min: 0, max: 20_000, noNaN: true }) }),
        fc.record({ kind: fc.constant('reboot' as const), router: fc.constantFrom('gateway', 'attic', 'garden') }),
        fc.record({ kind: fc.constant('redial' as const) }),
        fc.record({ kind: fc.constant('move' as const), device: fc.nat(14), router: fc.constantFrom('gateway', 'attic', 'garden') }),
      );
      fc.assert(
        fc.property(fc.integer(), fc.array(step, { maxLength: 12 }), (seed, steps) => {
          const world = createWorld(home(seed, { start: START }));
          const macs = [...world.devices.keys()];
          for (const s of steps) {
            if (s.kind === 'advance') world.advance(s.seconds);
            if (s.kind === 'reboot') world.rebootRouter(s.router);
            if (s.kind === 'redial') world.redial('gateway', 'wan');
            const mac = s.kind === 'move' ? macs[s.device] : undefined;
            if (s.kind === 'move' && mac !== undefined && !world.device(mac).spec.wired) world.reconnect(mac, s.router, 'phy0-ap0');
          }
          const truth = world.truth();
          const through = (way: 'peers' | 'beyond') => [...truth[way].values()].flatMap((router) => [...router.values()]);
          const outside = through('peers').map(({ download, upload }) => bytes(upload, download));
          const all = [...truth.internet.values(), ...truth.own.values(), ...outside, ...through('beyond')];
          expect(truth.wan.get('gateway')?.get('wan')).to.deep.equal(sum(all));
          for (const mac of macs) {
            expect(truth.air.get(mac)).to.deep.equal(sum([...truth.stations.values()].map((router) => router.get(mac) ?? NONE)));
          }
        }),
        { numRuns: 40 },
      );
    });
  });

  describe('time', () => {
    it('gives the same world for the same seed, and another for another', () => {
      const live = (seed: number) => {
        const world = createWorld(home(seed, { start: START }));
        world.advance(30_000);
        return everythingShown(world);
      };
      expect(live(3)).to.equal(live(3));
      expect(live(3)).to.not.equal(live(4));
    });

    it('passes the same in one step and in many', () => {
      fc.assert(
        fc.property(fc.integer(), fc.array(fc.integer({ min: 0, max: 4_000_000 }), { minLength: 1, maxLength: 8 }), (seed, steps) => {
          const [one, many] = [createWorld(home(seed, { start: START })), createWorld(home(seed, { start: START }))];
          for (const ms of steps) many.advance(ms / 1000);
          one.advance((many.now - one.now) / 1000);
          expect(everythingShown(one)).to.equal(everythingShown(many));
          expect(one.truth()).to.deep.equal(many.truth());
        }),
        { numRuns: 25 },
      );
    });

    it('moves no byte of devices without habits, and never goes back', () => {
      const world = small();
      world.advance(86_400);
      expect(sum(world.truth().air.values())).to.deep.equal(NONE);
      expect(world.now).to.equal(START + 86_400_000);
      expect(() => world.advance(-1)).to.throw('Cannot advance by -1 seconds');
    });
  });

  describe('a counter', () => {
    const phone = (world: World) => world.radio('gateway', 'phy1-ap0').stations.find((s) => s.device.spec.mac === PHONE);

    it('starts at 0 when the device reconnects, on the same radio too', () => {
      const world = small();
      world.transfer(PHONE, bytes(100, 10));
      const before = phone(world);
      world.advance(5);
      const after = world.reconnect(PHONE, 'gateway', 'phy1-ap0');
      expect(after).to.not.equal(before);
      expect(before?.ended).to.equal(true);
      expect(shown(after.counter)).to.deep.equal(NONE);
      expect(after.since).to.equal(START + 5000);
      expect(world.truth().air.get(PHONE)).to.deep.equal(bytes(100, 10));
    });

    it('is beside another one when a MAC is on two radios or two routers', () => {
      const world = small();
      world.transfer(PHONE, bytes(100, 10));
      const second = world.connect(PHONE, 'gateway', 'phy0-ap0');
      const third = world.connect(PHONE, 'attic', 'phy0-ap0');
      world.transfer(PHONE, bytes(7, 7), { through: second });
      world.transfer(PHONE, bytes(1, 1));
      expect(world.device(PHONE).associations).to.have.length(3);
      expect([second, third].map((s) => shown(s.counter))).to.deep.equal([bytes(7, 7), bytes(1, 1)]);
      expect(world.truth().stations.get('gateway')?.get(PHONE)).to.deep.equal(bytes(107, 17));
      world.disconnect(PHONE, 'gateway', 'phy1-ap0');
      world.disconnect(PHONE, 'attic');
      expect(world.device(PHONE).current).to.equal(second);
    });

    it('of a router that reboots starts at 0, and so do uptime and boot id', () => {
      const world = small();
      const { bootId } = world.router('gateway');
      world.transfer(PHONE, bytes(100, 10));
      world.transfer(LAPTOP, bytes(5, 5));
      world.advance(60);
      world.rebootRouter('gateway');
      const gateway = world.router('gateway');
      expect(gateway.bootId).to.match(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
      expect(gateway.bootId).to.not.equal(bootId);
      expect(gateway.bootedAt).to.equal(world.now);
      expect(shown(world.uplink('gateway', 'wan').counter)).to.deep.equal(NONE);
      expect(world.device(PHONE).current).to.include({ since: world.now, ended: false });
      expect(shown(world.device(LAPTOP).current?.counter ?? expect.fail('the laptop is gone'))).to.deep.equal(bytes(5, 5));
      world.rebootRouter('gateway', { leave: true });
      expect(world.device(PHONE).current).to.equal(null);
      expect(world.truth().wan.get('gateway')?.get('wan')).to.deep.equal(bytes(105, 15));
    });

    it('of an uplink that is dialled again starts at 0, on another ifindex', () => {
      const world = small();
      world.redial('gateway', 'wan');
      expect(world.uplink('gateway', 'wan').ifindex).to.equal(13);
      expect(shown(world.uplink('gateway', 'wan').counter)).to.deep.equal(NONE);
    });

    it('shows what it is set to, though no byte moved', () => {
      const world = small();
      world.setCounter('gateway', { uplink: 'wan' }, bytes(2 ** 32 - 1, 9));
      world.setCounter('gateway', { mac: PHONE, radio: 'phy1-ap0' }, bytes(1000, 50));
      world.transfer(PHONE, bytes(2, 3));
      expect(shown(world.uplink('gateway', 'wan').counter)).to.deep.equal(bytes(2 ** 32 + 1, 12));
      expect(shown(world.uplink('gateway', 'wan').counter, 32)).to.deep.equal(bytes(1, 12));
      expect(shown(phone(world)?.counter ?? expect.fail())).to.deep.equal(bytes(1002, 53));
      expect(world.truth().air.get(PHONE)).to.deep.equal(bytes(2, 3));
    });
  });

  it('keeps a lease while the device is there, and until its time is over', () => {
    const world = small();
    const lease = () =>
      render(world, 'gateway', 'dhcp')
        .split('\n')
        .find((line) => line.includes(PHONE));
    world.advance(20 * 3600);
    expect(lease()).to.match(new RegExp(`^${START / 1000 + (18 + 12) * 3600} ${PHONE} `));
    world.disconnect(PHONE);
    world.advance(9 * 3600);
    expect(lease()).to.match(new RegExp(`^${START / 1000 + (18 + 12) * 3600} ${PHONE} `));
    world.advance(3600);
    expect(lease()).to.equal(undefined);
  });

  it('names what was requested and does not exist', () => {
    const world = small();
    expect(() => world.device('02:ff')).to.throw('No device has the MAC 02:ff');
    expect(() => world.rebootRouter('cellar')).to.throw('No router is called "cellar"');
    expect(() => world.connect(PHONE, 'attic', 'phy9')).to.throw('attic has no radio "phy9"');
    expect(() => world.connect(NAS, 'attic', 'phy0-ap0')).to.throw(`${NAS} is on a cable`);
  });
});
