import { createRandom, hash } from './random.ts';
import type { DeviceSpec, RouterSpec, WorldSpec } from './spec.ts';
import type { DeviceState, RouterState } from './state.ts';
import { newCounter, newTraffic } from './state.ts';

/** A router as it is when the world begins. */
export function newRouter(spec: RouterSpec, { seed, start }: WorldSpec): RouterState {
  return {
    spec,
    bootId: bootId(seed, spec.name, 0),
    bootedAt: start - Math.round((spec.uptime ?? 3600) * 1000),
    boots: 0,
    radios: spec.radios.map((radio) => ({ spec: radio, stations: [] })),
    uplinks: (spec.uplinks ?? []).map((uplink) => ({
      spec: uplink,
      up: uplink.up ?? true,
      ifindex: uplink.ifindex,
      counter: newCounter(uplink.shows),
      account: newTraffic(),
    })),
    air: new Map(),
    itself: newDevice({ mac: spec.name, address: '-', wired: true, ...(spec.life && { life: spec.life }) }),
  };
}

export function newDevice(spec: DeviceSpec): DeviceState {
  return { spec, current: null, associations: [], lease: null, internet: newTraffic(), air: newTraffic() };
}

/** A random UUID, as the kernel makes one at every boot. */
export function bootId(seed: number, name: string, boots: number): string {
  const hex = [0, 1, 2, 3].map((part) => hash(seed, name, boots, part).toString(16).padStart(8, '0')).join('');
  const variant = '89ab'[createRandom(seed, name, boots).int(4)];
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20)}`;
}
