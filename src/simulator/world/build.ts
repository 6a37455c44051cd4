import { createRandom, hash } from '../random.ts';
import type { DeviceSpec, RouterSpec, WorldSpec } from '../spec.ts';
import { newCounter, newTraffic } from './counter.ts';
import { newCounting, periodAt } from './counting.ts';
import { noLimits } from './limits.ts';
import type { DeviceState, RouterState } from './state.ts';
import { newTunnel, type PeerState } from './tunnels.ts';

/** A router as it is when the world begins. */
export function newRouter(spec: RouterSpec, { seed, start, utcOffset = 0 }: WorldSpec): RouterState {
  const bootedAt = start - Math.round((spec.uptime ?? 3600) * 1000);
  const counting = spec.counting === undefined ? null : newCounting(spec.counting, bootedAt, periodAt(start, utcOffset));
  const limits = noLimits();
  return {
    spec,
    bootId: bootId(seed, spec.name, 0),
    bootedAt,
    boots: 0,
    radios: spec.radios.map((radio) => ({ spec: radio, stations: [] })),
    uplinks: (spec.uplinks ?? []).map((uplink) => ({
      spec: uplink,
      up: uplink.up ?? true,
      ifindex: uplink.ifindex,
      counter: newCounter(uplink.shows),
      account: newTraffic(),
      counting,
      limits,
    })),
    air: new Map(),
    itself: newDevice({ mac: spec.name, address: '-', wired: true, ...(spec.life && { life: spec.life }) }, 'router'),
    counting,
    limits,
    tunnels: (spec.tunnels ?? []).map((tunnel) => newTunnel(tunnel, bootedAt, start)),
  };
}

/** A device that has not been anywhere and moved nothing. */
export function newDevice(spec: DeviceSpec, is: DeviceState['is'] = 'device'): DeviceState {
  const moved = { internet: newTraffic(), air: newTraffic() };
  return { spec, is, address: spec.address, unmet: false, current: null, associations: [], lease: null, ...moved };
}

/** A peer away from home: it moves what a device would, through a tunnel. */
export function newTraveller(peer: PeerState): DeviceState {
  const { publicKey, address, life } = peer.spec;
  return newDevice({ mac: publicKey, address, wired: true, ...(life && { life }) }, peer);
}

/** A random UUID, as the kernel makes one at every boot. */
export function bootId(seed: number, name: string, boots: number): string {
  const hex = [0, 1, 2, 3].map((part) => hash(seed, name, boots, part).toString(16).padStart(8, '0')).join('');
  const variant = '89ab'[createRandom(seed, name, boots).int(4)];
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20)}`;
}
