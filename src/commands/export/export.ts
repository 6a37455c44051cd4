import type { Command } from 'commander';
import { namesOf, termsOf } from '../../app/from-config.ts';
import type { CliOptions } from '../../config/input.ts';
import { quote, UsageError } from '../../errors.ts';
import { SHOWN_KINDS } from '../../ledger/account.ts';
import { loadBooks } from '../../ledger/storage/load.ts';
import { loggerReader, usageReader } from '../../ledger/storage/read-usage.ts';
import { openStoreToRead, type Store } from '../../ledger/storage/store.ts';
import { type BillingTerms, monthsAt } from '../../ledger/usage/months.ts';
import { LOGGER_WHOLE, loggerCsv } from '../../views/api-v1/logger-csv.ts';
import { parseSpan } from '../../views/api-v1/query.ts';
import { wholeUsage } from '../../views/api-v1/usage.ts';
import { usageLines } from '../../views/api-v1/usage-csv.ts';
import { BY, parseUsageRequest } from '../../views/api-v1/usage-query.ts';
import { subjectsOf, type UsageView } from '../../views/api-v1/usage-subjects.ts';
import { LOGGER_HEADER } from '../../views/logger/line.ts';
import type { DatedIo } from '../common/command-io.ts';
import { LEDGER_SETTINGS, type Start, withSettings, wordOption } from '../common/register.ts';
import { runCommand } from '../common/run-command.ts';
import { theDevice } from '../common/the-device.ts';
import { parseLabels } from './labels.ts';
import { writeOpenMetrics } from './openmetrics.ts';
import { asUsageError, given, type UsageSelection } from './selection.ts';
import { edges, partsOf, usageText } from './usage-file.ts';
import { type WriteOut, writeTo } from './write-out.ts';

export type ExportOptions = CliOptions & { [N in Exclude<keyof UsageSelection, 'mac'> | 'device' | 'format']?: string } & {
  label?: readonly string[];
};

export function register(program: Command, start: Start): void {
  withSettings(program.command('export'), LEDGER_SETTINGS)
    .description("write usage as CSV, JSON, the older logger's CSV or OpenMetrics to standard output; works while the service runs")
    .option('--from <date>', 'first day, or a time like 2026-01-31T18:00:00Z (default: start of the ledger)')
    .option('--to <date>', 'day after the last, or a time; hours and days that start before it are whole (default: end of the ledger)')
    .addOption(wordOption('--by <bucket>', 'length of a period, a day by default; a month is a billing period', BY))
    .addOption(
      wordOption('--kind <kind>', 'only what is counted as this; without it, the same bytes are in rows of several kinds', SHOWN_KINDS),
    )
    .option('--device <name>', 'one device, by its name or MAC')
    .option('--router <name>', 'one router')
    .option('--user <name>', 'with --format logger: one user')
    .addOption(wordOption('--format <format>', 'how it is written; openmetrics is for promtool', FORMATS, 'csv'))
    .option('--label <name=value>', 'with --format openmetrics: a label for every series; more than one is possible', appended)
    .action((options: ExportOptions) => start((io) => exportUsage(options, io)));
}

const appended = (text: string, before: readonly string[] = []): string[] => [...before, text];

const FORMATS = ['csv', 'json', 'logger', 'openmetrics'] as const;

type ExportFormat = (typeof FORMATS)[number];

/** Options that a format has no place for, and what else could be meant. */
const STRANGERS: Record<ExportFormat, Partial<Record<keyof ExportOptions, string>>> = {
  csv: { user: '--format logger', label: '--format openmetrics' },
  json: { user: '--format logger', label: '--format openmetrics' },
  logger: { kind: '--device or --user', router: '--device or --user', label: '--format openmetrics' },
  openmetrics: { by: '--format csv', user: '--format logger' },
};

/** Days read at once, and rows that they may have; bounds the memory for years of hours, or for thousands of devices. */
const PART = 14;
const MOST_ROWS = 200_000;

/** What an export is made from. */
interface ExportJob {
  view: UsageView;
  terms: BillingTerms;
  store: Store;
  selection: UsageSelection;
  write: WriteOut;
}

/**
 * `wrtmeter export`: usage by hour, day, month or year as CSV (RFC 4180) or JSON, by hour or day as a file of the older logger, or as
 * OpenMetrics, on standard output, even while the service runs. Exports the whole ledger, or the time between `from` (inclusive) and `to`
 * (exclusive). Returns the exit code.
 */
export function exportUsage(options: ExportOptions, io: DatedIo): Promise<number> {
  const { from, to, by = 'day', kind, device, router, user, format = 'csv', label = [], ...cli } = options;
  return runCommand(cli, io, async ({ config, directory }) => {
    const written = FORMATS.find((known) => known === format);
    if (written === undefined) throw new UsageError(`"format" is ${quote(format)}: use ${FORMATS.join(', ')}`);
    if (!BY.some((known) => known === by)) throw new UsageError(`"by" is ${quote(by)}: use ${BY.join(', ')}`);
    refuseStrangers(written, options);
    const labels = parseLabels(label);
    const store = await openStoreToRead(directory);
    try {
      const terms = termsOf(config);
      const now = io.clock.now();
      const books = await loadBooks(store);
      const view = { books, ...namesOf(config), months: monthsAt(now, terms), timezone: config.timezone, routers: [], now };
      const mac = device === undefined ? undefined : theDevice(view, device).mac;
      const selection = { from, to, by, kind, mac, router };
      const made = { view, terms, store, selection, write: writeTo(io) };
      switch (written) {
        case 'csv':
        case 'json':
          await writeUsage(made, written);
          break;
        case 'logger':
          await made.write(await loggerText(made, user).catch(asUsageError));
          break;
        case 'openmetrics':
          await writeOpenMetrics(view, { ...chosen(made), labels }, store, made.write);
          break;
        default:
          written satisfies never;
      }
      return 0;
    } finally {
      await store.close();
    }
  });
}

/** Refuses what a format has no place for. Throws a UsageError. */
function refuseStrangers(format: ExportFormat, options: ExportOptions): void {
  for (const [name, instead] of Object.entries(STRANGERS[format])) {
    const value = options[name as keyof ExportOptions];
    if (value === undefined) continue;
    throw new UsageError(`--${name} cannot be used with --format ${format}: leave it out, or use ${instead}`);
  }
}

async function writeUsage({ view, terms, store, selection, write }: ExportJob, format: 'csv' | 'json'): Promise<void> {
  const text = usageText(format);
  const rowsOfDay = view.books.accounts.size * (selection.by === 'hour' ? 24 : 1);
  const days = Math.min(PART, Math.max(1, Math.floor(MOST_ROWS / Math.max(1, rowsOfDay))));
  for (const part of await partsOf(selection, store, terms, days)) {
    await write(text.lines(usageLines(await wholeUsage(view, terms, given(part), usageReader(store)).catch(asUsageError))));
  }
  await write(text.end());
}

async function loggerText({ view, terms, store, selection: { by, mac, from, to } }: ExportJob, user: string | undefined): Promise<string> {
  const span = await edges({ from, to, by }, store, terms);
  if (span.from.instant >= span.to.instant) return LOGGER_HEADER;
  return loggerCsv(view, given({ by, mac, user, from: span.from.text, to: span.to.text }), loggerReader(store), LOGGER_WHOLE);
}

/** The accounts that may be shown by hour, and the time. Throws a UsageError. */
function chosen({ view, terms, selection: { from, to, kind, mac, router } }: ExportJob) {
  try {
    const span = parseSpan({ from, to }, view.timezone);
    const request = parseUsageRequest(given({ by: 'day', kind, mac, router }), view);
    return {
      accounts: subjectsOf(view, request, terms).flatMap(({ accounts }) => accounts),
      from: span.from?.instant ?? Number.NEGATIVE_INFINITY,
      to: span.to?.instant ?? Number.POSITIVE_INFINITY,
    };
  } catch (error) {
    return asUsageError(error);
  }
}
