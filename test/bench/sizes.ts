import type { BenchOptions } from './options.ts';

export interface Size {
  devices: number;
  routers: number;
  /** Whether the gateway counts its hosts. */
  hosts: boolean;
  /** Whether routers have the classic scripts instead of wrtmeter.cgi. */
  classic: boolean;
  /** Rounds that are measured; a third as many go before them unmeasured. */
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
  { devices: 50, routers: 3, rounds: 200, rest: REST, historyDays: 0 },
  { devices: 1000, routers: 10, rounds: 40, rest: REST, historyDays: 0 },
  { devices: 5000, routers: 25, rounds: 16, rest: REST, historyDays: TWO_YEARS },
  { devices: 20_000, routers: 50, rounds: 8, rest: REST, historyDays: 0 },
];

/** Rough, in a quarter of the time: fewer rounds, no rest, no history, and not the largest home. */
const QUICK = 0.2;
const LARGEST_QUICK = 5000;

/** The sizes to measure: the usual ones, or the one that was asked for. */
export function sizesOf({ quick, hosts, classic, devices }: Pick<BenchOptions, 'quick' | 'hosts' | 'classic' | 'devices'>): Size[] {
  const known = FULL.find((size) => size.devices === devices);
  const other = devices === null ? [] : [{ devices, routers: Math.ceil(Math.sqrt(devices) / 3), rounds: 30, rest: REST, historyDays: 0 }];
  const sizes = devices === null ? FULL.filter((size) => !quick || size.devices <= LARGEST_QUICK) : known ? [known] : other;
  return sizes.map((size) => ({
    ...size,
    hosts,
    classic,
    ...(quick && { rounds: Math.max(5, Math.round(size.rounds * QUICK)), rest: 0, historyDays: 0 }),
  }));
}

/** After some rounds the compiler has seen the code and memory has grown to what it needs. */
export const warmUpOf = ({ rounds }: Size): number => Math.max(3, Math.ceil(rounds / 3));
