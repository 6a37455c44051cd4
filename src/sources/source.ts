import type { Observation, SourceName, System } from '../domain/observation.ts';
import { quote, SourceError } from '../errors.ts';
import type { HttpAnswer, HttpRequest } from '../transports/request.ts';

/** Text that a router answered, as parsers take it. */
export type Answer = Pick<HttpAnswer, 'text' | 'framed'>;

/** Fetches one answer; rejects with a SourceError. */
export type ReadAnswer = (request: HttpRequest, signal: AbortSignal) => Promise<Answer>;

/** What one request told: each source stands or falls by itself. */
export interface ProbeResult {
  system: System | null;
  sources: SourceReading[];
}

export interface SourceReading {
  source: SourceName;
  /** Lines left out. */
  skipped: number;
  observation: Observation | SourceError;
  /** What counts within the router, where that can change: another one starts with a first reading. */
  origin?: string;
}

/** One request to a router and the sources that its answer holds. */
export interface Probe {
  sources: readonly SourceName[];
  /** Format and address. */
  origin: string;
  /** Rejects with a SourceError that stands for all its sources. */
  collect(signal: AbortSignal): Promise<ProbeResult>;
}

/** Lines that one answer may have: bounds memory and work. A gateway of 5,000 devices has ten for each, with its temporary addresses of a day. */
export const MOST_ANSWER_LINES = 150_000;

/** A cumulative byte count: decimal digits, and no more than can be told exactly. */
export function parseCounter(text: string, field: string): number {
  const value = Number(text);
  if (!/^\d{1,16}$/.test(text) || !Number.isSafeInteger(value))
    throw new SourceError('parse', `${field} is not a byte counter: ${quote(text)}`);
  return value;
}

/** The lines of an answer without line ends and blanks at the end. Throws where the last line may be cut or there are too many. */
export function linesOf({ text, framed }: Answer): string[] {
  if (!framed && text !== '' && !text.endsWith('\n')) throw new SourceError('truncated', 'the answer ends in the middle of a line');
  const lines = text.split('\n', MOST_ANSWER_LINES + 1).map((line) => line.trimEnd());
  if (lines.length > MOST_ANSWER_LINES) throw new SourceError('too_large', `the answer has more than ${MOST_ANSWER_LINES} lines`);
  while (lines.at(-1) === '') lines.pop();
  return lines;
}
