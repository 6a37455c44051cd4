import { type Baseline, LINK, type Reading } from '../../../domain/counter.ts';
import type { Observation } from '../../../domain/observation.ts';
import { areLinks, isLink, MOST_LINES } from '../../../domain/pairing.ts';
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
export function withoutLinks<R extends Reading, B extends Baseline>(
  observation: Observation,
  readings: readonly R[],
  baselines: readonly B[],
): OwnLines<R, B> {
  const counter = readings[0]?.counter ?? '';
  if (observation.source !== 'stations') return { readings, baselines, links: [] };
  const links = (observation.links?.get(counter) ?? []).slice(0, MOST_LINES).map(linkOf);
  const counted = baselines.filter((each) => !isLink(each));
  if (links.length > 0) return { readings, baselines: counted, links };
  if (observation.inRow?.has(counter) && areLinks(readings, baselines))
    return { readings: readings.slice(0, 1), baselines: counted, links: readings.slice(1).map(({ bytes }) => linkOf(bytes)) };
  // Links may be missing from a list that was cut.
  return readings.length === 1 ? { readings, baselines: counted, links: baselines.filter(isLink) } : { readings, baselines, links: [] };
}

const linkOf = (bytes: Traffic): Baseline => ({ bytes, epoch: { boot: LINK, instance: null, began: null, margin: 0 }, lastRead: null });
