import type { Slice } from './calendar.ts';

/**
 * Splits bytes over slices of time in proportion to their length, in whole bytes that add up exactly: each slice gets its
 * share rounded down, and the bytes left over go to the largest remainders (to the earlier slice if equal). Rule: time.
 */
export function spread(bytes: number, over: readonly Pick<Slice, 'length'>[]): number[] {
  if (over.length === 1) return [bytes];
  const all = BigInt(bytes);
  const length = over.reduce((sum, slice) => sum + BigInt(slice.length), 0n);
  const shares = over.map((slice, index) => {
    const exact = all * BigInt(slice.length);
    return { index, bytes: exact / length, remainder: exact % length };
  });
  let left = Number(all - shares.reduce((sum, share) => sum + share.bytes, 0n));
  for (const share of [...shares].sort((a, b) => Number(b.remainder - a.remainder) || a.index - b.index)) {
    if (left-- <= 0) break;
    share.bytes += 1n;
  }
  return shares.map((share) => Number(share.bytes));
}
