export interface Size {
  devices: number;
  routers: number;
  /** Rounds that are measured, each once without and once with gzip; a third as many go before them unmeasured. */
  rounds: number;
}

/** Enough rounds at 50 devices for several checkpoints of the database, which belong to what a round writes. */
const FULL: readonly Size[] = [
  { devices: 50, routers: 3, rounds: 200 },
  { devices: 1000, routers: 10, rounds: 40 },
  { devices: 5000, routers: 25, rounds: 16 },
];

/** Rough, in a quarter of the time. */
const QUICK = 0.2;

/** The sizes to measure: the usual three, or the one that was asked for. */
export function sizesOf({ quick, devices }: { quick: boolean; devices: number | null }): Size[] {
  const sizes = FULL.map((size) => ({ ...size, rounds: quick ? Math.max(5, Math.round(size.rounds * QUICK)) : size.rounds }));
  if (devices === null) return sizes;
  const known = sizes.find((size) => size.devices === devices);
  return [known ?? { devices, routers: Math.ceil(Math.sqrt(devices) / 3), rounds: quick ? 5 : 30 }];
}

/** After some rounds the compiler has seen the code and memory has grown to what it needs. */
export const warmUpOf = ({ rounds }: Size): number => Math.max(3, Math.ceil(rounds / 3));
