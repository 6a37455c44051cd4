import { clean } from '../result.ts';

/** What became of one limit on a router. */
export type LimitState =
  /** Bytes that it held back since it was made, as the device sees them. */
  { state: 'active'; dropped: { download: number; upload: number } } | { state: 'refused'; why: string };

/** What a router answered to its wanted limits. */
export type LimitsAnswer = LimitsSet | LimitsFailure;

export interface LimitsSet {
  ok: true;
  changed: boolean;
  /** Wanted limits that stood already; null if it does not say. */
  found: number | null;
  /** By id. */
  limits: ReadonlyMap<string, LimitState>;
  notes: readonly string[];
}

export interface LimitsFailure {
  ok: false;
  /** Named by the script; `connect` if nothing was started, `answer` if the answer is incomplete. */
  step: string;
  /** One line. */
  reason: string;
}

/** More than any answer has. */
const MOST_LINES = 1024;
const MOST_NOTES = 8;
const MOST_CHARACTERS = 262_144;

/** Parses the answer of openwrt-cgi/limits.sh; null if it is incomplete. Anything may have been printed before it. */
export function parseAnswer(text: string): LimitsAnswer | null {
  const start = text.search(/^wrtmeter-limits 1$/m);
  if (start < 0 || text.length - start > MOST_CHARACTERS || !text.endsWith('\n')) return null;
  const lines = text.slice(start).split('\n').slice(1, -1);
  const [, result = ''] = /^result (.*)$/.exec(lines.at(-1) ?? '') ?? [];
  const [, step, reason = ''] = /^failed ([a-z]{1,20}) (.+)$/.exec(result) ?? [];
  if (step !== undefined) return { ok: false, step, reason: clean(reason) };
  const [, changed] = /^ok (changed|unchanged)$/.exec(result) ?? [];
  if (changed === undefined || lines.length > MOST_LINES) return null;
  const limits = new Map<string, LimitState>();
  const notes: string[] = [];
  let found: number | null = null;
  for (const line of lines) {
    const [, id, rest = ''] = /^limit ([a-z0-9_]{1,32}) (.+)$/.exec(line) ?? [];
    const state = id === undefined ? null : stateOf(rest);
    if (id !== undefined && state !== null) limits.set(id, state);
    const [, number] = /^found (\d{1,4})$/.exec(line) ?? [];
    if (number !== undefined) found = Number(number);
    const [, note] = /^note (.+)$/.exec(line) ?? [];
    if (note !== undefined && notes.length < MOST_NOTES) notes.push(clean(note));
  }
  return { ok: true, changed: changed === 'changed', found, limits, notes };
}

function stateOf(text: string): LimitState | null {
  const [, download, upload] = /^active (\d{1,15}) (\d{1,15})$/.exec(text) ?? [];
  if (download !== undefined) return { state: 'active', dropped: { download: Number(download), upload: Number(upload) } };
  const [, why] = /^refused (.+)$/.exec(text) ?? [];
  return why === undefined ? null : { state: 'refused', why: clean(why) };
}
