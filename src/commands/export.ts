import type { Command } from 'commander';
import { namesOf, termsOf } from '../app/from-config.ts';
import type { CliOptions } from '../config/input.ts';
import { type Day, dayOf, dayText, startOfDay } from '../domain/calendar.ts';
import { quote, UsageError } from '../errors.ts';
import { SHOWN_KINDS } from '../ledger/account.ts';
import { takeInventory } from '../ledger/storage/integrity.ts';
import { loadBooks } from '../ledger/storage/load.ts';
import { loggerReader, usageReader } from '../ledger/storage/read-usage.ts';
import { openStoreToRead, type Store } from '../ledger/storage/store.ts';
import { monthsAt } from '../ledger/usage/months.ts';
import { LOGGER_WHOLE, loggerCsv } from '../views/api-v1/logger-csv.ts';
import { parseSpan } from '../views/api-v1/query.ts';
import { RequestError } from '../views/api-v1/request-error.ts';
import { wholeUsage } from '../views/api-v1/usage.ts';
import { csvRecord, USAGE_COLUMNS, type UsageLine, usageLines } from '../views/api-v1/usage-csv.ts';
import { BY } from '../views/api-v1/usage-query.ts';
import { LOGGER_HEADER } from '../views/logger/line.ts';
import type { DatedIo } from './common/command-io.ts';
import { LEDGER_SETTINGS, type Start, withSettings, wordOption } from './common/register.ts';
import { runCommand } from './common/run-command.ts';
import { safeJson } from './common/text.ts';
import { theDevice } from './common/the-device.ts';

type Name = 'from' | 'to' | 'by' | 'kind' | 'mac' | 'router' | 'user';
type UsageSelection = { [N in Name]?: string | undefined };

export type ExportOptions = CliOptions & { [N in Exclude<Name, 'mac'> | 'device' | 'format']?: string };

export function register(program: Command, start: Start): void {
  withSettings(program.command('export'), LEDGER_SETTINGS)
    .description("write usage as CSV, JSON or the older logger's CSV to standard output; works while the service runs")
    .option('--from <date>', 'first day, or a time like 2026-01-31T18:00:00Z (default: start of the ledger)')
    .option('--to <date>', 'day after the last, or a time (default: end of the ledger)')
    .addOption(wordOption('--by <bucket>', 'length of a period; a month is a billing period', BY, 'day'))
    .addOption(wordOption('--kind <kind>', 'only what is counted as this', SHOWN_KINDS))
    .option('--device <name>', 'one device, by its name or MAC')
    .option('--router <name>', 'one router')
    .option('--user <name>', 'with --format logger: one user')
    .addOption(wordOption('--format <format>', 'how it is written', FORMATS, 'csv'))
    .action((options: ExportOptions) => start((io) => exportUsage(options, io)));
}

const FORMATS = ['csv', 'json', 'logger'] as const;

/** Days read at once, and rows that they may have; bounds the memory for years of hours, or for thousands of devices. */
const PART = 14;
const MOST_ROWS = 200_000;

/**
 * `wrtmeter export`: usage by hour, day, month or year as CSV (RFC 4180) or JSON, or by hour or day as a file of the older logger, on
 * standard output, even while the service runs. Exports the whole ledger, or the time between `from` (inclusive) and `to` (exclusive). Returns the exit code.
 */
export function exportUsage(options: ExportOptions, io: DatedIo): Promise<number> {
  const { from, to, by = 'day', kind, device, router, user, format = 'csv', ...cli } = options;
  return runCommand(cli, io, async ({ config, directory }) => {
    const written = FORMATS.find((known) => known === format);
    if (written === undefined) throw new UsageError(`"format" is ${quote(format)}: use ${FORMATS.join(', ')}`);
    if (!BY.some((known) => known === by)) throw new UsageError(`"by" is ${quote(by)}: use ${BY.join(', ')}`);
    refuseStrangers(written, { kind, router, user });
    const store = await openStoreToRead(directory);
    try {
      const terms = termsOf(config);
      const now = io.clock.now();
      const books = await loadBooks(store);
      const view = {
        books,
        ...namesOf(config),
        months: monthsAt(now, terms),
        timezone: config.timezone,
        routers: [],
        now,
      };
      const read = (part: UsageSelection) => wholeUsage(view, terms, given(part), usageReader(store)).catch(asUsageError);
      const logger = async ({ from: first, to: last, ...rest }: UsageSelection) => {
        const span = await edges({ from: first, to: last, by: rest.by }, store, config.timezone).catch(asUsageError);
        if (span.from.instant >= span.to.instant) return LOGGER_HEADER;
        const query = given({ ...rest, from: span.from.text, to: span.to.text });
        return loggerCsv(view, query, loggerReader(store), LOGGER_WHOLE).catch(asUsageError);
      };
      const mac = device === undefined ? undefined : theDevice(view, device).mac;
      const selection = { from, to, by, kind, mac, router };
      if (written === 'logger') {
        io.stdout.write(await logger({ ...selection, user }));
        return 0;
      }
      const write = writer(written, (text) => io.stdout.write(text));
      const rowsOfDay = books.accounts.size * (by === 'hour' ? 24 : 1);
      const days = Math.min(PART, Math.max(1, Math.floor(MOST_ROWS / Math.max(1, rowsOfDay))));
      for (const part of await partsOf(selection, store, config.timezone, days)) write.lines(usageLines(await read(part)));
      write.end();
      return 0;
    } finally {
      await store.close();
    }
  });
}

/** Refuses what a format has no place for. Throws a UsageError. */
function refuseStrangers(format: (typeof FORMATS)[number], options: Pick<UsageSelection, 'kind' | 'router' | 'user'>): void {
  const strange = (format === 'logger' ? (['kind', 'router'] as const) : (['user'] as const)).find((name) => options[name] !== undefined);
  if (strange === undefined) return;
  const hint = format === 'logger' ? 'use --device or --user' : 'use --format logger';
  throw new UsageError(`--${strange} cannot be used with --format ${format}: leave it out, or ${hint}`);
}

function asUsageError(error: unknown): never {
  throw error instanceof RequestError ? new UsageError(inTerminal(error.message)) : error;
}

/** Drops the options that were not given. */
const given = (part: UsageSelection) => Object.fromEntries(Object.entries(part).filter(([, text]) => text !== undefined));

const inTerminal = (message: string): string => message.replace(/: \/api\/v1\/(\w+) lists/, ': "wrtmeter print $1" lists');

interface Edge {
  text: string;
  /** Unix ms. */
  instant: number;
}

/**
 * The requested time, limited to what the ledger has and split into parts, so that memory does not grow with the years. Months and years
 * are few, and must not be split.
 */
async function partsOf(selection: UsageSelection, store: Pick<Store, 'all'>, timezone: string, days: number): Promise<UsageSelection[]> {
  const { from, to } = await edges(selection, store, timezone);
  if (from.instant >= to.instant) return [];
  const cuts: string[] = [];
  if (selection.by === 'hour' || selection.by === 'day') {
    for (let day = dayOf(from.instant, timezone) + days; startOfDay(day, timezone) < to.instant; day += days) cuts.push(dayText(day));
  }
  const ends = [from.text, ...cuts, to.text];
  return ends.slice(1).map((end, i) => ({ ...selection, from: ends[i], to: end }));
}

async function edges(selection: UsageSelection, store: Pick<Store, 'all'>, timezone: string): Promise<Record<'from' | 'to', Edge>> {
  const { hours, days } = await takeInventory(store);
  const dayOfTime = (time: number | null) => (time === null ? 0 : selection.by === 'hour' ? dayOf(time, timezone) : time);
  const { from, to } = selection.by === 'hour' ? hours : days;
  const of = (day: Day): Edge => ({ text: dayText(day), instant: startOfDay(day, timezone) });
  const [first, last] = [of(dayOfTime(from)), of(to === null ? 0 : dayOfTime(to) + 1)];
  const { from: after, to: before } = parseSpan(selection, timezone);
  return {
    from: after !== null && after.instant > first.instant ? after : first,
    to: before !== null && before.instant < last.instant ? before : last,
  };
}

/** Writes nothing before the first lines, so that a usage error leaves no partial file. */
function writer(format: 'csv' | 'json', write: (text: string) => unknown) {
  let begun = false;
  const begin = (text: string) => {
    if (!begun) write(text);
    begun = true;
  };
  const json = (line: UsageLine) => {
    write(`${begun ? ',' : '['}\n${safeJson(line).replace(/\n\s*/g, ' ')}`);
    begun = true;
  };
  return {
    lines: (lines: readonly UsageLine[]) => {
      if (format === 'json') for (const line of lines) json(line);
      else {
        begin(csvRecord(USAGE_COLUMNS));
        write(lines.map((line) => csvRecord(USAGE_COLUMNS.map((column) => line[column]))).join(''));
      }
    },
    end: () => {
      if (format === 'csv') begin(csvRecord(USAGE_COLUMNS));
      else write(begun ? '\n]\n' : '[]\n');
    },
  };
}
