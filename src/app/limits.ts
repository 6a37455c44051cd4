import { totalmem } from 'node:os';

/** What the program may keep and read, so that it stays within its memory whatever routers answer. */
export interface Limits {
  /** Accounts that routers can make with invented MACs; those that there are continue. */
  accounts: number;
  newAccounts: number;
  /** Baselines of one source of one router. */
  counters: number;
  /** Of one answer of a router. */
  answerBytes: number;
  answerLines: number;
}

const MB = 1_000_000;
/** What the program takes before it knows a device, and what two large answers take. */
const OWN = 96 * MB;

/** Bytes that an account takes with its baselines and its lines of `/metrics`. */
const ACCOUNT = 6000;

/** The limits for so many bytes of memory: 128 MB are enough for 1,000 devices, and from 512 MB on nothing is below its usual limit. Rule: small. */
export function limitsFor(memory: number): Limits {
  const scaled = (least: number, most: number) =>
    Math.round(least + (most - least) * Math.min(1, Math.max(0, (memory - 128 * MB) / (384 * MB))));
  const accounts = Math.min(50_000, Math.max(4000, Math.floor((memory - OWN) / ACCOUNT)));
  return {
    accounts,
    newAccounts: Math.min(15_000, accounts),
    counters: scaled(12_000, 100_000),
    answerBytes: scaled(1.5 * 1024 * 1024, 8 * 1024 * 1024),
    answerLines: scaled(20_000, 150_000),
  };
}

/** Bytes of memory for this program: what its container or unit is given, or half of the machine. */
export const memoryLimit = (): number => Math.min(process.constrainedMemory() || Infinity, totalmem() / 2);

export const LIMITS = limitsFor(memoryLimit());
