import type { Command } from 'commander';
import { canLimit } from '../../app/control/limiter.ts';
import { namesOf } from '../../app/from-config.ts';
import type { Config } from '../../config/config.ts';
import { actionText, untilText } from '../../domain/people/limits/words.ts';
import { UsageError } from '../../errors.ts';
import { loadBooks } from '../../ledger/storage/load.ts';
import { clearHandLimit, loadHandLimits, setHandLimit } from '../../ledger/storage/people/limits.ts';
import { openStoreBeside, type Store } from '../../ledger/storage/store.ts';
import { handLimitJson, handLimitsOf, handThingNamed, limitWanted, sameAs } from '../../views/api-v1/limits.ts';
import { byCommand, type OwnedIo } from '../common/command-io.ts';
import { type Start, withSettings } from '../common/register.ts';
import { runCommand } from '../common/run-command.ts';
import { printable, safeJson } from '../common/text.ts';
import { list } from './list.ts';
import type { LimitOptions, ShowOptions } from './options.ts';

export function register(program: Command, start: Start): void {
  const limit = program.command('limit').description('slow down, pause or allow a user, device or peer; list what is limited');
  withSettings(limit.command('set <of> <action> [rate]'), ['data', 'timezone'])
    .description(
      'set slow RATE, pause or allow for "user NAME", "device NAME", "peer NAME", guests or others; a running service does it with its next round',
    )
    .option('--down <rate>', 'the rate of downloads alone')
    .option('--up <rate>', 'the rate of uploads alone')
    .option('--for <duration>', 'how long, such as 30m or 2h')
    .option('--until <time>', 'until when: 21:00, a date or a time')
    .option('--json', 'as JSON')
    .action((of: string, action: string, rate: string | undefined, options: LimitOptions) =>
      start((io) => set(of, action, rate, options, io)),
    );
  withSettings(limit.command('clear <of>'), ['data', 'timezone'])
    .description('clear what was set by hand, by what it is of or by its number')
    .option('--json', 'as JSON')
    .action((of: string, options: ShowOptions) => start((io) => clear(of, options, io)));
  withSettings(limit.command('list'), ['data', 'timezone', 'billingDay'])
    .description('list what is limited or allowed, why and until when')
    .option('--json', 'as JSON')
    .action((options: ShowOptions) => start((io) => list(options, io)));
}

/** `wrtmeter limit set OF slow|pause|allow [RATE]`: a running service does it with its next round. Returns the exit code. */
export function set(of: string, action: string, rate: string | undefined, options: LimitOptions, io: OwnedIo): Promise<number> {
  const { json = false, down, up, for: span, until, ...cli } = options;
  return runCommand(cli, io, async ({ config, directory }) => {
    if (!canLimit(config))
      throw new UsageError('Nothing can be limited: set "control: true" in the configuration, and "limits" for a router');
    const given = { of, action, rate, down, up, for: span, until };
    const { limit, view, isAlone } = await changing(directory, config, io, async (store, view) => {
      const hand = await loadHandLimits(store);
      const wanted = limitWanted(view, hand, given, byCommand(io));
      const replaced = sameAs(view, hand, wanted).map(({ number }) => number);
      return { limit: await setHandLimit(store, wanted, config.timezone, replaced), view, isAlone: store.isAlone };
    });
    const when = isAlone ? 'once the service runs' : 'with the next round of the service';
    const line = `${of} is ${actionText(limit.action)}${untilText(limit.until, config.timezone)}, ${when}; "wrtmeter limit clear ${limit.number}" ends it`;
    io.stdout.write(`${json ? safeJson(handLimitJson(view, limit)) : printable(line)}\n`);
    return 0;
  });
}

/** `wrtmeter limit clear OF`, or a number. Returns the exit code. */
export function clear(of: string, { json = false, ...cli }: ShowOptions, io: OwnedIo): Promise<number> {
  return runCommand(cli, io, async ({ config, directory }) => {
    const { limit, view } = await changing(directory, config, io, async (store, view) => {
      const hand = await loadHandLimits(store);
      const found = handLimitsOf(view, hand, /^[1-9]\d{0,14}$/.test(of) ? Number(of) : handThingNamed(view, hand, of), of);
      for (const each of found) await clearHandLimit(store, each, io.clock.now(), byCommand(io));
      return { limit: found[0], view };
    });
    const shown = handLimitJson(view, limit);
    const name = shown.name === null ? shown.of : `${shown.of} ${shown.name}`;
    io.stdout.write(`${json ? safeJson(shown) : printable(`${name} is no longer ${actionText(limit.action)} by hand`)}\n`);
    return 0;
  });
}

/** Works on the ledger beside a running service, with what is known of names. */
async function changing<T>(directory: string, config: Config, io: OwnedIo, work: (store: Store, view: NamedAt) => Promise<T>): Promise<T> {
  const store = await openStoreBeside(directory);
  try {
    return await work(store, await namedAt(store, config, io));
  } finally {
    await store.close();
  }
}

type NamedAt = Awaited<ReturnType<typeof namedAt>>;

const namedAt = async (store: Store, config: Config, io: OwnedIo) => ({
  ...namesOf(config),
  ...{ books: await loadBooks(store), now: io.clock.now(), timezone: config.timezone },
});
