import { type LoggerLine, type Peaks, totalOf } from './line.ts';

/** What the ledger has of one MAC since counting began. */
export interface MacSums extends Peaks {
  /** Unix ms. */
  firstSeen: number;
}

/** By MAC. */
export type CountedByMac = ReadonlyMap<string, MacSums>;

/** What is remembered of a file, so that it continues when devices join or leave it, or when the ledger knows less than the file. */
export interface Kept {
  /** The MACs whose bytes are in its last line. */
  macs: ReadonlySet<string>;
  /** What the file has more than the ledger has of these MACs; negative where a device came with bytes from before. */
  total: number;
  offPeak: number;
}

/** What is remembered of most files: they have the sums of one device, as the ledger has them. */
export const plainKept = (macs: ReadonlySet<string>): Kept => ({ macs, total: 0, offPeak: 0 });

/** A file before its next line. */
export interface RunningFile {
  /** Null in a new file. */
  last: LoggerLine | null;
  /** Null for a file that an older program wrote: it continues from its own sums. */
  kept: Kept | null;
  macs: ReadonlySet<string>;
}

/** What the ledger had when the last lines were decided (null: not known, since the program has started), and what it has now. */
export interface Figures {
  before: CountedByMac | null;
  now: CountedByMac;
}

const NOTHING: Peaks = { onPeak: 0, offPeak: 0 };

/**
 * The next line of a file at a time (Unix seconds), and what to remember of it; no line where nothing can be said that the last one did
 * not say. The sums grow by what its devices used since the last line, and by nothing else: neither by what a device used before it
 * belonged here, nor do they fall when one leaves or the ledger was restored. A new file's first delta is 0.
 */
export function nextLine({ last, kept, macs }: RunningFile, figures: Figures, time: number): { line: LoggerLine | null; kept: Kept } {
  const sums = sumOf(macs, figures.now);
  if (last === null) return { line: { time, delta: 0, ...sums }, kept: plainKept(macs) };
  // What an older program counted ends where the ledger's figures of these devices began to be looked at.
  const earlier = figures.before === null ? sums : sumOf(macs, figures.before);
  const known = kept ?? { macs, total: totalOf(last) - totalOf(earlier), offPeak: last.offPeak - earlier.offPeak };
  const moved = moves(known.macs, macs, figures, last);
  const total = Math.max(totalOf(last), totalOf(sums) + known.total + totalOf(moved));
  const offPeak = Math.max(last.offPeak, sums.offPeak + known.offPeak + moved.offPeak);
  const delta = total - totalOf(last);
  const added = Math.min(offPeak - last.offPeak, delta);
  const after = { macs, total: total - totalOf(sums), offPeak: offPeak - sums.offPeak };
  // A clock that was set back: time in a file only grows.
  if (time <= last.time && delta === 0) return { line: null, kept: after };
  const line = { time: Math.max(time, last.time + 1), delta, onPeak: last.onPeak + delta - added, offPeak: last.offPeak + added };
  return { line, kept: after };
}

/** What those that left had and those that joined have from before, so that neither shows. */
function moves(before: ReadonlySet<string>, now: ReadonlySet<string>, figures: Figures, last: LoggerLine): Peaks {
  const sum = { ...NOTHING };
  for (const mac of before) if (!now.has(mac)) add(sum, (figures.before ?? figures.now).get(mac) ?? NOTHING, 1);
  for (const mac of now) if (!before.has(mac)) add(sum, fromBefore(mac, figures, last), -1);
  return sum;
}

/** What a device had before it joined: nothing if the ledger did not know it then. */
function fromBefore(mac: string, { before, now }: Figures, last: LoggerLine): Peaks {
  if (before !== null) return before.get(mac) ?? NOTHING;
  const counted = now.get(mac);
  return counted === undefined || counted.firstSeen > last.time * 1000 ? NOTHING : counted;
}

function sumOf(macs: ReadonlySet<string>, counted: CountedByMac): Peaks {
  const sum = { ...NOTHING };
  for (const mac of macs) add(sum, counted.get(mac) ?? NOTHING, 1);
  return sum;
}

function add(sum: Peaks, { onPeak, offPeak }: Peaks, sign: 1 | -1): void {
  sum.onPeak += sign * onPeak;
  sum.offPeak += sign * offPeak;
}
