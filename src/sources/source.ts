import type { Observation, SourceName, System } from '../domain/observation.ts';
import { quote, SourceError } from '../errors.ts';
import type { HttpAnswer, HttpRequest } from '../transports/request.ts';
import type { Skipped } from './skips.ts';

/** The answer of a router, for parsers. */
export type Answer = Pick<HttpAnswer, 'text' | 'framed' | 'mostLines'>;

/** Fetches one answer; rejects with a SourceError. */
export type ReadAnswer = (request: HttpRequest, signal: AbortSignal) => Promise<Answer>;

/** What one request returned; each source can fail separately. */
export interface ProbeResult {
  system: System | null;
  sources: SourceReading[];
}

export interface SourceReading extends Partial<Skipped> {
  source: SourceName;
  observation: Observation | SourceError;
  /** What counts within the router, if that can change. Another origin starts with a first reading. */
  origin?: string;
}

/** One request to a router and the sources in its answer. */
export interface Probe {
  sources: readonly SourceName[];
  /** Format and address. */
  origin: string;
  /** Rejects with a SourceError if all its sources failed. */
  collect(signal: AbortSignal): Promise<ProbeResult>;
}

/** Most lines of one answer, to limit memory and work. A gateway with 5,000 devices has about ten lines per device, due to temporary addresses. */
const MOST_ANSWER_LINES = 150_000;

/** Parses a cumulative byte count: decimal digits, not larger than a safe integer. Rule: whole numbers. */
export function parseCounter(text: string, field: string): number {
  const value = Number(text);
  if (!/^\d{1,16}$/.test(text) || !Number.isSafeInteger(value))
    throw new SourceError('parse', `${field} is not a byte counter: ${quote(text)}`);
  return value;
}

/** What is kept of the lines of one answer at most. Rule: small. */
export interface LineLimits {
  /** Leases, names or neighbours: nothing is counted by them, and what a router invents of them stays in memory until the next answer. */
  entries: number;
  /** Lines of a section whose text is remembered. */
  known: number;
}

/** By how many lines an answer may have. */
export const lineLimits = ({ mostLines = MOST_ANSWER_LINES }: Pick<Answer, 'mostLines'>): LineLimits => ({
  entries: Math.max(20_000, Math.floor(mostLines / 6)),
  known: Math.floor(mostLines / 2),
});

/** The first of the entries, and how many there are no room for. */
export const bounded = <T>(entries: readonly T[], most: number): { kept: readonly T[]; leftOut: number } => ({
  kept: entries.length > most ? entries.slice(0, most) : entries,
  leftOut: Math.max(0, entries.length - most),
});

/** The lines of an answer, without trailing spaces. Throws if the last line may be truncated or there are too many lines. */
export function linesOf({ text, framed, mostLines = MOST_ANSWER_LINES }: Answer): string[] {
  if (!framed && text !== '' && !text.endsWith('\n')) {
    if (/^\s*[<{[]/.test(text)) throw new SourceError('parse', 'the answer is a web page or JSON, not the lines of a script');
    throw new SourceError('truncated', 'the answer is truncated: it ends in the middle of a line');
  }
  const lines = text.split('\n', mostLines + 1);
  lines.forEach((line, i) => {
    lines[i] = line.trimEnd();
  });
  if (lines.length > mostLines) throw new SourceError('too_large', `the answer has more than ${mostLines} lines`);
  while (lines.at(-1) === '') lines.pop();
  return lines;
}
