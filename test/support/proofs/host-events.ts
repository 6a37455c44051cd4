import type { Random } from '../../../src/simulator/random.ts';
import type { DeviceState } from '../../../src/simulator/world/state.ts';
import { isFixed } from '../homes/site.ts';
import type { World } from '../simulator/world.ts';
import { type Events, wildEvents } from './events.ts';

/**
 * Anything that happens to hosts and peers besides what happens on the air: two kinds of address, tables created again, firewalls that are
 * stopped for a while, addresses that go from one to another, neighbours that are not known, tunnels that go down, peers that are taken off.
 */
export function hostEvents(world: World, random: Random, pause = 0): Events {
  const base = wildEvents(world, random, pause);
  const peers = world.router('gateway').tunnels.flatMap(({ peers }) => peers);

  function bytesMove(): void {
    for (const device of world.devices.values()) {
      const connected = device.current !== null || device.spec.wired === true;
      if (connected && !isFixed(device.spec) && random.next() < 0.5) world.transfer(device.spec.mac, amount(random), { by: 'IPv6' });
      // Nobody hears from it, but it is sent something.
      if (connected && random.next() < 0.1) world.transfer(device.spec.mac, { download: 1 + random.int(5000), upload: 0 });
    }
    for (const { spec, active } of peers) {
      if (active && random.next() < 0.7) world.transferPeer('gateway', spec.publicKey, amount(random), { lan: random.next() < 0.5 });
    }
  }

  function somethingChanges(): void {
    const counting = world.counting('gateway');
    const chance = random.next();
    if (chance < (counting.there ? 0.03 : 0.5)) world.countHosts('gateway');
    else if (chance < 0.06) world.stopCounting('gateway');
    if (random.next() < 0.1) world.saveHosts('gateway');
    if (random.next() < 0.2) addressChangesHands();
    for (const { spec, unmet } of world.devices.values()) if (isFixed(spec) && random.next() < 0.08) world.setMet(spec.mac, unmet);
    if (random.next() < 0.04) world.restartTunnel('gateway', 'wg0');
    for (const { spec, active } of peers) if (random.next() < (active ? 0.05 : 0.3)) world.setPeer('gateway', spec.publicKey, !active);
  }

  function addressChangesHands(): void {
    const movable = [...world.devices.values()].filter(({ spec }) => !spec.wired && !isFixed(spec));
    const free = movable.filter(({ current, lease }: DeviceState) => current === null && lease === null);
    const [from, to] = [free, movable].map((list) => (list.length === 0 ? undefined : random.pick(list)));
    if (from !== undefined && to !== undefined && from !== to) world.takeAddress(to.spec.mac, from.address);
  }

  return {
    ...base,
    happen(calm) {
      if (!calm) somethingChanges();
      base.happen(calm);
      bytesMove();
    },
  };
}

const amount = (random: Random) => ({ download: random.int(150_000), upload: random.int(random.next() < 0.1 ? 400_000 : 30_000) });
