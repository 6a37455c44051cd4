import { expect } from 'chai';
import type { OpenwrtMethod } from '../../src/domain/observation.ts';
import { site } from '../support/homes/site.ts';
import { Oracle } from '../support/simulator/oracle.ts';
import { bytes, LAPTOP, PHONE, START, small } from '../support/simulator/small.ts';
import { createWorld } from '../support/simulator/world.ts';

describe('what a meter could know', () => {
  it('begins with its first reading of a source', () => {
    const world = small();
    const oracle = new Oracle(world);
    world.transfer(PHONE, bytes(100, 10));
    oracle.read('gateway', 'stations');
    world.transfer(PHONE, bytes(5, 1));
    expect(oracle.station('gateway', PHONE)).to.deep.equal(bytes(0, 0));
    oracle.read('gateway', 'stations');
    expect(oracle.station('gateway', PHONE)).to.deep.equal(bytes(5, 1));
    expect(oracle.hasRead('gateway', 'wan')).to.equal(false);
    expect(oracle.wan('gateway', 'wan')).to.deep.equal(bytes(0, 0));
  });

  it('ends with the last reading before a counter ended, and begins again with all of the next one', () => {
    const world = small();
    const oracle = new Oracle(world);
    oracle.read('gateway', 'stations');
    world.transfer(PHONE, bytes(100, 10));
    oracle.read('gateway', 'stations');
    world.transfer(PHONE, bytes(20, 2)); // never seen by any reading
    world.reconnect(PHONE, 'gateway', 'phy1-ap0');
    world.transfer(PHONE, bytes(500, 50)); // more than before, and yet a new counter
    oracle.read('gateway', 'stations');
    expect(oracle.station('gateway', PHONE)).to.deep.equal(bytes(600, 60));
    expect(world.truth().air.get(PHONE)).to.deep.equal(bytes(620, 62));
  });

  it('holds one MAC on two radios and two routers apart, and the device together', () => {
    const world = small();
    const oracle = new Oracle(world);
    for (const router of ['gateway', 'attic']) oracle.read(router, 'stations');
    const [first, second] = [world.device(PHONE).current, world.connect(PHONE, 'gateway', 'phy0-ap0')];
    const third = world.connect(PHONE, 'attic', 'phy0-ap0');
    for (const [i, through] of [first, second, third].entries()) {
      if (through !== null) world.transfer(PHONE, bytes(10 ** i, 0), { through });
    }
    for (const router of ['gateway', 'attic']) oracle.read(router, 'stations');
    expect(oracle.station('gateway', PHONE)).to.deep.equal(bytes(11, 0));
    expect(oracle.device(PHONE)).to.deep.equal(bytes(111, 0));
  });

  it('leaves out what an answer did not show', () => {
    const world = small();
    const oracle = new Oracle(world);
    oracle.read('gateway', 'stations');
    world.transfer(PHONE, bytes(9, 9));
    oracle.learn(oracle.look('gateway', 'stations', ({ device }) => device.spec.mac !== PHONE));
    expect(oracle.station('gateway', PHONE)).to.deep.equal(bytes(0, 0));
    oracle.read('gateway', 'stations');
    expect(oracle.station('gateway', PHONE)).to.deep.equal(bytes(9, 9));
  });

  it('is what an answer showed when it was rendered, however late it is used', () => {
    const world = small();
    const oracle = new Oracle(world);
    oracle.read('gateway', 'wan');
    world.transfer(LAPTOP, bytes(1, 1));
    const look = oracle.look('gateway', 'wan');
    world.transfer(LAPTOP, bytes(1000, 1000));
    const unsure = oracle.clone();
    oracle.learn(look);
    expect(oracle.wan('gateway', 'wan')).to.deep.equal(bytes(1, 1));
    expect(unsure.wan('gateway', 'wan')).to.deep.equal(bytes(0, 0));
  });

  describe('of hosts and peers', () => {
    const counted = (method: OpenwrtMethod = 'nftables') => createWorld(site(1, START, { method }));
    const [ONE, TWO, SENSOR] = ['02:00:00:00:00:01', '02:00:00:00:00:04', '02:00:00:00:01:00'];
    const KEY = 'xTIBA5rboUvnH4htodjb6e697QjLERt1NAB4mZqp8Dg=';
    /** The meter has read all of the gateway in one round. */
    const read = (oracle: Oracle) =>
      oracle.learnRound((['stations', 'neighbours', 'hosts', 'peers'] as const).map((source) => oracle.look('gateway', source)));

    it('is everything that moved while a table existed, and what its successor shows', () => {
      const world = counted();
      const oracle = new Oracle(world, 'hosts');
      read(oracle);
      read(oracle); // what the second answer shows, the first may have missed
      world.transfer(ONE, bytes(100, 10));
      read(oracle);
      world.transfer(ONE, bytes(20, 2)); // never seen by any reading
      world.countHosts('gateway');
      world.transfer(ONE, bytes(500, 50), { by: 'IPv6' });
      read(oracle);
      expect(oracle.host('gateway', ONE)).to.deep.equal(bytes(600, 60));
      expect(oracle.device(ONE)).to.deep.equal(bytes(600, 60));
      expect(oracle.station('gateway', ONE)).to.deep.equal(bytes(620, 62));
    });

    it('is not more than figures show if rules start again without a trace', () => {
      const world = counted('iptables');
      const oracle = new Oracle(world, 'hosts');
      read(oracle);
      world.transfer(ONE, bytes(100, 10));
      read(oracle);
      world.countHosts('gateway');
      world.transfer(ONE, bytes(130, 3));
      read(oracle);
      expect(oracle.host('gateway', ONE)).to.deep.equal(bytes(130, 13));
    });

    it('waits half a day for the MAC of an address', () => {
      const world = counted('iptables');
      const oracle = new Oracle(world, 'hosts');
      world.setMet(SENSOR, false);
      read(oracle);
      world.transfer(SENSOR, bytes(100, 10));
      read(oracle);
      expect([oracle.unknown('gateway'), oracle.device(SENSOR)]).to.deep.equal([bytes(100, 10), bytes(0, 0)]);
      const late = oracle.clone();
      world.advance(12 * 3600);
      world.setMet(SENSOR, true);
      read(oracle);
      expect([oracle.unknown('gateway'), oracle.device(SENSOR)]).to.deep.equal([bytes(0, 0), bytes(100, 10)]);
      world.advance(1);
      read(late);
      expect([late.unknown('gateway'), late.device(SENSOR)]).to.deep.equal([bytes(100, 10), bytes(0, 0)]);
    });

    it('goes over from stations to hosts where the one has ended, and never back', () => {
      const world = counted();
      world.transfer(TWO, bytes(1, 1));
      const oracle = new Oracle(world, 'auto');
      read(oracle);
      world.transfer(TWO, bytes(9, 0), { lan: true });
      read(oracle);
      expect([oracle.feeding, oracle.device(TWO)]).to.deep.equal(['stations', bytes(9, 0)]);
      world.transfer(TWO, bytes(100, 10));
      const apart = oracle.clone();
      read(oracle);
      expect([oracle.feeding, oracle.device(TWO)]).to.deep.equal(['hosts', bytes(109, 10)]);
      apart.learnRound(
        (['stations', 'hosts'] as const).map((source) => apart.look('gateway', source)),
        true,
      );
      expect([apart.feeding, apart.device(TWO)]).to.deep.equal(['hosts', bytes(9, 0)]);
      world.transfer(TWO, bytes(7, 0), { lan: true });
      read(oracle);
      expect(oracle.device(TWO)).to.deep.equal(bytes(109, 10));
    });

    it('does not know of a counter that is new to hosts when they take over whether stations have fed its bytes', () => {
      const world = counted();
      const oracle = new Oracle(world, 'auto');
      read(oracle);
      read(oracle);
      world.transfer(TWO, bytes(100, 10));
      read(oracle);
      expect([oracle.feeding, oracle.device(TWO)]).to.deep.equal(['hosts', bytes(0, 0)]);
      world.transfer(TWO, bytes(7, 1));
      read(oracle);
      expect([oracle.host('gateway', TWO), oracle.device(TWO)]).to.deep.equal([bytes(107, 11), bytes(7, 1)]);
    });

    it('of a peer ends with its interface, and continues if it was only removed, as far as figures show', () => {
      const world = counted();
      const oracle = new Oracle(world);
      read(oracle);
      const move = (download: number, upload: number) => world.transferPeer('gateway', KEY, bytes(download, upload));
      move(100, 10);
      read(oracle);
      world.setPeer('gateway', KEY, false);
      read(oracle);
      world.setPeer('gateway', KEY, true);
      move(101, 11);
      read(oracle);
      expect(oracle.peer('gateway', 'wg0', KEY)).to.deep.equal(bytes(101, 11));
      world.restartTunnel('gateway', 'wg0');
      move(500, 50);
      read(oracle);
      expect(oracle.peer('gateway', 'wg0', KEY)).to.deep.equal(bytes(601, 61));
    });
  });
});
