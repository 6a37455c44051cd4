import { type LoggerLine, loggerLine } from './line.ts';

/** The lines of a file that are too old, as they are read from its start. */
export interface OldLines {
  /** Takes the next line; false for the first one that is not too old, which stays with all that follow. */
  take(line: LoggerLine): boolean;
  /** The lines that stay of those that were taken; null where all of them do. */
  summary(): string | null;
}

/**
 * Of the lines before `oldest` (Unix seconds), the last one of each period stays as the summary, with the bytes of those that go in its
 * delta, so that there is no gap. `periodOf` names the period that a second lies in.
 */
export function oldLines(oldest: number, periodOf: (time: number) => number): OldLines {
  const kept: LoggerLine[] = [];
  let taken = 0;
  let period: number | null = null;
  return {
    take(line) {
      if (line.time >= oldest) return false;
      // What a line says was used before it: at midnight, on the day that ends.
      const own = periodOf(line.time - 1);
      const before = own === period ? kept.pop() : undefined;
      kept.push({ ...line, delta: line.delta + (before?.delta ?? 0) });
      period = own;
      taken += 1;
      return true;
    },
    summary: () => (kept.length === taken ? null : kept.map(loggerLine).join('')),
  };
}
