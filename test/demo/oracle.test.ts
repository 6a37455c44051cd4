import { expect } from 'chai';
import { Oracle } from '../../src/demo/oracle.ts';
import { bytes, LAPTOP, PHONE, small } from './small.ts';

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
    world.transfer(PHONE, bytes(20, 2)); // nobody will ever know
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
});
