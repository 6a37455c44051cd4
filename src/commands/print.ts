import { resolve } from 'node:path';
import type { Clock } from '../collector/round.ts';
import type { CliOptions } from '../config/input.ts';
import { loadConfig } from '../config/load.ts';
import { ConfigError, LedgerError, quote } from '../errors.ts';
import { loadBooks } from '../ledger/load.ts';
import { monthsAt, sumMonths } from '../ledger/months.ts';
import { openStoreToRead, type Store } from '../ledger/store.ts';
import type { CheckIo } from './check.ts';
import { printable, safeJson, textTable } from './print-text.ts';
import { PRINTS, type Printed } from './prints.ts';
import { aliasesOf, termsOf } from './probes.ts';

export interface PrintIo extends CheckIo {
  clock: Pick<Clock, 'now'>;
}

export type PrintOptions = CliOptions & { json?: boolean };

/**
 * `wrtmeter print devices|wan|routers`: shows what the ledger holds, also while the service writes it.
 * Returns the exit code: 1 where there is no ledger to read, 2 for a bad command line or configuration.
 */
export async function print(what: string, options: PrintOptions, io: PrintIo): Promise<number> {
  const make = Object.entries(PRINTS).find(([name]) => name === what)?.[1];
  if (make === undefined) {
    io.stderr.write(`Cannot print ${quote(what)}: choose one of ${Object.keys(PRINTS).join(', ')}\n`);
    return 2;
  }
  try {
    const { json = false, ...cli } = options;
    const { config, warnings } = await loadConfig({ ...io, cli });
    for (const warning of warnings) io.stderr.write(`warning: ${warning}\n`);
    const terms = termsOf(config);
    const now = io.clock.now();
    const months = monthsAt(now, terms);
    const books = await withStore(resolve(io.cwd, config.data), async (store) => {
      const found = await loadBooks(store);
      await sumMonths(store, found, months);
      return found;
    });
    const names = config.routers.map(({ name }) => name);
    const printed = make({
      books,
      months,
      aliases: aliasesOf(config),
      routers: [],
      timezone: config.timezone,
      now,
      configured: names,
    });
    io.stdout.write(json ? `${safeJson(printed.json)}\n` : await asText(printed));
    return 0;
  } catch (error) {
    if (!(error instanceof ConfigError || error instanceof LedgerError)) throw error;
    for (const line of error instanceof ConfigError ? error.errors : [error.message]) io.stderr.write(`${line}\n`);
    return error instanceof ConfigError ? 2 : 1;
  }
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
