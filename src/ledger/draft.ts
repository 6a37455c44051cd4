import { type Slice, slices } from '../domain/calendar.ts';
import type { Baseline, Reading } from '../domain/counter.ts';
import { type Change, type Circumstances, compare } from '../domain/increase.ts';
import type { System } from '../domain/observation.ts';
import { MOST_LINES } from '../domain/pairing.ts';
import type { Round, SourceResult } from '../domain/round.ts';
import { spread } from '../domain/spread.ts';
import { isZero, type Traffic } from '../domain/traffic.ts';
import { type AccountName, accountKey } from './account.ts';
import { type AccountEntry, type AuditRow, type Books, type Entry, type Reader, type ReaderEntry, readerKey } from './books.ts';
import { draftLeases, draftNames } from './names.ts';
import { type CounterAnswer, type PostedReading, readingsOf } from './readings.ts';

/** How the rules are to be applied. */
export interface Terms {
  timezone: string;
  deviceBytes: 'stations' | 'hosts';
  /** Bits per second, by router. */
  lineRate: (router: string) => number;
  /** Seconds for which hour rows are kept. */
  keepHours: number;
  mostAccounts: number;
}

type Answered = Extract<SourceResult, { status: 'ok' }>;

/** Turns a round into what is to be written, without changing the books. `tick` is ms on the monotonic clock. */
export function draft(books: Books, round: Round, terms: Terms, tick: number): Entry {
  const at = round.finishedAt;
  const entry: Entry = { at, readers: [], accounts: new Map(), hours: new Map(), days: new Map(), devices: [], leases: [], audit: [] };
  const desk = createDesk(books, entry, terms);
  for (const { router, system, results } of round.routers) {
    for (const result of results) {
      if (result.status === 'ok') desk.post(router, system, result, tick);
    }
  }
  draftLeases(books, round, entry);
  draftNames(books, round, entry);
  return entry;
}

function createDesk(books: Books, entry: Entry, terms: Terms) {
  const spans = new Map<string, Slice[]>();
  let nextReader = Math.max(0, ...[...books.readers.values()].map((r) => r.id));
  let nextAccount = 0;
  for (const account of books.accounts.values()) nextAccount = Math.max(nextAccount, account.id);

  function post(router: string, system: System | null, result: Answered, tick: number): void {
    const held = books.readers.get(readerKey(router, result.source));
    const boot = system === null ? null : system.bootId.slice(0, 8);
    const uptime = system?.uptime ?? null;
    const audit = (kind: AuditRow['kind'], counter: string, bytes: Traffic, why: string) =>
      entry.audit.push({ at: result.at, kind, router, source: result.source, counter, ...bytes, why });
    if (held !== undefined && isStale(held, result.reader, boot, uptime)) {
      if (uptime !== held.uptime)
        audit('stale', '', { download: 0, upload: 0 }, `the router answered with an uptime of before, ${uptime} s`);
      return;
    }
    const first = held === undefined || held.reader !== result.reader || isAnotherMachine(held, boot, uptime, result.at);
    const reader = {
      id: held?.id ?? ++nextReader,
      router,
      source: result.source,
      reader: result.reader,
      readAt: result.at,
      readTick: tick,
      boot,
      uptime,
    };
    const usurped = first
      ? [...books.readers.values()].filter((r) => r.reader === result.reader && r.source === result.source && r.router !== router)
      : [];
    const written: ReaderEntry = { reader, fresh: first, usurped, changed: new Map(), removed: [] };
    entry.readers.push(written);
    const answer = readingsOf(router, result.observation, terms.deviceBytes);
    if (answer === null) return;
    const before = first || held === undefined ? null : held;
    const now: Circumstances = {
      rules: answer.rules,
      at: result.at,
      before: before && { at: before.readAt, boot: before.boot, uptime: before.uptime },
      elapsed: before === null ? 0 : elapsed(before, result.at, tick, boot, uptime),
      uptime,
      fastest: terms.lineRate(router) / 8,
    };
    for (const [counter, readings] of byCounter(answer)) {
      const baselines = before?.counters.get(counter) ?? [];
      for (const change of compare(readings, baselines, now)) {
        const accounts = readings[0]?.accounts ?? [];
        if (change.kind === 'reset') audit('reset', counter, change.bytes, change.why);
        if (change.kind === 'rejected') audit('rejected', counter, change.bytes, change.why);
        for (const account of accounts) book(account, change, result.at, audit);
      }
      hold(written, counter, readings, baselines);
    }
    if (before !== null) markAbsent(written, before, answer);
  }

  function book(
    name: AccountName,
    change: Change,
    at: number,
    audit: (kind: AuditRow['kind'], c: string, b: Traffic, why: string) => void,
  ): void {
    const line = accountEntry(name, at);
    if (line === null) {
      audit(
        'full',
        name.key,
        change.kind === 'baseline' ? { download: 0, upload: 0 } : change.bytes,
        `more than ${terms.mostAccounts} accounts`,
      );
      return;
    }
    line.seen = Math.max(line.seen, at);
    if (change.kind === 'baseline' || change.kind === 'rejected' || isZero(change.bytes)) return;
    line.download += change.bytes.download;
    line.upload += change.bytes.upload;
    const over = span(change.since, at);
    const download = spread(change.bytes.download, over);
    const upload = spread(change.bytes.upload, over);
    for (const [i, { hour, day }] of over.entries()) {
      const bytes = { download: download[i] ?? 0, upload: upload[i] ?? 0 };
      if (isZero(bytes)) continue;
      if (hour !== null) addTo(entry.hours, hour, line.account.id, bytes);
      addTo(entry.days, day, line.account.id, bytes);
    }
  }

  function accountEntry(name: AccountName, at: number): AccountEntry | null {
    const key = accountKey(name);
    const drafted = entry.accounts.get(key);
    if (drafted !== undefined) return drafted;
    const known = books.accounts.get(key);
    if (known === undefined && nextAccount >= terms.mostAccounts) return null;
    const zero = { download: 0, upload: 0 };
    const account = known ?? {
      ...name,
      id: ++nextAccount,
      total: zero,
      month: zero,
      firstSeen: at,
      lastSeen: at,
      overlay: name.overlay ?? false,
    };
    const line = { account, isNew: known === undefined, download: 0, upload: 0, seen: at };
    entry.accounts.set(key, line);
    return line;
  }

  function span(since: number, at: number): Slice[] {
    const key = `${since} ${at}`;
    const known = spans.get(key) ?? slices(since, at, terms.timezone, at - terms.keepHours * 1000);
    spans.set(key, known);
    return known;
  }

  return { post };
}

/** The same boot with a clock that did not run on: an answer from before. */
function isStale(held: Reader, reader: string, boot: string | null, uptime: number | null): boolean {
  return held.reader === reader && boot !== null && held.boot === boot && uptime !== null && held.uptime !== null && uptime <= held.uptime;
}

/** A new boot that reaches back before our last reading cannot be the router that we read then. */
function isAnotherMachine(held: Reader, boot: string | null, uptime: number | null, at: number): boolean {
  const margin = 5;
  return boot !== null && held.boot !== null && held.boot !== boot && uptime !== null && at - (uptime - margin) * 1000 < held.readAt;
}

/** Seconds between two readings: the longest that any clock tells, since clocks are set back more often than time runs backwards. */
function elapsed(before: Reader, at: number, tick: number, boot: string | null, uptime: number | null): number {
  const wall = (at - before.readAt) / 1000;
  const monotonic = before.readTick === null ? 0 : (tick - before.readTick) / 1000;
  const router = uptime === null || before.uptime === null || boot !== before.boot ? 0 : uptime - before.uptime;
  return Math.max(wall, monotonic, router, 0);
}

function byCounter(answer: CounterAnswer): Map<string, PostedReading[]> {
  const found = new Map<string, PostedReading[]>();
  for (const reading of answer.readings) {
    const lines = found.get(reading.counter);
    if (lines === undefined) found.set(reading.counter, [reading]);
    else if (lines.length < MOST_LINES) lines.push(reading);
  }
  return found;
}

/** Notes today's readings as the baselines of tomorrow, where they differ from what is held. */
function hold(written: ReaderEntry, counter: string, readings: readonly Reading[], held: readonly Baseline[]): void {
  const unchanged = readings.length === held.length && readings.every((reading, i) => held[i] !== undefined && holds(held[i], reading));
  if (unchanged) return;
  written.changed.set(
    counter,
    readings.map(({ bytes, epoch }) => ({ bytes, epoch, lastRead: null })),
  );
}

function holds(baseline: Baseline, { bytes, epoch }: Reading): boolean {
  const { bytes: held, epoch: began, lastRead } = baseline;
  const sameEpoch =
    began?.boot === epoch?.boot &&
    began?.ifindex === epoch?.ifindex &&
    Math.abs((began?.began ?? 0) - (epoch?.began ?? 0)) <= (epoch?.margin ?? 0);
  return lastRead === null && sameEpoch && held.download === bytes.download && held.upload === bytes.upload;
}

function markAbsent(written: ReaderEntry, before: Reader, answer: CounterAnswer): void {
  const present = new Set(answer.readings.map((r) => r.counter));
  for (const [counter, baselines] of before.counters) {
    if (present.has(counter)) continue;
    if (answer.rules.absent === 'ended') written.removed.push(counter);
    else if (baselines.some((b) => b.lastRead === null)) {
      written.changed.set(
        counter,
        baselines.map((b) => ({ ...b, lastRead: b.lastRead ?? before.readAt })),
      );
    }
  }
}

function addTo(table: Map<number, Map<number, Traffic>>, time: number, account: number, bytes: Traffic): void {
  const row = table.get(time) ?? new Map<number, Traffic>();
  table.set(time, row);
  const sum = row.get(account);
  if (sum === undefined) row.set(account, { ...bytes });
  else {
    sum.download += bytes.download;
    sum.upload += bytes.upload;
  }
}
