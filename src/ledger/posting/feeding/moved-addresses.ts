import type { CounterRules, Doubt, Reading } from '../../../domain/counter.ts';
import { macIn } from '../../../domain/counter-names.ts';
import { type Direction, NOTHING, type Traffic, total } from '../../../domain/traffic.ts';
import { isBelow } from '../../../domain/within-epoch.ts';
import type { KeptBaseline } from '../../books.ts';

type Baselines = ReadonlyMap<string, readonly KeptBaseline[]>;
type Readings = ReadonlyMap<string, readonly Reading[]>;

/**
 * The baselines of counters whose machine has another address now, or one that it had before: a router may keep its entry, so the highest
 * of its figures that are not shown any more, and that is not above what it shows, is what it continues. Each continues once.
 * Rule: undirected counter.
 */
export function withMovedAddresses(known: Baselines, counters: () => Readings, { directions, moves = false }: CounterRules): Baselines {
  if (!moves) return known;
  // With one figure for both directions, the other one is packets.
  const sizeOf: SizeOf = directions === 'sum' ? ({ download }) => download : total;
  const present = counters();
  const isOpen = (counter: string) => known.get(counter)?.[0]?.lastRead !== null;
  const appeared = [...present].filter(([counter]) => isOpen(counter)).sort(([, a], [, b]) => sizeOf(bytesOf(b)) - sizeOf(bytesOf(a)));
  if (appeared.length === 0) return known;
  const waiting = waitingOf(
    known,
    new Set(appeared.map(([counter]) => macIn(counter))),
    (counter) => !present.has(counter) || isOpen(counter),
    sizeOf,
  );
  const moved = new Map(known);
  const settled = new Set<string>();
  for (const [counter, readings] of appeared) {
    const figures = waiting.get(macIn(counter)) ?? [];
    const at = highestFor(bytesOf(readings), sizeOf, figures, settled);
    settled.add(counter);
    const best = figures[at];
    if (best === undefined || best.counter === counter) continue;
    figures.splice(at, 1);
    const own = moved.get(counter);
    moved.set(counter, moved.get(best.counter) ?? []);
    // What waited under this address waits under the other one: it may be back there.
    if (own === undefined) moved.delete(best.counter);
    else {
      moved.set(best.counter, own);
      const bytes = lastOf(own);
      insert(figures, { ...best, bytes, size: sizeOf(bytes) });
    }
  }
  return moved;
}

/** How high a figure is. */
type SizeOf = (bytes: Traffic) => number;

/** A figure of before. */
interface WaitingFigure {
  counter: string;
  bytes: Traffic;
  size: number;
  /** Its place among all: of equal ones the first counts. */
  place: number;
}

const bytesOf = ([first]: readonly Reading[]): Traffic => first?.bytes ?? NOTHING;

/** What a counter showed last, or a little less: the baseline of one that dipped or may have restarted is higher. */
function lastOf([first]: readonly KeptBaseline[]): Traffic {
  if (first === undefined) return NOTHING;
  const last = (way: Direction) => leastIn(first.doubts?.[way]) ?? first.bytes[way];
  return { download: last('download'), upload: last('upload') };
}

function leastIn(doubt: Doubt | undefined): number | null {
  switch (doubt?.kind) {
    case 'unsure':
      return doubt.low;
    case 'dipped':
    case 'owed':
      return doubt.least;
    default:
      return null;
  }
}

/** The best is the last. */
const ascending = (a: WaitingFigure, b: WaitingFigure): number => a.size - b.size || b.place - a.place;

/** The figures of machines that a counter of theirs may continue, by MAC: a router may have thousands of one. */
function waitingOf(
  known: Baselines,
  macs: ReadonlySet<string>,
  mayWait: (counter: string) => boolean,
  sizeOf: SizeOf,
): Map<string, WaitingFigure[]> {
  const waiting = new Map<string, WaitingFigure[]>();
  let place = 0;
  for (const [counter, baselines] of known) {
    const mac = macIn(counter);
    if (!macs.has(mac) || !mayWait(counter)) continue;
    const bytes = lastOf(baselines);
    const figure = { counter, bytes, size: sizeOf(bytes), place: place++ };
    const figures = waiting.get(mac);
    if (figures === undefined) waiting.set(mac, [figure]);
    else figures.push(figure);
  }
  for (const figures of waiting.values()) figures.sort(ascending);
  return waiting;
}

/** Where the highest is that is not above what is shown. What is above it goes, because the counters that follow show as much or less. */
function highestFor(shown: Traffic, sizeOf: SizeOf, figures: WaitingFigure[], settled: ReadonlySet<string>): number {
  while ((figures.at(-1)?.size ?? 0) > sizeOf(shown)) figures.pop();
  return figures.findLastIndex(({ counter, bytes }) => !isBelow(shown, bytes) && !settled.has(counter));
}

function insert(figures: WaitingFigure[], figure: WaitingFigure): void {
  figures.splice(figures.findLastIndex((other) => ascending(other, figure) < 0) + 1, 0, figure);
}
