import { totalmem } from 'node:os';

/** What the program may keep and read, so that it stays within its memory whatever routers answer. */
export interface Limits {
  /** Accounts that routers can make with invented MACs; those that there are continue. */
  accounts: number;
  newAccounts: number;
  /** Baselines of all routers. */
  counters: number;
  /** Leases of one router. */
  leases: number;
  /** Of one answer of a router, and of the answers of all routers together. */
  answerBytes: number;
  /** Of one answer. */
  answerLines: number;
}

const MB = 1_000_000;
const MIB = 1024 * 1024;
/** What the program takes before it knows a device, and what two large answers take. */
const OWN = 110 * MB;

/** Bytes for an account: it takes 6,000 with its baselines and its lines of `/metrics`. The rest is for what routers invent beyond the bounds. */
const ACCOUNT = 16_000;

/**
 * The limits for so many bytes of memory: 128 MB are enough for 1,000 devices with hosts, 512 MB for 5,000, and 2 GB for 20,000, beyond which
 * no limit grows. Rule: small.
 */
export function limitsFor(memory: number): Limits {
  const share = (from: number, to: number) => Math.min(1, Math.max(0, (memory - from * MB) / ((to - from) * MB)));
  const [some, much] = [share(128, 512), share(512, 2048)];
  const scaled = (small: number, usual: number, large: number) => Math.round(small + (usual - small) * some + (large - usual) * much);
  const accounts = Math.min(scaled(25_000, 25_000, 120_000), Math.max(4000, Math.floor((memory - OWN) / ACCOUNT)));
  return {
    accounts,
    newAccounts: Math.min(scaled(15_000, 15_000, 60_000), accounts),
    counters: scaled(9200, 60_000, 400_000),
    leases: scaled(2000, 8000, 40_000),
    answerBytes: scaled(1 * MIB, 8 * MIB, 32 * MIB),
    answerLines: scaled(20_000, 150_000, 600_000),
  };
}

/** Bytes of memory for this program: what its container or unit is given, or half of the machine, and at most twice the largest heap. */
export const memoryLimit = (): number =>
  Math.min(process.constrainedMemory() || Infinity, totalmem() / 2, memoryForHeap([process.env.NODE_OPTIONS ?? '', ...process.execArgv]));

/** Twice the largest heap that Node's options allow, in bytes; the last of them counts. */
export function memoryForHeap(options: readonly string[]): number {
  const mib = options.flatMap((words) => [...words.matchAll(/--max[-_]old[-_]space[-_]size=(\d+)/g)].map(([, size]) => Number(size)));
  return (mib.at(-1) ?? Infinity) * MIB * 2;
}

export const LIMITS = limitsFor(memoryLimit());
