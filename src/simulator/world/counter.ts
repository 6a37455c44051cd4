import type { CounterBits } from '../../domain/counter.ts';
import type { Traffic } from '../../domain/traffic.ts';

/** One counter in one lifetime: from the association, the dial-in or the boot it began with, to the next. */
export interface Counter {
  /** The bytes that truly moved. */
  moved: Traffic;
  /** What it showed when nothing had moved yet: 0, unless the specification says otherwise. */
  from: Traffic;
}

export const newTraffic = (): Traffic => ({ download: 0, upload: 0 });

export const newCounter = (from: Traffic = newTraffic()): Counter => ({ moved: newTraffic(), from: { ...from } });

/** What the router shows for a counter. A kernel of 32 bits starts again at 4 GiB. */
export function shown(counter: Counter, bits: CounterBits = 64): Traffic {
  const download = counter.from.download + counter.moved.download;
  const upload = counter.from.upload + counter.moved.upload;
  return bits === 32 ? { download: download % 2 ** 32, upload: upload % 2 ** 32 } : { download, upload };
}

/** Adds bytes in place. */
export function add(to: Traffic, bytes: Traffic): void {
  to.download += bytes.download;
  to.upload += bytes.upload;
}
