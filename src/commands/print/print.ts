import type { Command } from 'commander';
import { aliasesOf, peerNamesOf, termsOf } from '../../app/from-config.ts';
import type { CliOptions } from '../../config/input.ts';
import { quote, UsageError } from '../../errors.ts';
import { loadBooks } from '../../ledger/storage/load.ts';
import { openStoreToRead, type Store } from '../../ledger/storage/store.ts';
import { monthsAt, sumMonths } from '../../ledger/usage/months.ts';
import type { DatedIo } from '../common/command-io.ts';
import { exitCodeOf } from '../common/exit-code.ts';
import { type Start, withSettings } from '../common/register.ts';
import { contextOf } from '../common/run-command.ts';
import { printable, safeJson, textTable } from '../common/text.ts';
import type { Printed, Selection } from './printed.ts';
import { PRINTS, type Print } from './tables.ts';

/** What can be printed, for messages. */
const CHOICES = Object.keys(PRINTS).join(', ');

export type PrintOptions = CliOptions & { json?: boolean; device?: string; last?: string };

export function register(program: Command, start: Start): void {
  withSettings(program.command('print [what]'))
    .description(
      `show ${Object.keys(PRINTS)
        .join(', ')
        .replace(/, (\w+)$/, ' or $1')} as a table; works while the service runs`,
    )
    .option('--device <name or MAC>', 'months or days of one device')
    .option('--last <number>', 'number of newest months, days or audit rows')
    .option('--json', 'as JSON')
    .action((what: string | undefined, options: PrintOptions) => start((io) => print(what, options, io)));
}

/**
 * `wrtmeter print devices|wan|peers|reconciliation|routers|months|days|audit`: shows what the ledger has, even while the service runs.
 * Returns the exit code: 1 if there is no ledger to read, 2 for a bad command line or configuration.
 */
export function print(what: string | undefined, options: PrintOptions, io: DatedIo): Promise<number> {
  return exitCodeOf(io, async () => {
    if (what === undefined) throw new UsageError(`Say what to print: one of ${CHOICES}, as in "wrtmeter print devices"`);
    const chosen = chosenPrint(what);
    const { json = false, device, last, ...cli } = options;
    const selection = selectionOf(what, chosen, { device, last });
    const { config, directory } = await contextOf(cli, io);
    const terms = termsOf(config);
    const now = io.clock.now();
    const months = monthsAt(now, terms);
    const printed = await withStore(directory, async (store) => {
      const books = await loadBooks(store);
      await sumMonths(store, books, months, terms.timezone);
      // Without a configuration, the usual address is only tried.
      const configured = config.implied ? [] : config.routers.map(({ name }) => name);
      const view = {
        books,
        months,
        aliases: aliasesOf(config),
        peerNames: peerNamesOf(config),
        routers: [],
        timezone: config.timezone,
        now,
        configured,
        terms,
        store,
      };
      return chosen.make(view, selection);
    });
    io.stdout.write(json ? `${safeJson(printed.json)}\n` : await asText(printed));
    return 0;
  });
}

function chosenPrint(what: string): Print {
  const chosen = Object.hasOwn(PRINTS, what) ? PRINTS[what] : undefined;
  if (chosen === undefined) throw new UsageError(`Cannot print ${quote(what)}: choose one of ${CHOICES}`);
  return chosen;
}

function selectionOf(
  what: string,
  { knows }: Print,
  { device, last }: { device: string | undefined; last: string | undefined },
): Selection {
  for (const [name, value] of Object.entries({ device, last })) {
    if (value === undefined || knows.some((known) => known === name)) continue;
    const those = Object.keys(PRINTS).filter((other) => PRINTS[other]?.knows.some((known) => known === name));
    throw new UsageError(`"print ${what}" has no --${name}: it is for ${those.join(', ')}`);
  }
  if (last !== undefined && !/^[1-9]\d{0,3}$/.test(last))
    throw new UsageError(`--last is ${quote(last)}: use a whole number from 1 to 9999`);
  return { ...(device !== undefined && { device }), ...(last !== undefined && { last: Number(last) }) };
}

async function withStore<T>(directory: string, use: (store: Store) => Promise<T>): Promise<T> {
  const store = await openStoreToRead(directory);
  try {
    return await use(store);
  } finally {
    await store.close();
  }
}

async function asText({ columns, rows, summary }: Printed): Promise<string> {
  const table = rows.length === 0 ? '' : `${await textTable(columns, rows)}\n\n`;
  return `${table}${printable(summary)}\n`;
}
