/** A stream of random numbers that its seed decides wholly. */
export interface Random {
  /** At least 0 and less than 1. */
  next(): number;
  between(min: number, max: number): number;
  /** A whole number from 0 up to, but without, `limit`. */
  int(limit: number): number;
  /** Waiting time with the given mean: most are short, few are long. */
  exponential(mean: number): number;
  pick<T>(items: readonly T[]): T;
}

/** 32 well-mixed bits of any text or numbers, the same on every machine (FNV-1a with a final avalanche). */
export function hash(...parts: (string | number)[]): number {
  let h = 0x811c9dc5;
  for (const part of parts) {
    const text = `${part}\n`;
    for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193);
  }
  h = Math.imul(h ^ (h >>> 16), 0x7feb352d);
  h = Math.imul(h ^ (h >>> 15), 0x846ca68b);
  return (h ^ (h >>> 16)) >>> 0;
}

/** One stream per list of parts, so that one device's life never depends on another's. */
export function createRandom(...parts: (string | number)[]): Random {
  let state = hash(...parts);
  function next(): number {
    // mulberry32: 32 bits of state are plenty for one device and cheap for thousands of them.
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t = (t + Math.imul(t ^ (t >>> 7), t | 61)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  }
  return {
    next,
    between: (min, max) => min + next() * (max - min),
    int: (limit) => Math.floor(next() * limit),
    exponential: (mean) => -mean * Math.log(1 - next()),
    pick(items) {
      const item = items[Math.floor(next() * items.length)];
      if (item === undefined) throw new RangeError('Cannot pick from an empty list');
      return item;
    },
  };
}
