import { resolve } from 'node:path';
import type { Command } from 'commander';
import { renamesOf, termsOf } from '../../app/from-config.ts';
import type { Config } from '../../config/config.ts';
import type { CliOptions } from '../../config/input.ts';
import { EARLIEST_NOW, instantText } from '../../domain/calendar.ts';
import { LedgerError, quote } from '../../errors.ts';
import { type AccountName, accountKey } from '../../ledger/account.ts';
import type { Books } from '../../ledger/books.ts';
import { type Findings, ImportError, type ImportProgram } from '../../ledger/import/figures.ts';
import { accountsIn, type ImportTerms, isEmpty, type Plan, planImport } from '../../ledger/import/plan.ts';
import { ledgerPath, sizeOf } from '../../ledger/storage/files.ts';
import { readDays } from '../../ledger/storage/import/read-days.ts';
import { importBatches } from '../../ledger/storage/import/write-import.ts';
import { loadBooks } from '../../ledger/storage/load.ts';
import { type Batch, openStore, openStoreToRead, type Store } from '../../ledger/storage/store.ts';
import type { ImportIo } from '../common/command-io.ts';
import { exitCodeOf } from '../common/exit-code.ts';
import { type Start, withSettings } from '../common/register.ts';
import { contextOf } from '../common/run-command.ts';
import { roomIn, safeJson } from '../common/text.ts';
import { classicFindings } from './classic.ts';
import { nlbwmonFindings, vnstatFindings } from './exports.ts';
import { type ImportOptions, type ImportSettings, importSettings } from './options.ts';
import { readExport } from './read-export.ts';
import { planJson, planText } from './report.ts';
import { importUsers } from './users.ts';

export type ImportCli = CliOptions & ImportOptions & { dryRun?: boolean; json?: boolean };

export function register(program: Command, start: Start): void {
  const family = program.command('import').description('import what another program counted; stop the service first');
  const from = (name: ImportProgram, files: string, description: string) =>
    withSettings(family.command(`${name} ${files}`), ['data', 'timezone'])
      .description(description)
      .option('--dry-run', 'show what would be imported without writing; works while the service runs')
      .option('--json', 'as JSON')
      .action((paths: string | string[], options: ImportCli) => start((io) => importFrom(name, [paths].flat(), options, io)));
  const ofUplink = (command: Command) =>
    command.option('--router <name>', 'the router whose uplink was counted').option('--interface <name>', 'its uplink (default: wan)');
  ofUplink(from('classic', '<files...>', 'the databases of the Python or Go collector, or their directory'));
  ofUplink(from('vnstat', '<file>', 'an export of "vnstat --json", or - for standard input'));
  from('nlbwmon', '<file>', 'an export of "nlbw -c json" or "nlbw -c csv", or - for standard input')
    .option('--from <date>', 'first day of the exported period')
    .option('--to <date>', 'day after the last day of the period');
  family
    .command('users <file>')
    .description(
      'the user map of the TP-Link logger (Name, MAC), or - for standard input: prints lines for wrtmeter.yaml and writes nothing',
    )
    .option('--json', 'as JSON')
    .action((path: string, options: { json?: boolean }) => start((io) => importUsers(path, options, io)));
}

/**
 * `wrtmeter import classic|vnstat|nlbwmon FILE`: imports what another program counted. Returns the exit code: 1 where the ledger
 * cannot be used, 2 for a bad command line, configuration or file.
 */
export function importFrom(program: ImportProgram, paths: readonly string[], options: ImportCli, io: ImportIo): Promise<number> {
  return exitCodeOf(io, async () => {
    const { dryRun = false, json = false, router, interface: name, from, to, ...cli } = options;
    const { config, directory } = await contextOf(cli, io);
    const given = Object.fromEntries(Object.entries({ router, interface: name, from, to }).filter(([, value]) => value !== undefined));
    const setting = importSettings(given, config, io.clock.now());
    const progress = createProgress(io);
    const found = await findingsOf(program, paths, setting, io);
    const store = await open(directory, dryRun);
    try {
      const plan = await planFor(store, found, setting, dryRun ? null : paths.map((path) => quote(path)).join(', '), progress, (line) =>
        io.stderr.write(`${line}\n`),
      );
      io.stdout.write(json ? `${safeJson(planJson(plan, dryRun))}\n` : await planText(plan, config, dryRun, roomIn(io)));
    } finally {
      await store?.close();
    }
    return 0;
  });
}

async function findingsOf(program: ImportProgram, paths: readonly string[], setting: ImportSettings, io: ImportIo): Promise<Findings> {
  const path = (given: string) => (given === '-' ? given : resolve(io.cwd, given));
  switch (program) {
    case 'classic':
      return classicFindings(
        paths.map((given) => resolve(io.cwd, given)),
        setting,
      );
    case 'vnstat':
      return vnstatFindings(await readExport(path(paths[0] ?? '-'), io.stdin), setting);
    case 'nlbwmon':
      return nlbwmonFindings(await readExport(path(paths[0] ?? '-'), io.stdin), setting);
    default:
      return program satisfies never;
  }
}

/** A dry run only reads, even while the service writes; null before the first ledger. */
async function open(directory: string, dryRun: boolean): Promise<Store | null> {
  if (!dryRun) return openStore(directory);
  return (await sizeOf(ledgerPath(directory))) === null ? null : openStoreToRead(directory);
}

/** Plans the import and writes it, unless `writtenFrom` (the file name for the audit log) is null. */
async function planFor(
  store: Store | null,
  found: Findings,
  { config, now }: ImportSettings,
  writtenFrom: string | null,
  progress: Progress,
  warn: (line: string) => void,
): Promise<Plan> {
  const books = await loadBooks(store ?? { all: async () => [] });
  refuseWrongClock(now, books.postedAt);
  refuseRenamed(books.accounts.values(), config);
  const posted = store === null ? new Map() : await readDays(store, accountsIn(books, found));
  const plan = planImport(books, posted, found, importTerms(config, now));
  for (const { account } of plan.accounts) {
    const warning = otherUplink(books, account);
    if (warning !== null) warn(warning);
  }
  progress(`${plan.accounts.length} accounts planned`);
  if (store === null || writtenFrom === null || isEmpty(plan)) return plan;
  await store.commit(withProgress(importBatches(books, plan, writtenFrom, now), progress));
  return plan;
}

/** The same batches, which report progress when they are read. */
function withProgress(batches: readonly Batch[], progress: Progress): Batch[] {
  const all = batches.reduce((sum, { rows }) => sum + (rows?.length ?? 0), 0);
  let done = 0;
  return batches.map(({ sql, rows }) => {
    let begun = false;
    return {
      sql,
      get rows() {
        if (!begun) progress(`${done} of ${all} rows written`);
        done += begun ? 0 : (rows?.length ?? 0);
        begun = true;
        return rows;
      },
    };
  });
}

function importTerms(config: Config, now: number): ImportTerms {
  const { timezone, lineRate, mostAccounts } = termsOf(config);
  const names = config.routers.flatMap(({ name, was }) => [name, ...was]);
  return { timezone, now, lineRate, mostAccounts, routers: new Set(names) };
}

/** With a wrong date, the current month is unknown, and so is what is in the future. */
function refuseWrongClock(now: number, postedAt: number): void {
  if (now >= EARLIEST_NOW && now >= postedAt) return;
  const than = now < EARLIEST_NOW ? '2025' : `the last posting at ${instantText(postedAt)}`;
  throw new LedgerError(`The clock says ${instantText(now)}, which is before ${than}: set it, then import`);
}

/** Accounts not yet renamed with their router would get separate figures, which would count twice after the rename. */
function refuseRenamed(accounts: Iterable<{ router: string }>, config: Config): void {
  const renamed = renamesOf(config);
  for (const { router } of accounts) {
    const name = renamed.get(router);
    if (name !== undefined)
      throw new ImportError(`Router "${router}" is now "${name}": start the service once to rename its accounts, then import`);
  }
}

/** A mistyped uplink would be one beside the real one, and be counted with it; null where nothing speaks for that. */
function otherUplink({ accounts }: Pick<Books, 'accounts'>, { kind, router, interface: name, ...rest }: AccountName): string | null {
  const ofRouter = [...accounts.ofKind('wan')].filter((account) => account.router === router).map((account) => account.interface);
  if (kind !== 'wan' || ofRouter.length === 0 || accounts.has(accountKey({ kind, router, interface: name, ...rest }))) return null;
  const known = ofRouter.map((each) => quote(each)).join(', ');
  return `"${router}" has no uplink ${quote(name)} in the ledger, but ${known}: this import makes one beside it; if it is the same line, use --interface`;
}

type Progress = (what: string) => void;

/** Reports progress once it takes longer than a second. */
function createProgress({ clock, stderr }: ImportIo): Progress {
  let last = clock.tick();
  return (what) => {
    if (clock.tick() - last < 1000) return;
    last = clock.tick();
    stderr.write(`${what}\n`);
  };
}
