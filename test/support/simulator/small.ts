import type { WorldSpec } from '../../../src/simulator/spec.ts';
import { createWorld, type World } from './world.ts';

export const START = Date.UTC(2025, 10, 20, 18, 0, 0);
export const PHONE = '02:00:00:00:00:01';
export const LAPTOP = '02:00:00:00:00:02';
export const NAS = '02:00:00:00:00:03';

export const SMALL: WorldSpec = {
  seed: 1,
  start: START,
  routers: [
    {
      name: 'gateway',
      model: 'Test Box 1',
      release: 'OpenWrt 24.10.0 r28427-6df0e3d02a',
      uptime: 1000,
      radios: [
        { interface: 'phy0-ap0', frequency: 2437, ssid: 'Home' },
        { interface: 'phy1-ap0', frequency: 5180, ssid: 'Home, Sweet Home' },
      ],
      uplinks: [
        { name: 'wan', device: 'pppoe-wan', ifindex: 12, protocol: 'pppoe', shows: { download: 5000, upload: 300 } },
        { name: 'wwan', device: 'wwan0', ifindex: 7, protocol: 'qmi', up: false },
      ],
    },
    { name: 'attic', uptime: 50.25, radios: [{ interface: 'phy0-ap0', frequency: 5180, ssid: 'Home' }] },
  ],
  devices: [
    {
      mac: PHONE,
      hostname: 'phone',
      address: '192.168.1.10',
      address6: 'fd00::10',
      duid: '000100012c8f5a1b020000000001',
      clientId: `01:${PHONE}`,
      places: [{ router: 'gateway', interface: 'phy1-ap0', weight: 1, signal: -50 }],
    },
    { mac: LAPTOP, address: '192.168.1.11', places: [{ router: 'attic', interface: 'phy0-ap0', weight: 1, signal: -60 }] },
    { mac: NAS, address: '192.168.1.5', addressing: 'static', name: 'nas', wired: true },
    { mac: '02:00:00:00:00:04', address: '192.168.1.6', addressing: 'hosts', name: 'printer' },
  ],
};

/** Two routers and four devices that move only what a test moves. */
export const small = (): World => createWorld(SMALL);

export const bytes = (download: number, upload: number) => ({ download, upload });
