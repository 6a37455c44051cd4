import type { RouterSpec, WorldSpec } from '../spec.ts';
import { devices } from './devices.ts';
import { GB, UPLINK_LIFE } from './lives.ts';
import { peers } from './peers.ts';

/** A family's home: a gateway, an access point in the attic, one in the garden, and what people own. */
export function home(seed: number, options: Pick<WorldSpec, 'start' | 'utcOffset' | 'script'>): WorldSpec {
  return { seed, ...options, routers: [gateway(seed), ...ACCESS_POINTS], devices: devices(seed) };
}

/** Counts the hosts of the LAN and of the tunnel, and is the WireGuard server. */
function gateway(seed: number): RouterSpec {
  return {
    name: 'gateway',
    model: 'Linksys E8450 (UBI)',
    release: 'OpenWrt 24.10.0 r28427-6df0e3d02a',
    uptime: 19 * 86_400 + 7_413.4,
    radios: radios('Our Home'),
    uplinks: [{ name: 'wan', device: 'pppoe-wan', ifindex: 12, protocol: 'pppoe', shows: { download: 412.6 * GB, upload: 58.3 * GB } }],
    life: UPLINK_LIFE,
    counting: {
      method: 'nftables',
      networks: [
        ['lan', 'br-lan'],
        ['vpn', 'wg0'],
      ],
    },
    tunnels: [{ interface: 'wg0', ifindex: 14, peers: peers(seed) }],
  };
}

const ACCESS_POINTS: RouterSpec[] = [
  {
    name: 'attic',
    model: 'Xiaomi Mi Router 4A Gigabit',
    release: 'OpenWrt 23.05.5 r24106-10cc5fcd00',
    uptime: 6 * 86_400 + 1_120.7,
    radios: radios('Our Home'),
  },
  {
    name: 'garden',
    model: 'Ubiquiti UniFi AC Mesh',
    release: 'OpenWrt 23.05.5 r24106-10cc5fcd00',
    uptime: 2 * 86_400 + 40_911.2,
    radios: radios('Our Home'),
  },
];

function radios(ssid: string): RouterSpec['radios'] {
  return [
    { interface: 'phy0-ap0', frequency: 2437, ssid },
    { interface: 'phy1-ap0', frequency: 5180, ssid },
  ];
}
