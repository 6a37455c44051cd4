import { getHeapSpaceStatistics, setFlagsFromString } from 'node:v8';
import { memoryLimit } from './limits.ts';

/**
 * V8 trades memory for speed that a home meter does not need: it works ten milliseconds every fifteen seconds. These flags keep the heap
 * close to the live data and the young generation at one megabyte, and turn the optimizer off. See docs/develop/benchmark.md for gain and cost.
 * They can only be set here: NODE_OPTIONS accepts none of them.
 */
const SMALL = ['--optimize-for-size', '--semi-space-growth-factor=1', '--no-opt', '--no-maglev'];

/**
 * V8's defaults, worth it for thousands of devices, but a heap of at most twice the live data, which takes no longer. Maglev stays off: it is
 * not a default in Node 20, and TurboFan makes it little use.
 */
const ROOMY = ['--no-optimize-for-size', '--semi-space-growth-factor=2', '--opt', '--heap-growing-percent=100'];

/** From this number of accounts, about 1,000 devices, speed matters more. */
export const MANY_ACCOUNTS = 2000;

/** Bytes of memory below which the heap stays small: V8's defaults take twice the live data and more. */
const ENOUGH = 256_000_000;

/** Bytes at which the young generation has grown enough: Node 20 ends there, Node 24 with four times as much, which takes as long. */
const MOST_YOUNG = 32_000_000;

/** V8's flags apply to the whole process, and so does this. */
let heap: 'as given' | 'small' | 'roomy' = 'as given';

/** For the service: call this before loading the rest of the program. */
export function keepHeapSmall(): void {
  SMALL.forEach(setFlagsFromString);
  heap = 'small';
}

/**
 * Restores V8's defaults if the heap was kept small and the ledger has many accounts, and returns whether it did so now. Call it after each
 * round: from then on it bounds what V8 lets grow.
 */
export function fitHeap(accounts: number, memory = memoryLimit): boolean {
  if (heap === 'roomy') setFlagsFromString(`--semi-space-growth-factor=${youngBytes() < MOST_YOUNG ? 2 : 1}`);
  if (heap !== 'small' || accounts < MANY_ACCOUNTS || memory() < ENOUGH) return false;
  ROOMY.forEach(setFlagsFromString);
  heap = 'roomy';
  return true;
}

const youngBytes = (): number => getHeapSpaceStatistics().find(({ space_name }) => space_name === 'new_space')?.space_size ?? 0;
