import { type Billing, dayOf, monthOf, startOfDay } from '../../domain/calendar.ts';
import { oldLines } from '../../views/logger/cut.ts';
import { ALL_FILE, macOfFile } from '../../views/logger/file-names.ts';
import type { LoggerLine } from '../../views/logger/line.ts';
import { type CountedByMac, type Kept, nextLine, plainKept } from '../../views/logger/running.ts';
import { loggerSubjects } from '../../views/logger/subjects.ts';
import { isPrivate, type NamesView, type View } from '../../views/view.ts';
import { type Failures, failures } from './failures.ts';
import { csvFiles } from './files.ts';
import { type KeptFiles, keptText, readKept, writeKept } from './state.ts';

/** What the files are written from at a time. */
interface CsvFacts extends NamesView, Pick<View, 'routers'> {
  /** Unix ms. */
  now: number;
  timezone: string;
  billing: Billing;
  /** Seconds after which a device that is not seen gets no lines. */
  expire: number;
  /** Seconds that lines are kept. */
  keep: number;
  counted: CountedByMac;
  /** Ends the writing early; the next time has what is missing. */
  signal: AbortSignal;
}

/** What became of a line for each file. */
interface CsvResult {
  /** Files that got a line. */
  files: number;
  /** The first error, and how many things could not be done; null if all were. */
  failed: { error: Error; times: number } | null;
}

/** Devices with a file: those that were seen last. */
const MOST_FILES = 5000;
/** Bytes of files that are cut back in one go; the others follow next time. */
const CUT_BYTES = 4_000_000;
/** Files that are looked at for lines that are too old in one go. */
const CUT_FILES = 250;

/** A file that is to have a line. */
interface Target {
  /** What it is remembered by. */
  key: string;
  file: string;
  macs: ReadonlySet<string>;
}

/** Writes the files of a directory. */
export interface CsvWriter {
  /** Writes a line to each file, and cuts some of them back. Rejects where the directory cannot be used. */
  write(facts: CsvFacts): Promise<CsvResult>;
}

/** Creates it; nobody else may write in the directory. */
export function createCsvWriter(directory: string): CsvWriter {
  const files = csvFiles(directory);
  let kept: KeptFiles = new Map();
  let saved: string | null = null;
  let before: CountedByMac | null = null;
  /** The local day on which each file was last cut back. */
  const cutOn = new Map<string, number>();

  async function write(facts: CsvFacts): Promise<CsvResult> {
    if (await files.open()) {
      kept = await readKept(directory);
      saved = null;
      cutOn.clear();
    }
    const failed = failures(facts.signal);
    const targets = await targetsOf(facts, failed);
    const wanted = new Set(targets.map(({ key }) => key));
    // A device that was not seen for long may come back; a user that was removed does not.
    const next = new Map([...kept].filter(([key]) => wanted.has(key) || !key.endsWith('.csv')));
    const lines: [file: string, line: LoggerLine][] = [];
    for (const target of targets) {
      await failed.within(async () => {
        const decided = nextLine(await runningFile(target), { before, now: facts.counted }, Math.floor(facts.now / 1000));
        if (isPlain(target.key, decided.kept)) next.delete(target.key);
        else next.set(target.key, decided.kept);
        if (decided.line !== null) lines.push([target.file, decided.line]);
      });
    }
    for (const mac of unbegun(next, facts.counted)) await failed.within(async () => next.set(mac, await continued(mac, facts)));
    await remember(next);
    before = facts.counted;
    let written = 0;
    for (const [file, line] of lines) {
      await failed.within(async () => {
        await files.append(file, line);
        written += 1;
      });
    }
    await cut(targets, facts, failed);
    return { files: written, failed: failed.found() };
  }

  async function targetsOf(facts: CsvFacts, failed: Failures): Promise<Target[]> {
    const { devices, groups, hidden } = loggerSubjects(facts, facts.now - facts.expire * 1000, MOST_FILES);
    await failed.within(() => files.remove((file) => hidden.includes(file) || isPrivate(facts, macOfFile(file) ?? '')));
    // Before the first device there is nothing to write.
    if (facts.counted.size === 0) return [];
    const targets: Target[] = [...groups].map(([file, macs]) => ({ key: file, file, macs }));
    for (const { mac, macs, ips } of devices) {
      await failed.within(async () => targets.push({ key: mac, file: await files.nameFor(mac, ips), macs }));
    }
    return targets;
  }

  async function runningFile({ key, file, macs }: Target) {
    return { last: await files.last(file), kept: kept.get(key) ?? (isOwn(key) ? plainKept(new Set([key])) : null), macs };
  }

  /** Every device whose file was begun is among all of them. */
  const isOwn = (mac: string): boolean => kept.get(ALL_FILE)?.macs.has(mac) ?? false;

  /** Devices that are among all of them from now on and get no line, but have a file of an older program. */
  function unbegun(next: KeptFiles, counted: CountedByMac): string[] {
    const isNew = (mac: string) => counted.has(mac) && !isOwn(mac) && !next.has(mac);
    return files
      .names()
      .flatMap((file) => macOfFile(file) ?? [])
      .filter(isNew);
  }

  /** What is remembered of such a file, so that it continues from its own sums when the device returns. */
  async function continued(mac: string, { counted, now }: CsvFacts): Promise<Kept> {
    const file = { last: await files.last(await files.nameFor(mac, [])), kept: null, macs: new Set([mac]) };
    return nextLine(file, { before, now: counted }, Math.floor(now / 1000)).kept;
  }

  /** Before the lines are written: with what is remembered and its last line, a file continues right wherever a kill falls. */
  async function remember(next: KeptFiles): Promise<void> {
    const text = keptText(next);
    if (text !== saved) await writeKept(directory, text);
    saved = text;
    kept = next;
  }

  /** Each file once a day, and only some at a time. Those of an older program that nothing here continues are left alone. */
  async function cut(targets: readonly Target[], { now, timezone, billing, keep, counted }: CsvFacts, failed: Failures): Promise<void> {
    const today = dayOf(now, timezone);
    const oldest = Math.floor(now / 1000) - keep;
    const periodOf = periods(timezone, billing);
    let bytes = 0;
    const own = new Set(targets.map(({ file }) => file));
    const isContinued = (file: string) => own.has(file) || counted.has(macOfFile(file) ?? '');
    const due = files.names().filter((file) => cutOn.get(file) !== today && isContinued(file));
    for (const file of due.slice(0, CUT_FILES)) {
      if (bytes >= CUT_BYTES) return;
      await failed.within(async () => {
        bytes += await files.cut(file, oldLines(oldest, periodOf));
        cutOn.set(file, today);
      });
    }
  }

  return { write };
}

/** Whether a file needs no remembering: that of one device with the ledger's own sums. */
const isPlain = (key: string, { macs, total, offPeak }: Kept): boolean => macs.size === 1 && macs.has(key) && total === 0 && offPeak === 0;

/** Names the billing period of a second (Unix) by its first day. Neighbours mostly lie in the same. */
function periods(timezone: string, billing: Billing): (time: number) => number {
  let known = { from: 0, to: 0, start: 0 };
  return (time) => {
    if (time < known.from || time >= known.to) {
      const { start, end } = monthOf(dayOf(time * 1000, timezone), billing);
      known = { from: startOfDay(start, timezone) / 1000, to: startOfDay(end, timezone) / 1000, start };
    }
    return known.start;
  };
}
