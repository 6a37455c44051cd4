import type { WorldSpec } from '../../../src/simulator/spec.ts';
import { scaled } from '../../support/simulator/scale.ts';
import { createWorld, type World } from '../../support/simulator/world.ts';

/** What a simulated world of the benchmark is like. */
export interface BenchWorld {
  seed: number;
  /** Unix ms. */
  start: number;
  devices: number;
  routers: number;
  /** Whether the gateway counts hosts, each by IPv4 and by IPv6. */
  hosts: boolean;
  /** Whether devices move nothing by themselves. Default: they do. */
  quiet?: boolean;
}

/** Room for every address of the largest world in each set of the firewall. */
const SET_SIZE = 131_072;
/** Bytes of a few packets. */
const LITTLE = { download: 4000, upload: 900 };

/** A world of any size. Where hosts are counted, each device has an IPv4 address and a temporary IPv6 address, another one every day. */
export function benchWorld({ hosts, quiet = false, ...options }: BenchWorld): World {
  const spec = scaled(options);
  const devices = quiet ? spec.devices.map(({ life: _, ...device }) => device) : spec.devices;
  return createWorld(hosts ? withHosts({ ...spec, devices }) : { ...spec, devices });
}

/** Lets time pass. Where hosts are counted, each of the first `moving` devices moves something by both kinds of address. */
export function advanceBench(world: World, seconds: number, moving = world.devices.size): void {
  world.advance(seconds);
  for (const { spec } of [...world.devices.values()].slice(0, moving)) {
    if (spec.slaac === undefined) continue;
    for (const by of ['IPv4', 'IPv6'] as const) world.transfer(spec.mac, LITTLE, { by });
  }
}

function withHosts(spec: WorldSpec): WorldSpec {
  const counting = { method: 'nftables', networks: [['lan', 'br-lan']], size: SET_SIZE } as const;
  return {
    ...spec,
    routers: spec.routers.map((router) => (router.uplinks === undefined ? router : { ...router, counting })),
    devices: spec.devices.map((device) => ({ ...device, slaac: '2001:db8:1:1' })),
  };
}
