import { limitedHome } from '../../app/control/home.ts';
import { canLimit } from '../../app/control/limiter.ts';
import { namesOf, termsOf } from '../../app/from-config.ts';
import { HOUR_MS, minuteText } from '../../domain/calendar.ts';
import { decideLimits } from '../../domain/people/limits/decide.ts';
import type { LimitReason } from '../../domain/people/limits/limit.ts';
import { actionText, reasonText } from '../../domain/people/limits/words.ts';
import { titleWithKey } from '../../domain/people/user.ts';
import { count } from '../../errors.ts';
import { deviceAccountsOf } from '../../ledger/account.ts';
import { loadBooks } from '../../ledger/storage/load.ts';
import { loadHandLimits, recallLimits } from '../../ledger/storage/people/limits.ts';
import { openStoreToRead } from '../../ledger/storage/store.ts';
import { monthsAt, sumMonths } from '../../ledger/usage/months.ts';
import { handLimitJson, limitJson } from '../../views/api-v1/limits.ts';
import { type LimitRow, limitRows } from '../../views/rows/limits.ts';
import { quotaRows } from '../../views/rows/quotas.ts';
import type { OwnedIo } from '../common/command-io.ts';
import { type CommandContext, runCommand } from '../common/run-command.ts';
import { last, late, left, name, printable, prose, right, roomIn, safeJson, textTable } from '../common/text.ts';
import type { ShowOptions } from './options.ts';

/** `wrtmeter limit list`: what holds by the ledger; what became of it on routers, the service shows. Returns the exit code. */
export function list({ json = false, ...cli }: ShowOptions, io: OwnedIo): Promise<number> {
  return runCommand(cli, io, async (context) => {
    const { view, rows, hand } = await readLimits(context, io);
    const { config } = context;
    if (json) {
      io.stdout.write(`${safeJson({ limits: rows.map(limitJson), hand: hand.map((limit) => handLimitJson(view, limit)) })}\n`);
      return 0;
    }
    // Each reason says what it does, too.
    const columns = [right('No.'), name('Of'), last(left('Is')), prose('Why'), late(left('Since')), left('Until')];
    const texts = rows.flatMap((row) => linesOf(row, view));
    if (rows.length > 0) io.stdout.write(`${await textTable(columns, texts, roomIn(io))}\n\n`);
    const idle = canLimit(config) ? '' : '; no router is asked for limits';
    io.stdout.write(printable(rows.length === 0 ? `Nothing is limited${idle}` : `${count(rows.length, 'limit')}${idle}`));
    io.stdout.write('\n');
    return 0;
  });
}

/** A line for each reason, with the number that clears it if it was set by hand; what it is of, and what holds, is in the first one. */
function linesOf({ thing, title, effect, reasons, overruled }: LimitRow, { timezone, people }: LimitView): string[][] {
  const isGone = thing.of === 'user' && !people.users.some((user) => user.name === thing.id);
  const called = thing.of === 'user' ? titleWithKey({ name: thing.id, title: people.titleOf(thing.id) }) : title;
  const of = `${thing.of}${called === '' ? '' : ` ${called}`}${isGone ? ' (not in the configuration)' : ''}`;
  const timeText = (instant: number | null, unknown: string) => (instant === null ? unknown : minuteText(instant, timezone));
  const lineOf = (reason: LimitReason, aside: string) => [
    reason.by === 'hand' ? String(reason.number) : '',
    `${aside}${actionText(reason.action)} by ${reasonText({ ...reason, until: null }, timezone)}`,
    timeText(reason.since, 'always'),
    timeText(reason.until, reason.by === 'hand' ? 'cleared' : ''),
  ];
  const lines = [...reasons.map((reason) => lineOf(reason, '')), ...overruled.map((reason) => lineOf(reason, 'put aside: '))];
  return lines.map(([number = '', ...rest], line) => [
    number,
    ...(line === 0 ? [of, actionText(effect ?? { kind: 'allow' })] : ['', '']),
    ...rest,
  ]);
}

type LimitView = Awaited<ReturnType<typeof readLimits>>['view'];

/** Decides from the file as the service does, but for what routers show now: devices are there that had bytes in the last hour, or have a lease. */
async function readLimits({ config, directory }: CommandContext, io: OwnedIo) {
  const store = await openStoreToRead(directory);
  try {
    const [now, terms] = [io.clock.now(), termsOf(config)];
    const [books, months] = [await loadBooks(store), monthsAt(now, terms)];
    await sumMonths(store, books, months, terms.timezone);
    const known = { ...namesOf(config), ...{ books, months, now, timezone: config.timezone, routers: [], models: new Map() } };
    const hand = await loadHandLimits(store);
    const lately = deviceAccountsOf(books.accounts).flatMap(({ key, lastSeen }) => (now - lastSeen < HOUR_MS ? [[key, []] as const] : []));
    const home = limitedHome(known, config, { hand, ownAddresses: [], addressesOn: (_, shown) => new Map([...lately, ...(shown ?? [])]) });
    const since = await recallLimits(store);
    const { limits } = decideLimits({
      rules: config.limits.rules,
      hand,
      quotas: quotaRows(known),
      home,
      now,
      timezone: config.timezone,
      since,
    });
    const view = { ...known, limits: { hand, decided: limits, routers: [] } };
    return { view, hand, rows: limitRows(view) };
  } finally {
    await store.close();
  }
}
