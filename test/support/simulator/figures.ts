import type { Traffic } from '../../../src/domain/traffic.ts';
import { newTraffic } from '../../../src/simulator/world/counter.ts';

/** What an answer adds, and what is kept of a counter that shows less than before and may come back. */
export interface Gain {
  bytes: Traffic;
  dip: DipKnown | null;
}

/** The highest and the least that a counter showed, and in which directions and until when (Unix ms) its old figure is waited for. */
export interface DipKnown {
  highest: Traffic;
  least: Traffic;
  until: Partial<Traffic>;
  /** What may have restarted, by direction: the Unix ms of that, and the least that it showed since. */
  unsure?: Partial<Record<keyof Traffic, { since: number; low: number }>>;
}

/** No dip lasts longer. */
export const DAY_MS = 86_400_000;
const WAYS = ['download', 'upload'] as const;

/** What was kept of a counter. `isProved`: nothing restarted but what fell to near zero. `pair`: both directions restart at once. */
interface Kept {
  shows: Traffic;
  dip: DipKnown | null;
  isProved: boolean;
  pair: boolean;
  /** It was not shown for more than a day. */
  wasGone: boolean;
  /** Unix ms. */
  shownAt?: number;
}

/** What the figures show of a counter that may have taken another's place, in the words of the rules named reset and dip. */
export function byFigures(shows: Traffic, { isProved, pair, wasGone, ...known }: Kept, at: number): Gain {
  const highest = known.dip?.highest ?? known.shows;
  const unsure = known.dip?.unsure ?? {};
  const outgrew = (way: keyof Traffic) =>
    unsure[way] !== undefined && shows[way] - highest[way] > highest[way] * (highest[way] >= 2 ** 28 ? 1 : 1 / 16);
  const restarted = (way: keyof Traffic) =>
    outgrew(way) ||
    (shows[way] < highest[way] &&
      (wasGone ||
        shows[way] <= highest[way] * (isProved ? 1 / 16 : 1 / 2) ||
        (unsure[way] !== undefined && shows[way] < (highest[way] * 15) / 16)));
  const isOpen = (way: keyof Traffic) => {
    const doubt = unsure[way];
    const isMost = shows[way] <= highest[way] / 2 && shows[way] > highest[way] / 16 && highest[way] >= 2 ** 24;
    return isMost && !isProved && !wasGone && (doubt === undefined || shows[way] <= doubt.low);
  };
  const continues = (way: keyof Traffic) =>
    highest[way] >= 2 ** 24 && shows[way] >= highest[way] && shows[way] - highest[way] <= highest[way] / 16;
  const isSure = WAYS.some((way) => restarted(way) && !isOpen(way));
  if (pair && !isProved && isSure && !WAYS.some(continues)) return { bytes: { ...shows }, dip: null };
  if (WAYS.some(isOpen)) return { bytes: newTraffic(), dip: waiting(shows, { ...known, highest, unsure }, WAYS.filter(isOpen), at) };
  const bytes = newTraffic();
  const dip: DipKnown = { highest: { ...shows }, least: { ...shows }, until: {} };
  for (const way of WAYS) {
    const until = known.dip?.until[way];
    const isSmall = highest[way] - shows[way] <= highest[way] / 16;
    if (shows[way] >= highest[way] && !outgrew(way)) bytes[way] = shows[way] - highest[way];
    else if (restarted(way)) bytes[way] = shows[way];
    else {
      const least = until === undefined ? null : (known.dip?.least[way] ?? null);
      if (least !== null && shows[way] > least && at > (until ?? at)) bytes[way] = shows[way] - least;
      else {
        const begins = least === null || (isSmall && least < (highest[way] * 15) / 16);
        dip.highest[way] = highest[way];
        dip.least[way] = begins ? shows[way] : Math.min(least ?? shows[way], shows[way]);
        dip.until[way] = begins || until === undefined ? at + (isSmall || (isProved && !pair) ? DAY_MS : 600_000) : until;
      }
    }
  }
  return { bytes, dip: Object.keys(dip.until).length > 0 ? dip : null };
}

/** Nothing is known of a counter that may have restarted until it is seen again. */
function waiting(
  shows: Traffic,
  { dip, shownAt, highest, unsure }: Pick<Kept, 'dip' | 'shownAt'> & Required<Pick<DipKnown, 'highest' | 'unsure'>>,
  open: readonly (keyof Traffic)[],
  at: number,
): DipKnown {
  const doubts = open.map((way) => [
    way,
    { since: unsure[way]?.since ?? shownAt ?? at, low: Math.min(unsure[way]?.low ?? shows[way], shows[way]) },
  ]);
  return { highest, least: dip?.least ?? shows, until: dip?.until ?? {}, unsure: { ...unsure, ...Object.fromEntries(doubts) } };
}
