import type { Command } from 'commander';
import { namesOf, termsOf } from '../../app/from-config.ts';
import { readModels } from '../../app/quotas/models.ts';
import type { CliOptions } from '../../config/input.ts';
import { quote, UsageError } from '../../errors.ts';
import { loadBooks } from '../../ledger/storage/load.ts';
import { openStoreToRead, type Store } from '../../ledger/storage/store.ts';
import { monthsAt, sumMonths } from '../../ledger/usage/months.ts';
import { parseSpan } from '../../views/api-v1/query.ts';
import { quotaRows } from '../../views/rows/quotas.ts';
import { showsBlocks } from '../common/chart.ts';
import type { DatedIo } from '../common/command-io.ts';
import { exitCodeOf } from '../common/exit-code.ts';
import { LEDGER_SETTINGS, type Start, withSettings } from '../common/register.ts';
import { contextOf } from '../common/run-command.ts';
import { printable, roomIn, safeJson, textTable } from '../common/text.ts';
import { theDevice } from '../common/the-device.ts';
import type { Printed, Selection } from './printed.ts';
import { PRINTS, type Print, type PrintName } from './tables.ts';

type Selecting = { [Name in keyof Selection]?: string };

export type PrintOptions = CliOptions & Selecting & { json?: boolean };

const OPTIONS: Record<keyof Selection, readonly [flags: string, description: string]> = {
  device: ['--device <name>', 'one device, by its name or MAC'],
  from: ['--from <date>', 'first day, or a time like 2026-01-31T18:00:00Z'],
  to: ['--to <date>', 'day after the last, or a time'],
  last: ['--last <number>', 'how many, the newest'],
};

export function register(program: Command, start: Start): void {
  const family = program.command('print').description('show what the ledger has as a table; works while the service runs');
  for (const [name, { shows, knows }] of Object.entries(PRINTS)) {
    const command = withSettings(family.command(name), LEDGER_SETTINGS).description(shows);
    for (const option of knows) command.option(...OPTIONS[option]);
    command.option('--json', 'as JSON').action((options: PrintOptions) => start((io) => print(name as PrintName, options, io)));
  }
}

/**
 * `wrtmeter print devices|users|wan|peers|quotas|tariffs|reconciliation|routers|months|days|audit`: shows what the ledger has, even while the service runs.
 * Returns the exit code: 1 if there is no ledger to read, 2 for a bad command line or configuration.
 */
export function print(name: PrintName, options: PrintOptions, io: DatedIo): Promise<number> {
  return exitCodeOf(io, async () => {
    const chosen: Print = PRINTS[name];
    const { json = false, device, last, from, to, ...cli } = options;
    const newest = last === undefined ? null : parseLast(last);
    const { config, directory } = await contextOf(cli, io);
    const terms = termsOf(config);
    const span = parseSpan({ from, to }, terms.timezone);
    const now = io.clock.now();
    const months = monthsAt(now, terms);
    const printed = await withStore(directory, async (store) => {
      const books = await loadBooks(store);
      await sumMonths(store, books, months, terms.timezone);
      // Without a configuration, the usual address is only tried.
      const configured = config.implied ? [] : config.routers.map(({ name }) => name);
      const known = {
        books,
        months,
        ...namesOf(config),
        routers: [],
        timezone: config.timezone,
        units: config.units,
        now,
        configured,
        terms,
        drawsBlocks: !json && showsBlocks(io),
        store,
      };
      const quotas = quotaRows({ ...known, models: await readModels(store, known) });
      const view = { ...known, quotas };
      return chosen.make(view, { ...span, last: newest, device: device === undefined ? null : theDevice(view, device) });
    });
    io.stdout.write(json ? `${safeJson(printed.json)}\n` : await asText(printed, roomIn(io)));
    return 0;
  });
}

function parseLast(text: string): number {
  if (!/^[1-9]\d{0,3}$/.test(text)) throw new UsageError(`--last is ${quote(text)}: use a whole number from 1 to 9999`);
  return Number(text);
}

async function withStore<T>(directory: string, use: (store: Store) => Promise<T>): Promise<T> {
  const store = await openStoreToRead(directory);
  try {
    return await use(store);
  } finally {
    await store.close();
  }
}

async function asText({ columns, rows, summary }: Printed, width: number | null): Promise<string> {
  const table = rows.length === 0 ? '' : `${await textTable(columns, rows, width)}\n\n`;
  return `${table}${printable(summary)}\n`;
}
