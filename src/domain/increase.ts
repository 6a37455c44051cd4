import { type Baseline, type CounterRules, type Epoch, IMPORTED, type Reading } from './counter.ts';
import { pairLines } from './pairing.ts';
import { minus, type Traffic } from './traffic.ts';

const WRAP = 2 ** 32;
/** Seconds that a station may be associated before it is authorized and listed. Rule: new counter. */
const HANDSHAKE = 3;

export type ResetReason = 'fell' | 'boot' | 'new device' | 'new association' | 'line left over';

/** A counting program loads its last saved figures when it starts: those bytes are already posted. Rule: lowered counter. */
const LOWERED = { kind: 'baseline', why: 'went back to older figures' } as const;

/** What a reading means for the books. `since` is the Unix ms from which the bytes are counted. */
export type Change =
  | {
      kind: 'baseline';
      why: 'first reading' | 'may only have come into sight' | 'older than the last reading' | 'went back to older figures';
    }
  | { kind: 'increase'; bytes: Traffic; since: number }
  | { kind: 'wrap'; bytes: Traffic; since: number }
  | { kind: 'began'; bytes: Traffic; since: number }
  | { kind: 'reset'; bytes: Traffic; since: number; why: ResetReason }
  | { kind: 'rejected'; bytes: Traffic; why: string };

/** The previous reading of the reader. */
export interface PreviousReading {
  /** Unix ms. */
  at: number;
  boot: string | null;
  /** Seconds since the router's boot; null if not reported. */
  uptime: number | null;
}

/** The context of one reading of a reader. */
export interface Circumstances {
  rules: CounterRules;
  /** Unix ms at which the answer arrived. */
  at: number;
  /** Null for the first successful reading of a reader. */
  previous: PreviousReading | null;
  /** Seconds since `previous`, by the clock that shows the most. */
  elapsed: number;
  /** Seconds since the router's boot; null if not reported. */
  uptime: number | null;
  /** The most bytes per second that a counter can gain. */
  fastest: number;
}

/** Compares the current readings of one counter with its baselines (Rule: first reading, and the others about counters in docs/ledger-rules.md). */
export function compare(readings: readonly Reading[], baselines: readonly Baseline[], now: Circumstances): Change[] {
  if (now.previous === null) return [{ kind: 'baseline', why: 'first reading' }];
  const [reading, baseline] = [readings[0], baselines[0]];
  if (reading === undefined) return [];
  if (readings.length > 1 || baselines.length > 1) return compareLines(readings, baselines, now.previous, now);
  if (baseline === undefined) return [plausible(unknownCounter(reading, now.previous, now), reading.epoch, now)];
  const since = baseline.lastRead ?? now.previous.at;
  const newEpoch = provedEpoch(baseline.epoch, reading.epoch);
  if (newEpoch !== null) {
    return [
      plausible({ kind: 'reset', bytes: reading.bytes, since: startOf(reading.epoch, since, now), why: newEpoch }, reading.epoch, now),
    ];
  }
  if (!fellIn(reading.bytes, baseline.bytes)) {
    const both = plausible(difference(false, reading.bytes, baseline.bytes, since), null, now, since);
    if (both.kind === 'increase') return [both];
  }
  return sameEpoch(reading, baseline.bytes, now, since).map((change) => plausible(change, null, now, since));
}

function compareLines(
  readings: readonly Reading[],
  baselines: readonly Baseline[],
  previous: PreviousReading,
  now: Circumstances,
): Change[] {
  if (baselines.some(({ epoch }) => epoch?.boot === IMPORTED)) return [{ kind: 'baseline', why: 'may only have come into sight' }];
  const lines = readings.map((r) => r.bytes);
  const { bytes, leftOver } = pairLines(
    lines,
    baselines.map((b) => b.bytes),
  );
  const since = Math.min(...baselines.map((b) => b.lastRead ?? previous.at), previous.at);
  const change: Change =
    leftOver > 0 && baselines.length > 0 ? { kind: 'reset', bytes, since, why: 'line left over' } : { kind: 'increase', bytes, since };
  return [plausible(change, null, now, since)];
}

function unknownCounter(reading: Reading, previous: PreviousReading, now: Circumstances): Change {
  const { epoch } = reading;
  const sameBoot = epoch !== null && epoch.boot === previous.boot;
  if (sameBoot && epoch.began !== null && previous.uptime !== null && epoch.began + Math.max(epoch.margin, HANDSHAKE) < previous.uptime) {
    return { kind: 'baseline', why: 'older than the last reading' };
  }
  const proved = epoch !== null && previous.boot !== null && !sameBoot;
  if (now.rules.unknown === 'baseline' && !proved) return { kind: 'baseline', why: 'may only have come into sight' };
  return { kind: 'began', bytes: reading.bytes, since: startOf(epoch, previous.at, now) };
}

function sameEpoch({ bytes, bits }: Reading, before: Traffic, now: Circumstances, since: number): Change[] {
  const fell = { download: bytes.download < before.download, upload: bytes.upload < before.upload };
  if (now.rules.directions === 'together') return [difference(fell.download || fell.upload, bytes, before, since)];
  const download = { now: { download: bytes.download, upload: 0 }, before: { download: before.download, upload: 0 } };
  const upload = { now: { download: 0, upload: bytes.upload }, before: { download: 0, upload: before.upload } };
  const lowers = now.rules.fall === 'lowers';
  return [
    (fell.download && lowers && LOWERED) ||
      (fell.download && bits === 32 && wrapped(bytes.download, before.download, 'download', now, since)) ||
      difference(fell.download, download.now, download.before, since),
    (fell.upload && lowers && LOWERED) ||
      (fell.upload && bits === 32 && wrapped(bytes.upload, before.upload, 'upload', now, since)) ||
      difference(fell.upload, upload.now, upload.before, since),
  ];
}

const fellIn = (bytes: Traffic, before: Traffic): boolean => bytes.download < before.download || bytes.upload < before.upload;

/** Rule: increase. After a fall, Rule: reset. */
function difference(fell: boolean, bytes: Traffic, before: Traffic, since: number): Change {
  return fell ? { kind: 'reset', bytes, since, why: 'fell' } : { kind: 'increase', bytes: minus(bytes, before), since };
}

/** Rule: wrap. A 32-bit counter that fell within its epoch has wrapped, if the line could have carried those bytes. */
function wrapped(bytes: number, before: number, direction: keyof Traffic, now: Circumstances, since: number): Change | null {
  const gained = WRAP - before + bytes;
  if (before >= WRAP || gained > now.fastest * Math.max(now.elapsed, (now.at - since) / 1000)) return null;
  return { kind: 'wrap', bytes: { download: 0, upload: 0, [direction]: gained }, since };
}

/** Why two readings of a counter cannot be subtracted even if neither direction fell, or null. Rule: epoch. */
function provedEpoch(before: Epoch | null, read: Epoch | null): ResetReason | null {
  if (before === null || read === null) return null;
  if (before.boot !== read.boot) return 'boot';
  // An instance that one of the two answers lacks proves nothing.
  if (before.instance !== null && read.instance !== null && before.instance !== read.instance) return 'new device';
  if (before.began === null || read.began === null) return null;
  return read.began > before.began + read.margin ? 'new association' : null;
}

/** Unix ms at which a new epoch began, at the earliest the last reading. */
function startOf(epoch: Epoch | null, since: number, now: Circumstances): number {
  const age = ageOf(epoch, now);
  return age === null ? since : Math.min(now.at, Math.max(since, Math.round(now.at - age * 1000)));
}

/** Seconds since the epoch began, or null if not reported. */
function ageOf(epoch: Epoch | null, now: Circumstances): number | null {
  return epoch === null || now.uptime === null ? null : Math.max(0, now.uptime - (epoch.began ?? 0));
}

/** Rule: implausible. More than the line could carry in the time is not posted. */
function plausible(change: Change, epoch: Epoch | null, now: Circumstances, since?: number): Change {
  if (change.kind === 'baseline' || change.kind === 'rejected') return change;
  const waited = since === undefined ? now.elapsed : Math.max(now.elapsed, (now.at - since) / 1000);
  const seconds = Math.min(waited, ageOf(epoch, now) ?? waited) + now.rules.refresh;
  const most = now.fastest * seconds;
  const { download, upload } = change.bytes;
  if (download <= most && upload <= most) return change;
  const why = `more than ${Math.floor(now.fastest * 8)} bit/s could carry in ${Math.ceil(seconds)} s`;
  return { kind: 'rejected', bytes: change.bytes, why };
}
