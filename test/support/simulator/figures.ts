import type { Traffic } from '../../../src/domain/traffic.ts';
import { newTraffic } from '../../../src/simulator/world/counter.ts';

/** What an answer adds, and what is kept of a counter that shows less than before and may come back. */
export interface Gain {
  bytes: Traffic;
  dip: DipKnown | null;
}

/** The highest and the least that a counter showed, since when it is below (Unix ms). */
export interface DipKnown {
  highest: Traffic;
  least: Traffic;
  since: number;
}

const DAY_MS = 86_400_000;
const WAYS = ['download', 'upload'] as const;

/** What was kept of a counter. `isProved`: nothing restarted but what fell to near zero. `pair`: both directions restart at once. */
interface Kept {
  shows: Traffic;
  dip: DipKnown | null;
  isProved: boolean;
  pair: boolean;
}

/** What the figures show of a counter that may have taken another's place, in the words of the rules named reset and dip. */
export function byFigures(shows: Traffic, { isProved, pair, ...known }: Kept, at: number): Gain {
  const highest = known.dip?.highest ?? known.shows;
  const isNearZero = (way: keyof Traffic) => shows[way] < highest[way] && shows[way] <= highest[way] * (isProved ? 1 / 16 : 1 / 2);
  if (pair && !isProved && WAYS.some(isNearZero)) return { bytes: { ...shows }, dip: null };
  const found = { bytes: newTraffic(), dip: { highest: { ...shows }, least: { ...shows }, since: at } };
  let isDip = false;
  for (const way of WAYS) {
    if (shows[way] >= highest[way]) found.bytes[way] = shows[way] - highest[way];
    else if (isNearZero(way)) found.bytes[way] = shows[way];
    else {
      const least = known.dip !== null && known.dip.least[way] < highest[way] ? known.dip.least[way] : null;
      const isSmall = isProved || highest[way] - shows[way] <= highest[way] / 16;
      const lasted = at - (known.dip?.since ?? at);
      if (least !== null && shows[way] > least && lasted > (isSmall ? DAY_MS : 600_000)) found.bytes[way] = shows[way] - least;
      else {
        isDip = true;
        found.dip.highest[way] = highest[way];
        found.dip.least[way] = Math.min(least ?? shows[way], shows[way]);
        if (least !== null) found.dip.since = known.dip?.since ?? at;
      }
    }
  }
  return isDip ? found : { ...found, dip: null };
}
