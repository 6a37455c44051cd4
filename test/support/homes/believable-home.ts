import type { Traffic } from '../../../src/domain/traffic.ts';
import type { View } from '../../../src/views/view.ts';
import { peer, peers } from '../wireguard/peers.ts';
import { type Answers, hosts, leases, openHome, type SmallHome, stations, system, wan } from './small-home.ts';

const MB = 1e6;
const HOUR = 3_600_000;

/** Name, MAC, last number of the address, access point, radio, dBm, MB down and up on a usual day; absent = not on the air now. */
const DEVICES: readonly (readonly [string, string, number, string, '2.4' | '5', number, number, number, 'absent'?])[] = [
  ['living-room-tv', '00:00:5e:00:53:03', 24, 'gateway', '5', -47, 9400, 130],
  ['annas-laptop', '00:00:5e:00:53:01', 22, 'attic', '5', -49, 4100, 1150],
  ['games-console', '00:00:5e:00:53:04', 25, 'attic', '5', -44, 3300, 210],
  ['annas-phone', '3e:5b:0f:91:c2:7d', 20, 'gateway', '5', -58, 1450, 390],
  ['kids-tablet', '00:00:5e:00:53:05', 26, 'attic', '5', -63, 1320, 70],
  ['iPhone', '92:1c:44:e8:06:b3', 21, 'garden', '5', -67, 980, 320],
  ['ben-thinkpad', '00:00:5e:00:53:02', 23, 'gateway', '5', -57, 860, 150, 'absent'],
  ['kitchen-radio', '00:00:5e:00:53:06', 27, 'gateway', '2.4', -58, 310, 15],
  ['doorbell', '00:00:5e:00:53:09', 30, 'garden', '2.4', -64, 14, 190],
  ['thermostat', '00:00:5e:00:53:08', 29, 'attic', '2.4', -61, 3, 2],
  ['weather-station', '00:00:5e:00:53:07', 28, 'garden', '2.4', -78, 1, 1],
  ['printer', '00:00:5e:00:53:0a', 6, 'gateway', '2.4', -60, 1, 0.3],
];

/** On a cable, so that the gateway alone sees them: name, MAC, last number of the address, MB down and up on a usual day. */
const WIRED: readonly (readonly [string, string, number, number, number])[] = [
  ['workshop-pc', '00:00:5e:00:53:0c', 33, 720, 45],
  ['nas', '00:00:5e:00:53:0b', 5, 160, 205],
];

/** Name, last number of the tunnel's address, MB down and up on a usual day (none: it never came), minutes since its last handshake. */
const PEERS: readonly (readonly [string, number, number, number, number])[] = [
  ['bens-laptop', 3, 310, 42, 1],
  ['grandmas-tablet', 5, 190, 12, 0.5],
  ['summer-house', 4, 15, 140, 1.5],
  ['annas-phone', 2, 9, 2, 190],
  ['guest-laptop', 6, 0, 0, 0],
];

/** What an access point carries beside what goes to the Internet. */
const AT_HOME = 1.04;

const ROUTERS = {
  gateway: ['http://192.168.1.1'],
  attic: ['http://192.168.1.2'],
  garden: ['http://192.168.1.3'],
};

const RADIOS = [
  ['phy0-ap0', 2437],
  ['phy1-ap0', 5180],
] as const;

/** Three weeks in the life of a family, read twice a day; the garden's access point has just lost its power. */
export async function believableHome(): Promise<{ home: SmallHome; now: number; view: (changes?: Partial<View>) => View }> {
  const home = await openHome({
    routers: ROUTERS,
    accounting: 'hosts',
    aliases: new Map([['92:1c:44:e8:06:b3', { name: 'Ben’s phone', mac: '92:1c:44:e8:06:b3', user: 'ben' }]]),
  });
  const begin = Date.UTC(2026, 9, 30, 23);
  const end = Date.UTC(2026, 10, 20, 18, 24);
  for (let at = begin, step = 0; at <= end; at += 12 * HOUR, step += 1) await home.read(at, answersAt(at, step, false));
  await home.read(end - 21_000, answersAt(end, 41.8, false));
  await home.read(end - 6000, answersAt(end, 41.81, true));
  return { home, now: end, view: (changes) => home.view(end, changes) };
}

function answersAt(at: number, step: number, gardenIsDown: boolean): Answers {
  const uptime = (days: number) => 86_400 * days + at / 1000 - Date.UTC(2026, 10, 20) / 1000;
  const says = (model: string, days: number, boot: string) =>
    system({ model, uptime: uptime(days), time: Math.round(at / 1000), bootId: boot });
  const down = { reason: 'connect', message: 'Cannot connect to 192.168.1.3:80: no route to host (EHOSTUNREACH)' } as const;
  const inAttic = { system: says('Xiaomi Mi Router 4A Gigabit', 32, 'b'), sources: { stations: air('attic', step), ...NO_MORE } };
  const inGarden = { system: says('Ubiquiti UniFi AC Mesh', 40, 'c'), sources: { stations: air('garden', step), ...NO_MORE } };
  return {
    gateway: {
      system: says('Linksys E8450 (UBI)', 45, 'a'),
      sources: {
        stations: air('gateway', step),
        wan: wan([{ name: 'wan', bytes: scale({ download: 24_900 * MB, upload: 4100 * MB }, step) }]),
        leases: leases([...DEVICES, ...WIRED].map(([hostname, mac, last]) => ({ mac, hostname, ip: ipOf(last) }))),
        neighbours: { source: 'neighbours', neighbours: [] },
        hosts: routed(step),
        peers: travellers(at, step),
      },
    },
    attic: inAttic,
    garden: gardenIsDown ? { sources: { stations: down, wan: down, leases: down, neighbours: down } } : inGarden,
  };
}

function air(router: string, step: number) {
  const here = DEVICES.filter((device) => device[3] === router && !(device[8] === 'absent' && step > 41));
  return stations(
    here.map(([, mac, , , band, signal, download, upload], index) => ({
      mac,
      interface: band === '5' ? 'phy1-ap0' : 'phy0-ap0',
      signal,
      bytes: scale({ download: download * MB * AT_HOME, upload: upload * MB * AT_HOME }, step, index + 1),
    })),
    RADIOS,
  );
}

/** The counter of a device that has left keeps its value. */
function routed(step: number) {
  const onAir = DEVICES.map(([, mac, last, router, , , download, upload, absent], index) => {
    const which = DEVICES.slice(0, index).filter((device) => device[3] === router).length + 1;
    const until = absent === undefined ? step : Math.min(step, 41);
    return { mac, ip: ipOf(last), bytes: scale({ download: download * MB, upload: upload * MB }, until, which) };
  });
  const onCable = WIRED.map(([, mac, last, download, upload]) => {
    return { mac, ip: ipOf(last), bytes: scale({ download: download * MB, upload: upload * MB }, step, last) };
  });
  return hosts([...onAir, ...onCable]);
}

function travellers(at: number, step: number) {
  const active = PEERS.map(([name, last, download, upload, minutes]) => {
    const came = download > 0;
    const known = { name, allowedIps: [`10.7.0.${last}/32`], endpoint: came ? `198.51.100.${last}:51820` : null };
    const latestHandshake = came ? Math.floor(at / 1000 - 60 * minutes) : 0;
    return peer(last, { ...known, latestHandshake, bytes: scale({ download: download * MB, upload: upload * MB }, step, last) });
  });
  const revoked = { name: 'old-tablet', allowedIps: ['10.7.0.7/32'], endpoint: null, state: 'revoked', bytes: null } as const;
  return peers([...active, peer(7, { ...revoked, allowedIps: [...revoked.allowedIps] })]);
}

const ipOf = (last: number): string => `192.168.1.${last}`;

/** What an access point has to say beside its stations. */
const NO_MORE: Answers[string]['sources'] = { wan: wan([]), leases: leases([]), neighbours: { source: 'neighbours', neighbours: [] } };

/** What a counter shows after a number of half days: more in the evenings and on some days than on others. */
function scale({ download, upload }: Traffic, step: number, which = 0): Traffic {
  let days = 0;
  for (let half = 0; half < step; half += 1) {
    const part = Math.min(1, step - half);
    const evening = half % 2 === 0 ? 0.72 : 0.28;
    days += part * evening * (0.75 + 0.5 * Math.abs(Math.sin(Math.floor(half / 2) * 1.7 + which)));
  }
  return { download: Math.round(download * days), upload: Math.round(upload * days) };
}
