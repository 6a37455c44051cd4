import type { Command } from 'commander';
import { termsOf } from '../app/from-config.ts';
import type { CliOptions } from '../config/input.ts';
import { dayText, minuteText } from '../domain/calendar.ts';
import { formatSize } from '../domain/people/size.ts';
import { count } from '../errors.ts';
import { addBonus, loadBonuses, removeBonus } from '../ledger/storage/people/bonuses.ts';
import { openStoreBeside, openStoreToRead, type Store } from '../ledger/storage/store.ts';
import { monthsAt } from '../ledger/usage/months.ts';
import { bonusJson, bonusWanted, bonusWithId } from '../views/api-v1/bonuses.ts';
import { byCommand, type OwnedIo } from './common/command-io.ts';
import { type Start, withSettings } from './common/register.ts';
import { runCommand } from './common/run-command.ts';
import { late, left, name, printable, prose, right, roomIn, safeJson, textTable } from './common/text.ts';

export interface BonusOptions extends CliOptions {
  day?: string;
  json?: boolean;
}

export function register(program: Command, start: Start): void {
  const bonus = program.command('bonus').description('add bought volume to one period of a quota, list it, take it back');
  withSettings(bonus.command('add <quota> <amount>'), ['data', 'timezone', 'billingDay'])
    .description('add an amount such as 20GB to the running period of a quota; works while the service runs')
    .option('--day <date>', 'a day of the period, the running one or a later one')
    .option('--json', 'as JSON')
    .action((quota: string, amount: string, options: BonusOptions) => start((io) => add(quota, amount, options, io)));
  withSettings(bonus.command('list'), ['data', 'timezone'])
    .description('list what was added, with the number of each')
    .option('--json', 'as JSON')
    .action((options: BonusOptions) => start((io) => list(options, io)));
  withSettings(bonus.command('remove <number>'), ['data'])
    .description('take one back, by its number; works while the service runs')
    .option('--json', 'as JSON')
    .action((id: string, options: BonusOptions) => start((io) => remove(id, options, io)));
}

/** `wrtmeter bonus add QUOTA AMOUNT`: a running service shows it at once. Returns the exit code. */
export function add(quota: string, amount: string, { day, json = false, ...cli }: BonusOptions, io: OwnedIo): Promise<number> {
  return runCommand(cli, io, async ({ config, directory }) => {
    const now = io.clock.now();
    const terms = termsOf(config);
    const view = { now, timezone: terms.timezone, months: monthsAt(now, terms) };
    // Checked first, so that nothing is opened to write if nothing is written.
    bonusWanted({ ...view, books: { bonuses: [] } }, quota, { amount, day }, '');
    const bonus = await changing(directory, async (store) =>
      addBonus(store, bonusWanted({ ...view, books: { bonuses: await loadBonuses(store) } }, quota, { amount, day }, byCommand(io))),
    );
    const line = `quota "${quota}" has ${formatSize(bonus.bytes)} more in the period of ${dayText(bonus.day)}; "wrtmeter bonus remove ${bonus.id}" takes it back`;
    io.stdout.write(`${json ? safeJson(bonusJson(bonus)) : printable(line)}\n`);
    return 0;
  });
}

/** `wrtmeter bonus list`: those of the configuration too, which have no number; JSON leaves them out. Returns the exit code. */
export function list({ json = false, ...cli }: BonusOptions, io: OwnedIo): Promise<number> {
  return runCommand(cli, io, async ({ config, directory }) => {
    const bonuses = await using(await openStoreToRead(directory), loadBonuses);
    if (json) {
      io.stdout.write(`${safeJson({ bonuses: bonuses.map(bonusJson) })}\n`);
      return 0;
    }
    const columns = [right('Number'), name('Quota'), right('Bought'), left('Period of'), late(left('Added')), prose('By')];
    const known = new Set(config.quotas.map((quota) => quota.name));
    const rows = bonuses.map(({ id, quota, bytes, day, at, by }) => [
      ...[String(id), known.has(quota) ? quota : `${quota} (not configured)`, formatSize(bytes), dayText(day)],
      ...[minuteText(at, config.timezone), by],
    ]);
    for (const quota of config.quotas)
      for (const { bytes, day } of quota.bonus) rows.push(['', quota.name, formatSize(bytes), dayText(day), '', 'the configuration']);
    if (rows.length > 0) io.stdout.write(`${await textTable(columns, rows, roomIn(io))}\n\n`);
    io.stdout.write(
      rows.length === 0 ? 'No bonuses yet: add one with "wrtmeter bonus add QUOTA AMOUNT"\n' : `${count(rows.length, 'bonus')}\n`,
    );
    return 0;
  });
}

/** `wrtmeter bonus remove NUMBER`. Returns the exit code. */
export function remove(id: string, { json = false, ...cli }: BonusOptions, io: OwnedIo): Promise<number> {
  return runCommand(cli, io, async ({ directory }) => {
    const bonus = await changing(directory, async (store) => {
      const found = bonusWithId({ bonuses: await loadBonuses(store) }, id);
      await removeBonus(store, found, io.clock.now(), byCommand(io));
      return found;
    });
    const line = `${formatSize(bonus.bytes)} of quota "${bonus.quota}" taken back, in the period of ${dayText(bonus.day)}`;
    io.stdout.write(`${json ? safeJson(bonusJson(bonus)) : printable(line)}\n`);
    return 0;
  });
}

const changing = async <T>(directory: string, work: (store: Store) => Promise<T>): Promise<T> =>
  using(await openStoreBeside(directory), work);

async function using<T>(store: Store, work: (store: Store) => Promise<T>): Promise<T> {
  try {
    return await work(store);
  } finally {
    await store.close();
  }
}
