import { type Baseline, LINK, type Reading } from '../../../domain/counter.ts';
import type { Observation } from '../../../domain/observation.ts';
import { areLinks, isLink } from '../../../domain/pairing.ts';
import type { Traffic } from '../../../domain/traffic.ts';

/** What counts of the lines of one counter. Rule: lines of one MAC. */
export interface OwnLines<R, B> {
  readings: readonly R[];
  /** Those that the readings continue. */
  baselines: readonly B[];
  /** The lines that do not count. */
  links: readonly Baseline[];
}

/** Whether an answer shows lines of a counter that do not count. */
export const hasLinks = (observation: Observation, counter: string): boolean =>
  observation.source === 'stations' && observation.links?.has(counter) === true;

/** Leaves out the links of a Wi-Fi 7 station. */
export function countedLines<R extends Reading, B extends Baseline>(
  observation: Observation,
  readings: readonly R[],
  baselines: readonly B[],
): OwnLines<R, B> {
  const [first, ...others] = readings;
  if (observation.source !== 'stations' || first === undefined) return { readings, baselines, links: [] };
  const known = observation.links?.get(first.counter);
  const own = baselines.filter((each) => !isLink(each));
  if (known !== undefined) return { readings, baselines: own, links: known.map(linkOf) };
  if (observation.inRow?.has(first.counter) && areLinks(readings, baselines))
    return { readings: [first], baselines: own, links: others.map(({ bytes }) => linkOf(bytes)) };
  // The links may be missing from a list that was cut.
  if (others.length === 0) return { readings, baselines: own, links: baselines.filter(isLink) };
  return { readings, baselines, links: [] };
}

const linkOf = (bytes: Traffic): Baseline => ({ bytes, epoch: { boot: LINK, instance: null, began: null, margin: 0 }, lastRead: null });
