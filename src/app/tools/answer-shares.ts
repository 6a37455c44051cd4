import { SourceError } from '../../errors.ts';

/** Shares what the answers of all routers may hold together, so that one that answers too much takes nothing of the others. */
export interface AnswerShares {
  /** The routers that share it, by name. What others held is free again. */
  setRouters(names: readonly string[]): void;
  /** Frees what a router holds: it is read in another way from now on, and its former addresses do not answer again. */
  forget(router: string): void;
  /** Takes room for an answer, in place of the one before from the same address. Throws a SourceError if there is none. */
  take(router: string, address: string, bytes: number): void;
}

/** So long an answer takes room: a router that is switched off frees what it held. In ms. */
const HELD_MS = 3_600_000;

/** Bytes of an answer, and the tick at which it came. */
interface HeldAnswer {
  bytes: number;
  tick: number;
}

/**
 * Half of `total` bytes is kept for the routers in equal parts; the rest goes to who needs it first, for as long as its answers are as large.
 * An answer that did not come again for an hour does not count; `tick` is ms of a monotonic clock. A single router may take everything. Rule: small.
 */
export function createAnswerShares(total: number, tick: () => number): AnswerShares {
  /** By router and address. */
  let taken = new Map<string, Map<string, HeldAnswer>>();
  const standing = (answer: HeldAnswer | undefined) => (answer !== undefined && tick() - answer.tick < HELD_MS ? answer.bytes : 0);
  const sumOf = (router: string) => [...(taken.get(router)?.values() ?? [])].reduce((sum, answer) => sum + standing(answer), 0);
  return {
    setRouters(names) {
      taken = new Map(names.map((name) => [name, taken.get(name) ?? new Map()]));
    },
    forget(router) {
      taken.get(router)?.clear();
    },
    take(router, address, bytes) {
      const own = taken.get(router);
      if (own === undefined || taken.size === 1) return;
      const part = total / 2 / taken.size;
      const mine = sumOf(router) - standing(own.get(address)) + bytes;
      const others = [...taken.keys()].filter((name) => name !== router).reduce((sum, name) => sum + Math.max(sumOf(name), part), 0);
      if (mine > part && mine + others > total) throw new SourceError('too_large', tooMuch(bytes, total), { todo: ADVICE });
      own.set(address, { bytes, tick: tick() });
    },
  };
}

const ADVICE = 'Give wrtmeter more memory, or see on the router why it lists so much.';

const mib = (bytes: number): string => `${(bytes / 1024 / 1024).toFixed(1)} MiB`;

const tooMuch = (bytes: number, total: number): string =>
  `the answer is too large (${mib(bytes)}): with this memory, the answers of all routers together may have ${mib(total)}`;
