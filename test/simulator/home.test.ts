import { expect } from 'chai';
import { isRandomized } from '../../src/domain/mac.ts';
import { total } from '../../src/domain/traffic.ts';
import { home } from '../../src/simulator/home/home.ts';
import { scaled } from '../support/simulator/scale.ts';
import { START } from '../support/simulator/small.ts';
import { createWorld, type World } from '../support/simulator/world.ts';

const DAY = 86_400;
const named = (world: World, name: string): string => {
  const device = [...world.devices.values()].find(({ spec }) => spec.hostname === name || spec.name === name);
  return device?.spec.mac ?? expect.fail(`nobody is called ${name}`);
};

describe('the home', () => {
  const midnight = Date.UTC(2025, 10, 17);
  const world = createWorld(home(5, { start: midnight - 60 * 60_000, utcOffset: 60 }));
  const perHour: ReturnType<World['truth']>[] = [world.truth()];
  const placesOf = new Map<string, Set<string>>();
  before(() => {
    for (let minute = 0; minute < 7 * 1440; minute++) {
      world.advance(60);
      if (minute % 60 === 59) perHour.push(world.truth());
      for (const { spec, current } of world.devices.values()) {
        if (current === null) continue;
        const places = placesOf.get(spec.mac) ?? new Set();
        placesOf.set(spec.mac, places.add(`${current.router.spec.name} ${current.radio.spec.interface}`));
      }
    }
  });
  /** Bytes over the week in these local hours. */
  const during = (mac: string, from: number, to: number): number =>
    perHour.slice(1).reduce((sum, truth, i) => {
      const moved = (t: typeof truth | undefined) => total(t?.internet.get(mac) ?? { download: 0, upload: 0 });
      return i % 24 >= from && i % 24 < to ? sum + moved(truth) - moved(perHour[i]) : sum;
    }, 0);

  it('has phones that roam between access points and radios, and things that stay where they are', () => {
    expect(placesOf.get(named(world, 'annas-phone'))?.size).to.be.greaterThan(3);
    expect(placesOf.get(named(world, 'living-room-tv'))?.size).to.equal(1);
    expect(placesOf.get(named(world, 'nas'))).to.equal(undefined);
  });

  it('streams in the evening and sleeps at night', () => {
    const tv = named(world, 'living-room-tv');
    expect(during(tv, 19, 24)).to.be.greaterThan(20e9);
    expect(during(tv, 3, 15)).to.be.lessThan(1e9);
    expect(during(named(world, 'nas'), 2, 7)).to.be.greaterThan(3 * during(named(world, 'nas'), 8, 24));
    expect(during(named(world, 'weather-station'), 0, 24)).to.be.within(1e6, 100e6);
  });

  it('fills its uplink as a family does: some 100 GB a week, never faster than a good line', () => {
    const week = world.truth().wan.get('gateway')?.get('wan') ?? expect.fail('no uplink');
    expect(week.download).to.be.within(100e9, 1000e9);
    expect(week.upload).to.be.lessThan(week.download / 2);
  });

  it('has random MACs on phones alone, a guest without a name, and devices on cables', () => {
    const specs = [...world.devices.values()].map((d) => d.spec);
    const random = specs.filter((d) => isRandomized(d.mac));
    expect(random.map((d) => d.hostname)).to.deep.equal(['annas-phone', 'iPhone', undefined]);
    expect(specs.filter((d) => d.wired)).to.have.length(2);
    expect(new Set(specs.map((d) => d.address)).size).to.equal(specs.length);
    expect(named(createWorld(home(6, { start: START })), 'annas-phone')).to.not.equal(named(world, 'annas-phone'));
  });

  it('sees stations linger where they no longer are', () => {
    const other = createWorld(home(5, { start: START }));
    let lingering = 0;
    for (let minute = 0; minute < 1440; minute++) {
      other.advance(60);
      lingering = Math.max(lingering, ...[...other.devices.values()].map((d) => d.associations.length));
    }
    expect(lingering).to.be.greaterThan(1);
  });
});

describe('a scaled world', () => {
  it('of 5,000 devices moves on', () => {
    const world = createWorld(scaled({ seed: 1, start: START, devices: 5000, routers: 10 }));
    world.advance(DAY);
    expect([...world.routers.values()].map((r) => r.radios.flatMap((radio) => radio.stations).length)).to.deep.equal(Array(10).fill(500));
    expect(world.truth().wan.get('gateway')?.get('wan')?.download).to.be.greaterThan(1e12);
  });

  it('refuses more devices than it has addresses for', () => {
    expect(() => scaled({ seed: 1, start: START, devices: 70_000, routers: 1 })).to.throw(
      'At most 65536 devices have an address here, not 70000',
    );
  });
});
