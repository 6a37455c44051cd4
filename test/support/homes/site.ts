import type { CountingSpec, DeviceSpec, TunnelSpec, WorldSpec } from '../../../src/simulator/spec.ts';

const GB = 1e9;

/**
 * Three routers with two radios each, and devices that move only what a script tells them to. Where the gateway counts hosts it has
 * WireGuard peers too, and the home has IPv6.
 */
export function site(seed: number, start: number, counting?: Pick<CountingSpec, 'method' | 'size'>): WorldSpec {
  const names = ['gateway', 'attic', 'garden'];
  return {
    seed,
    start,
    routers: names.map((name, i) => ({
      name,
      uptime: 86_400 * (i + 1),
      radios: [
        { interface: 'phy0-ap0', frequency: 2437, ssid: 'Site' },
        { interface: 'phy1-ap0', frequency: 5180, ssid: 'Site' },
      ],
      ...(name === 'gateway' && {
        ...(counting && { counting: { ...counting, networks: [['lan', 'br-lan'] as const] }, tunnels: TUNNELS }),
        uplinks: [{ name: 'wan', device: 'pppoe-wan', ifindex: 9, protocol: 'pppoe', shows: { download: 6 * GB, upload: 5 * GB } }],
      }),
    })),
    devices: [...Array.from({ length: 7 }, (_, i) => wireless(i, names[i % 3] ?? 'gateway')), ...names.map(fixed), WIRED].map((device) =>
      counting === undefined || isFixed(device) ? device : { ...device, slaac: '2001:db8:0:1' },
    ),
  };
}

const TUNNELS: TunnelSpec[] = [
  {
    interface: 'wg0',
    ifindex: 20,
    peers: ['xTIBA5rboUvnH4htodjb6e697QjLERt1NAB4mZqp8Dg=', 'HIgo9xNzJMWLKASShiTqIybxZ0U3wGLiUeJ1PKf8ykw='].map((publicKey, i) => ({
      publicKey,
      name: `traveller-${i + 1}`,
      address: `10.7.0.${i + 2}`,
      endpoint: `203.0.113.${i + 9}:51820`,
    })),
  },
];

export const WIRED: DeviceSpec = { mac: '02:00:00:00:00:ff', hostname: 'desktop', address: '192.168.1.99', wired: true };

/** One on each router that is never away, so that no list is empty. */
export const isFixed = (device: DeviceSpec): boolean => device.addressing === 'static';

function fixed(router: string, index: number): DeviceSpec {
  return {
    mac: `02:00:00:00:01:0${index}`,
    name: `sensor-${router}`,
    addressing: 'static',
    address: `192.168.1.${50 + index}`,
    places: [{ router, interface: 'phy0-ap0', weight: 1, signal: -70 }],
  };
}

function wireless(index: number, router: string): DeviceSpec {
  return {
    mac: `02:00:00:00:00:${String(index + 1).padStart(2, '0')}`,
    // One device in three gives no name.
    ...(index % 3 !== 2 && { hostname: `device-${index + 1}` }),
    address: `192.168.1.${10 + index}`,
    places: [{ router, interface: index % 2 === 0 ? 'phy1-ap0' : 'phy0-ap0', weight: 1, signal: -55 }],
  };
}
