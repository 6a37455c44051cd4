import type { Baseline, CounterRules, Reading } from './counter.ts';
import type { Traffic } from './traffic.ts';

/** What of two readings of a counter can be compared. */
interface Comparable {
  reading: Reading;
  baseline: Baseline;
}

/**
 * A reading and a baseline without the packets of a counter of both directions, if only one of the two shows any: then its bytes alone are
 * judged, and no fall is a wrap. Others as they are. Rule: undirected counter.
 */
export function comparable(reading: Reading, baseline: Baseline, { directions }: CounterRules): Comparable {
  if (directions !== 'sum' || hasPackets(reading.bytes) === hasPackets(baseline.bytes)) return { reading, baseline };
  const { doubts, ...rest } = baseline;
  const kept = doubts?.download === undefined ? rest : { ...rest, doubts: { download: doubts.download } };
  return {
    reading: { ...reading, bits: 64, bytes: withoutPackets(reading.bytes) },
    baseline: { ...kept, bytes: withoutPackets(baseline.bytes) },
  };
}

/** Whether a figure of both directions shows less than another; its packets only if both show them. */
export const isBelow = (shown: Traffic, before: Traffic): boolean =>
  shown.download < before.download || (hasPackets(shown) && hasPackets(before) && shown.upload < before.upload);

const hasPackets = ({ upload }: Traffic): boolean => upload > 0;

const withoutPackets = ({ download }: Traffic): Traffic => ({ download, upload: 0 });
