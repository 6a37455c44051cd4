import { setFlagsFromString } from 'node:v8';

/**
 * V8 takes memory for speed that a meter of a home has no use for: ten milliseconds of work every fifteen seconds. Told so, it
 * keeps its heap near what is alive, its nursery at the first megabyte, and interprets instead of optimizing. docs/benchmark.md has
 * what that gives and costs. The flags can only be set from here: NODE_OPTIONS takes none of them.
 */
const SMALL = ['--optimize-for-size', '--semi-space-growth-factor=1', '--no-opt', '--no-maglev'];

/** V8's own way again, which thousands of devices are worth. Maglev is no default of Node 20, and next to TurboFan of little use. */
const ROOMY = ['--no-optimize-for-size', '--semi-space-growth-factor=2', '--opt'];

/** Accounts from which on speed counts more: some 1,000 devices. */
export const MANY_ACCOUNTS = 2000;

/** V8's flags are the whole process's, and so is this. */
let small = false;

/** For a process that is to serve: to be called before it loads the rest of the program. */
export function keepHeapSmall(): void {
  SMALL.forEach(setFlagsFromString);
  small = true;
}

/** Gives a heap that was kept small V8's own freedom once the ledger holds many accounts. Says whether it did so now. */
export function fitHeap(accounts: number): boolean {
  if (!small || accounts < MANY_ACCOUNTS) return false;
  ROOMY.forEach(setFlagsFromString);
  small = false;
  return true;
}
