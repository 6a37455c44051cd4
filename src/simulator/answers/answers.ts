import type { Traffic } from '../../domain/traffic.ts';
import { shown } from '../world/counter.ts';
import { LEASE_MS } from '../world/lease.ts';
import type { Association, DeviceState, RouterState } from '../world/state.ts';
import type { World } from '../world/world.ts';
import { hostsSection } from './hosts.ts';
import { limitsSection } from './limits.ts';
import { neighboursOf } from './neighbours.ts';
import { peersSection } from './peers.ts';
import { linkRate, signalOf } from './radio.ts';

/** The answers a router can give: three classic lists, and everything at once. */
export const SCRIPTS = ['totalwifi', 'wan', 'dhcp', 'wrtmeter'] as const;
export type Script = (typeof SCRIPTS)[number];

/** Of the scripts that a simulated router has: those that came with this program. */
const SCRIPT_VERSION = '0.1.0';

/** The text that this router's script prints now. */
export function render(world: World, router: string, script: Script): string {
  const state = world.router(router);
  switch (script) {
    case 'totalwifi':
      return text(stations(state).map((s) => `${s.device.spec.mac} ${byAccessPoint(shown(s.counter))}`));
    case 'wan':
      return text(classicUplink(state));
    case 'dhcp':
      return text(isDhcpServer(state) ? leases(world) : []);
    case 'wrtmeter':
      return text(everything(world, state));
    default:
      return script satisfies never;
  }
}

/** An access point receives what the device uploads. */
const byAccessPoint = ({ download, upload }: Traffic): string => `${upload} ${download}`;

/** A WAN interface receives what the home downloads. */
const byUplink = ({ download, upload }: Traffic): string => `${download} ${upload}`;

const text = (lines: string[]): string => lines.map((line) => `${line}\n`).join('');

function stations(router: RouterState): Association[] {
  return router.radios.flatMap((radio) => radio.stations);
}

/** It knows one uplink and calls it `wan`, whatever its name is. */
function classicUplink(router: RouterState): string[] {
  const uplink = router.uplinks.find((u) => u.up);
  return uplink === undefined ? [] : [`wan: ${byUplink(shown(uplink.counter, router.spec.counterBits))}`];
}

function isDhcpServer({ spec }: RouterState): boolean {
  return spec.dhcp ?? (spec.uplinks ?? []).length > 0;
}

const expiry = (granted: number): number => Math.floor((granted + LEASE_MS) / 1000);

function leased(world: World): { device: DeviceState; granted: number }[] {
  return [...world.devices.values()].flatMap(({ lease }) => (lease === null ? [] : [lease]));
}

function leases(world: World): string[] {
  return leased(world).map(({ device: { spec, address }, granted }) => {
    return `${expiry(granted)} ${spec.mac} ${address} ${spec.hostname ?? '*'} ${spec.clientId ?? '*'}`;
  });
}

function leases6(world: World): string[] {
  return leased(world).flatMap(({ device: { spec }, granted }) => {
    if (spec.address6 === undefined || spec.duid === undefined) return [];
    return [`lease6 ${expiry(granted)} ${spec.duid} ${spec.address6} ${spec.hostname ?? '-'}`];
  });
}

function everything(world: World, router: RouterState): string[] {
  const { spec, bootId, bootedAt } = router;
  const offload = spec.flowOffload ?? { software: false, hardware: false };
  return [
    'wrtmeter 1',
    ...(world.spec.script === undefined ? [] : [`script ${world.spec.script}`]),
    `script ${SCRIPT_VERSION}`,
    `boot_id ${bootId}`,
    `uptime ${centiseconds(world.now - bootedAt)}`,
    `time ${Math.floor(world.now / 1000)}`,
    `hostname ${spec.name}`,
    `model ${spec.model ?? 'Simulated Router'}`,
    `release ${spec.release ?? 'OpenWrt 24.10.0 r28427-6df0e3d02a'}`,
    `counter_bits ${spec.counterBits ?? 64}`,
    `flow_offload software ${Number(offload.software)}`,
    `flow_offload hardware ${Number(offload.hardware)}`,
    ...section('wan', uplinks(router)),
    ...section('layers', layers(router)),
    ...section('stations', radios(world, router)),
    ...section('leases', isDhcpServer(router) ? [...leases(world).map((line) => `lease ${line}`), ...leases6(world)] : []),
    ...section('names', isDhcpServer(router) ? names(world) : []),
    ...section('neighbours', isDhcpServer(router) ? neighbours(world) : []),
    ...hostsSection(router, world.now),
    ...peersSection(router),
    ...limitsSection(router, world.now),
    'end wrtmeter',
  ];
}

function section(name: string, lines: string[]): string[] {
  return [`begin ${name}`, ...lines, `end ${name}`];
}

/** PPPoE runs over a VLAN, and every other uplink is a port of its own. */
const layers = ({ uplinks }: RouterState): string[] =>
  uplinks.filter(({ up, spec: { device } }) => up && device.startsWith('ppp')).map(({ spec: { device } }) => `layer ${device} eth0.2 eth0`);

function uplinks({ uplinks, spec }: RouterState): string[] {
  return uplinks.map(({ spec: { name, device, protocol }, up, ifindex, counter }) => {
    // netifd names the device only while it is up.
    return up
      ? `uplink ${name} up ${device} ${ifindex} ${protocol} ${byUplink(shown(counter, spec.counterBits))}`
      : `uplink ${name} down - - ${protocol} - -`;
  });
}

function radios(world: World, router: RouterState): string[] {
  const { now } = world;
  return router.radios.flatMap(({ spec, stations }) => [
    `radio ${spec.interface} ${spec.type ?? 'ap'} ${Number(spec.fourAddress ?? false)} ${spec.frequency} ${spec.ssid}`,
    ...stations.map((station) => {
      const signal = signalOf(station, now);
      // Stations here come back with the boot, but no kernel has associated any at 0.
      return [
        `station ${spec.interface} ${station.device.spec.mac} ${byAccessPoint(shown(station.counter))}`,
        `${signal} ${linkRate(signal - 3, spec.frequency)} ${linkRate(signal, spec.frequency)}`,
        `${Math.floor((now - station.since) / 1000)} ${now - station.lastActive} ${milliseconds(Math.max(1, station.since - router.bootedAt))}`,
      ].join(' ');
    }),
  ]);
}

function names(world: World): string[] {
  return [...world.devices.values()].flatMap(({ spec: { addressing, mac, address, name } }) => {
    if (name === undefined) return [];
    if (addressing === 'static') return [`host ${mac} ${address} ${name}`];
    return addressing === 'hosts' ? [`name ${address} ${name}`] : [];
  });
}

function neighbours(world: World): string[] {
  return neighboursOf(world).map(({ ip, mac, state }) => `neighbour ${ip} br-lan ${mac} ${state}`);
}

/** As /proc/uptime has it, which never shows more than has passed. */
const centiseconds = (ms: number): string => (Math.floor(ms / 10) / 100).toFixed(2);

const milliseconds = (ms: number): string => (ms / 1000).toFixed(3);
