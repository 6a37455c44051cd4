import type { BenchOptions } from './options.ts';

export interface Size {
  devices: number;
  routers: number;
  /** Whether the gateway counts its hosts. */
  hosts: boolean;
  /** Whether routers have the classic scripts instead of wrtmeter.cgi. */
  classic: boolean;
  /** Rounds before those that are measured: by then the compiler has seen the code, and memory has grown to what a service has after minutes. */
  warmUp: number;
  /** Rounds that are measured. */
  rounds: number;
  /** Seconds to wait before memory at rest is measured; 0 = not at all. */
  rest: number;
  /** Days of history for the cold start and the usage API; 0 = they are not measured. */
  historyDays: number;
}

/** As between two scrapes of Prometheus: V8 needs some 8 s without work before it gives memory back. */
export const REST = 12;
const TWO_YEARS = 730;

/** Enough rounds at 50 devices for several checkpoints of the database, which belong to what a round writes. */
const FULL: readonly Omit<Size, 'hosts' | 'classic'>[] = [
  { devices: 50, routers: 3, warmUp: 70, rounds: 400, rest: REST, historyDays: 0 },
  { devices: 1000, routers: 10, warmUp: 60, rounds: 40, rest: REST, historyDays: 0 },
  { devices: 5000, routers: 25, warmUp: 40, rounds: 20, rest: REST, historyDays: TWO_YEARS },
  { devices: 20_000, routers: 50, warmUp: 15, rounds: 8, rest: REST, historyDays: 0 },
];

/** Rough, in a quarter of the time: fewer rounds, no rest, no history, and not the largest home. */
const QUICK = 0.2;
const LARGEST_QUICK = 5000;

/** The sizes to measure: the usual ones, or the one that was asked for. */
export function sizesOf({ quick, hosts, classic, devices }: Pick<BenchOptions, 'quick' | 'hosts' | 'classic' | 'devices'>): Size[] {
  const known = FULL.find((size) => size.devices === devices);
  const other =
    devices === null ? [] : [{ devices, routers: Math.ceil(Math.sqrt(devices) / 3), warmUp: 40, rounds: 30, rest: REST, historyDays: 0 }];
  const sizes = devices === null ? FULL.filter((size) => !quick || size.devices <= LARGEST_QUICK) : known ? [known] : other;
  return sizes.map((size) => ({
    ...size,
    hosts,
    classic,
    ...(quick && { warmUp: fewer(size.warmUp), rounds: fewer(size.rounds), rest: 0, historyDays: 0 }),
  }));
}

const fewer = (rounds: number): number => Math.max(5, Math.round(rounds * QUICK));
