import { createRandom } from '../../../src/simulator/random.ts';
import type { DeviceSpec, Life, RouterSpec, WorldSpec } from '../../../src/simulator/spec.ts';

/** A world of any size that costs little to move: devices stay where they are and change their rate seldom. */
export function scaled(options: { seed: number; start: number; devices: number; routers: number }): WorldSpec {
  const { seed, start, devices, routers } = options;
  if (devices > 65_536) throw new RangeError(`At most 65536 devices have an address here, not ${devices}`);
  const names = Array.from({ length: routers }, (_, i) => (i === 0 ? 'gateway' : `ap-${String(i).padStart(2, '0')}`));
  return {
    seed,
    start,
    routers: names.map(router),
    devices: Array.from({ length: devices }, (_, i) => device(seed, i, names[i % routers] ?? 'gateway')),
  };
}

function router(name: string, index: number): RouterSpec {
  const radios = [2437, 5180].map((frequency, i) => ({ interface: `phy${i}-ap0`, frequency, ssid: 'Big House' }));
  if (index > 0) return { name, radios };
  return { name, radios, uplinks: [{ name: 'wan', device: 'eth1', ifindex: 3, protocol: 'dhcp' }] };
}

function device(seed: number, index: number, routerName: string): DeviceSpec {
  const [high, low] = [index >> 8, index & 255];
  const random = createRandom(seed, index);
  const life: Life = {
    presence: 1,
    use: 0,
    activities: [],
    idle: { download: random.int(200_000), upload: random.int(20_000) },
    bursts: 300,
  };
  return {
    mac: `02:00:00:00:${hex(high)}:${hex(low)}`,
    hostname: `device-${String(index).padStart(5, '0')}`,
    address: `10.1.${high}.${low}`,
    clientId: `01:02:00:00:00:${hex(high)}:${hex(low)}`,
    places: [{ router: routerName, interface: random.next() < 0.3 ? 'phy0-ap0' : 'phy1-ap0', weight: 1, signal: -40 - random.int(35) }],
    life,
  };
}

const hex = (octet: number): string => octet.toString(16).padStart(2, '0');
