import { createRandom } from '../random.ts';
import type { DeviceSpec } from '../spec.ts';
import { hours } from '../spec.ts';
import { BROWSING, CALL, FILM, KB, MB, PHOTOS, PRINTING, phone, SHORT_CLIPS, trickle, UPDATE } from './lives.ts';
import { everywhere, only } from './places.ts';

/** A prefix for documentation; what is old or small has no IPv6 but that of the LAN. */
const IPV6 = { slaac: '2001:db8:5c1a:1' };

/** What the people of the home own. */
export function devices(seed: number): DeviceSpec[] {
  return owned(seed).map(withClientId);
}

function owned(seed: number): DeviceSpec[] {
  const madeUp = (name: string) => randomMac(seed, name);
  return [
    // Phones invent their MAC for every network.
    {
      mac: madeUp('anna'),
      hostname: 'annas-phone',
      ...ip(20),
      ...IPV6,
      places: everywhere('attic'),
      life: phone([BROWSING, SHORT_CLIPS, CALL, PHOTOS]),
    },
    {
      mac: madeUp('ben'),
      hostname: 'iPhone',
      ...ip(21),
      ...IPV6,
      places: everywhere('gateway'),
      life: phone([BROWSING, SHORT_CLIPS, PHOTOS]),
    },
    {
      mac: vendorMac(1),
      hostname: 'annas-laptop',
      ...ip(22),
      ...IPV6,
      places: [...everywhere('gateway').slice(0, 1), ...only('attic', '5', -49)],
      life: {
        presence: hours([0, 1], [10, 0.9], [16, 1]),
        use: hours([0, 0], [8, 0.5], [9, 0.75], [12, 0.3], [13, 0.75], [17, 0.3], [20, 0.2], [23, 0]),
        activities: [{ ...BROWSING, weight: 4 }, { ...CALL, weight: 3 }, PRINTING, UPDATE],
        idle: { download: 420, upload: 310 },
        weekend: 0.3,
      },
    },
    {
      mac: vendorMac(2),
      hostname: 'ben-thinkpad',
      ...ip(23),
      ...IPV6,
      places: only('gateway', '5', -57),
      life: {
        presence: hours([0, 1], [8, 0.4], [18, 1]),
        use: hours([0, 0.05], [1, 0], [18, 0.3], [20, 0.5], [23, 0.2]),
        activities: [BROWSING, SHORT_CLIPS, UPDATE, PRINTING],
        idle: { download: 380, upload: 240 },
      },
    },
    {
      mac: vendorMac(3),
      hostname: 'living-room-tv',
      ...ip(24),
      ...IPV6,
      places: only('gateway', '5', -47),
      life: {
        presence: 1,
        use: hours([0, 0.05], [1, 0], [16, 0.2], [19, 0.7], [20, 0.92], [22, 0.75], [23, 0.3]),
        activities: [{ ...FILM, download: 2.6 * MB }],
        idle: { download: 120, upload: 90 },
        weekend: 1.15,
      },
    },
    {
      mac: vendorMac(4),
      hostname: 'games-console',
      ...ip(25),
      ...IPV6,
      places: only('attic', '5', -44),
      life: {
        presence: 1,
        use: hours([0, 0.1], [1, 0.02], [15, 0.25], [19, 0.5], [22, 0.3]),
        activities: [
          { weight: 6, download: 28 * KB, upload: 19 * KB, seconds: 2400 },
          { weight: 1, download: 11 * MB, upload: 120 * KB, seconds: 900 },
        ],
        idle: { download: 200, upload: 160 },
        weekend: 1.6,
      },
    },
    {
      mac: vendorMac(5),
      hostname: 'kids-tablet',
      ...ip(26),
      ...IPV6,
      places: everywhere('attic').filter((p) => p.router !== 'gateway' || p.interface === 'phy1-ap0'),
      life: {
        presence: 1,
        use: hours([0, 0], [7, 0.1], [8, 0], [14, 0.5], [19, 0.15], [20, 0]),
        activities: [SHORT_CLIPS, FILM],
        idle: { download: 90, upload: 80 },
      },
    },
    {
      mac: vendorMac(6),
      hostname: 'kitchen-radio',
      ...ip(27),
      places: only('gateway', '2.4', -58),
      life: {
        presence: 1,
        use: hours([0, 0], [6, 0.8], [9, 0.3], [12, 0.6], [14, 0.2], [17, 0.5], [20, 0.1], [22, 0]),
        activities: [{ weight: 1, download: 24 * KB, upload: 1.2 * KB, seconds: 3600 }],
        idle: { download: 41, upload: 28 },
      },
    },
    { mac: vendorMac(7), hostname: 'weather-station', ...ip(28), places: only('garden', '2.4', -69), life: trickle(12, 45) },
    { mac: vendorMac(8), hostname: 'thermostat', ...ip(29), places: only('attic', '2.4', -61), life: trickle(18, 22) },
    {
      mac: vendorMac(9),
      hostname: 'doorbell',
      ...ip(30),
      places: only('garden', '2.4', -64),
      life: {
        presence: 1,
        use: hours([0, 0.01], [7, 0.08], [9, 0.04], [16, 0.08], [20, 0.02]),
        activities: [{ weight: 1, download: 9 * KB, upload: 260 * KB, seconds: 35 }],
        idle: { download: 60, upload: 110 },
      },
    },
    {
      mac: vendorMac(10),
      address: '192.168.1.6',
      addressing: 'static',
      name: 'printer',
      places: only('gateway', '2.4', -60),
      life: {
        presence: 1,
        use: 0.01,
        activities: [{ weight: 1, download: 160 * KB, upload: 8 * KB, seconds: 15, lan: true }],
        idle: { download: 15, upload: 25 },
      },
    },
    {
      // A visitor whose phone gives no name.
      mac: madeUp('guest'),
      address: '192.168.1.31',
      ...IPV6,
      places: everywhere('gateway'),
      life: { ...phone([BROWSING, SHORT_CLIPS]), presence: hours([0, 0.3], [9, 0.2], [12, 0.5], [14, 0.7], [18, 0.85], [23, 0.4]) },
    },
    {
      mac: vendorMac(11),
      address: '192.168.1.5',
      addressing: 'hosts',
      name: 'nas',
      wired: true,
      life: {
        presence: 1,
        use: hours([0, 0.02], [2, 0.6], [5, 0.02]),
        activities: [{ weight: 1, download: 25 * KB, upload: 2.1 * MB, seconds: 1200 }],
        idle: { download: 150, upload: 120 },
      },
    },
    {
      mac: vendorMac(12),
      hostname: 'workshop-pc',
      ...ip(33),
      ...IPV6,
      wired: true,
      life: {
        presence: hours([0, 0.2], [9, 0.8], [22, 0.4]),
        use: hours([0, 0.05], [9, 0.4], [18, 0.25], [22, 0.1]),
        activities: [BROWSING, { ...UPDATE, weight: 0.5 }],
        idle: { download: 300, upload: 200 },
      },
    },
  ];
}

/** A device with a name sends its MAC as client id, as most systems do. */
function withClientId(device: DeviceSpec): DeviceSpec {
  return device.hostname === undefined ? device : { ...device, clientId: `01:${device.mac}` };
}

function ip(last: number): Pick<DeviceSpec, 'address' | 'address6' | 'duid'> {
  const address = `192.168.1.${last}`;
  const node = last.toString(16);
  return { address, address6: `fd5c:1a2b:3c4d::${node}`, duid: `000100012c8f5a1b02005e0053${node.padStart(2, '0')}` };
}

/** From the block that is set aside for documentation: no vendor's. */
function vendorMac(last: number): string {
  return `00:00:5e:00:53:${last.toString(16).padStart(2, '0')}`;
}

/** As a phone makes one up: locally administered, unicast. */
function randomMac(seed: number, name: string): string {
  const random = createRandom(seed, name, 'mac');
  const octets = [random.int(64) * 4 + 2, ...Array.from({ length: 5 }, () => random.int(256))];
  return octets.map((octet) => octet.toString(16).padStart(2, '0')).join(':');
}
