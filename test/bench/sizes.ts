export interface Size {
  devices: number;
  routers: number;
  /** Whether the gateway counts its hosts. */
  hosts: boolean;
  /** Rounds that are measured, each once without and once with gzip; a third as many go before them unmeasured. */
  rounds: number;
  /** Seconds to wait before memory at rest is measured; 0 = not at all. */
  rest: number;
}

/** As between two scrapes of Prometheus: V8 needs some 8 s without work before it gives memory back. */
export const REST = 12;

/** Enough rounds at 50 devices for several checkpoints of the database, which belong to what a round writes. */
const FULL: readonly Omit<Size, 'hosts'>[] = [
  { devices: 50, routers: 3, rounds: 200, rest: REST },
  { devices: 1000, routers: 10, rounds: 40, rest: REST },
  { devices: 5000, routers: 25, rounds: 16, rest: REST },
];

/** Rough, in a quarter of the time. */
const QUICK = 0.2;

/** The sizes to measure: the usual three, or the one that was asked for. */
export function sizesOf({ quick, hosts, devices }: { quick: boolean; hosts: boolean; devices: number | null }): Size[] {
  const sizes = FULL.map((size) => ({
    ...size,
    hosts,
    ...(quick && { rounds: Math.max(5, Math.round(size.rounds * QUICK)), rest: 0 }),
  }));
  if (devices === null) return sizes;
  const known = sizes.find((size) => size.devices === devices);
  return [known ?? { devices, hosts, routers: Math.ceil(Math.sqrt(devices) / 3), rounds: quick ? 5 : 30, rest: quick ? 0 : REST }];
}

/** After some rounds the compiler has seen the code and memory has grown to what it needs. */
export const warmUpOf = ({ rounds }: Size): number => Math.max(3, Math.ceil(rounds / 3));
