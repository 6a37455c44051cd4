import type { Logger } from 'pino';
import type { Clock } from '../../collector/round.ts';
import type { Config, CsvConfig } from '../../config/config.ts';
import { formatDuration } from '../../config/values.ts';
import { dayOf } from '../../domain/calendar.ts';
import { fileWords, LedgerError } from '../../errors.ts';
import type { Ledger } from '../../ledger/ledger.ts';
import { createRunningReader } from '../../ledger/storage/people/read-running.ts';
import type { Store } from '../../ledger/storage/store.ts';
import type { CsvStatus, NamesView, View } from '../../views/view.ts';
import { FOREIGN, isDiskError } from './failures.ts';
import { createCsvWriter } from './writer.ts';

export interface CsvParts {
  config: Config;
  ledger: Ledger;
  /** A connection of its own, so that no round waits. */
  reading: Pick<Store, 'all'>;
  log: Pick<Logger, 'info' | 'error'>;
  clock: Pick<Clock, 'now'>;
  /** False before the first round: only rounds find out whether the clock is right. */
  isClockTrusted(): boolean;
  /** What the configuration says of people, and what the routers answered last. */
  known(): Omit<NamesView, 'books'> & Pick<View, 'routers'>;
}

/** The files of the older logger, written beside the rounds while the service runs. */
export interface Csv {
  /** Writes a line to each file now, unless that is going on, or nothing is configured. Faults are logged and counted. */
  write(): Promise<void>;
  /** Continues with another configuration. Who has become private is removed at once. */
  reconfigure(config: Config): void;
  /** Null where nothing is configured. */
  status(): CsvStatus | null;
  /** Ends soon; call it before the connection is closed. */
  stop(): Promise<void>;
}

/** Starts it: lines are written at full multiples of `every`. */
export function createCsv({ config: given, ledger, reading, log, clock, isClockTrusted, known }: CsvParts): Csv {
  let config = given;
  let status: CsvStatus = newStatus();
  let timer: NodeJS.Timeout | undefined;
  const stopping = new AbortController();
  let running: Promise<void> | null = null;
  let parts = partsFor(config.csv);
  /** Of the last failure: the same is not logged again. */
  let reported: string | null = null;

  function partsFor(csv: CsvConfig | null) {
    return csv === null ? null : { csv, writer: createCsvWriter(csv.directory), reader: createRunningReader(reading) };
  }

  async function once(): Promise<void> {
    // No time is known for a line, nor which lines are too old.
    if (parts === null || !isClockTrusted()) return;
    const { csv, writer, reader } = parts;
    const now = ledger.trusted(clock.now());
    const { timezone, billing, expire } = config;
    try {
      const counted = await reader.read(dayOf(now, timezone));
      const facts = { ...known(), books: ledger.books, now, timezone, billing, expire, keep: csv.keep, counted, signal: stopping.signal };
      const { files, failed } = await writer.write(facts);
      if (stopping.signal.aborted) return;
      status = { ...status, files };
      if (failed !== null) {
        report(csv, failed.error, files === 0 ? 'The' : 'Some of the');
        return;
      }
      if (status.failure !== null) log.info(`The files in "${csv.directory}" (csv) are written again`);
      status = { ...status, failure: null, writtenAt: now };
      reported = null;
    } catch (error) {
      if (!(error instanceof LedgerError || isDiskError(error))) throw error;
      report(csv, error, 'The');
    }
  }

  function report({ directory, every }: CsvConfig, error: Error, which: 'The' | 'Some of the'): void {
    status = { ...status, errors: status.errors + 1, failure: fileWords(error) };
    // A file with other contents is named, and then the next one.
    const reason = isDiskError(error) && error.code !== FOREIGN ? error.code : error.message;
    if (reason === reported) return;
    reported = reason;
    const again = `tried again every ${formatDuration(every)}, and then no byte is missing`;
    log.error(`${which} files in "${directory}" (csv) cannot be written, ${again}: ${status.failure}`);
  }

  function write(): Promise<void> {
    if (stopping.signal.aborted) return running ?? Promise.resolve();
    running ??= once()
      .catch((error) => log.error(error))
      .finally(() => {
        running = null;
      });
    return running;
  }

  function waitForNext(): void {
    clearTimeout(timer);
    if (stopping.signal.aborted || parts === null) return;
    const every = parts.csv.every * 1000;
    timer = setTimeout(() => void write().finally(waitForNext), every - (clock.now() % every));
    timer.unref();
  }

  /** After what is being written by an earlier configuration. */
  function begin(): void {
    void (running ?? Promise.resolve()).then(write).finally(waitForNext);
  }

  begin();
  return {
    write,
    reconfigure(next) {
      const isSame = JSON.stringify(next.csv) === JSON.stringify(config.csv);
      config = next;
      if (!isSame) {
        status = newStatus();
        reported = null;
        parts = partsFor(next.csv);
      }
      begin();
    },
    status: () => (parts === null ? null : status),
    async stop() {
      stopping.abort();
      clearTimeout(timer);
      await running;
    },
  };
}

const newStatus = (): CsvStatus => ({ files: 0, errors: 0, failure: null, writtenAt: null });
