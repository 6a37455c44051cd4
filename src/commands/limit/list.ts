import { limitedHome } from '../../app/control/home.ts';
import { canLimit } from '../../app/control/limiter.ts';
import { namesOf, termsOf } from '../../app/from-config.ts';
import { localText } from '../../domain/calendar.ts';
import { decideLimits } from '../../domain/people/limits/decide.ts';
import { actionText, reasonText } from '../../domain/people/limits/words.ts';
import { count } from '../../errors.ts';
import { loadBooks } from '../../ledger/storage/load.ts';
import { loadHandLimits, recallLimits } from '../../ledger/storage/people/limits.ts';
import { openStoreToRead } from '../../ledger/storage/store.ts';
import { monthsAt, sumMonths } from '../../ledger/usage/months.ts';
import { handLimitJson, limitJson } from '../../views/api-v1/limits.ts';
import { type LimitRow, limitRows } from '../../views/rows/limits.ts';
import { quotaRows } from '../../views/rows/quotas.ts';
import type { OwnedIo } from '../common/command-io.ts';
import { type CommandContext, runCommand } from '../common/run-command.ts';
import { left, name, printable, prose, roomIn, safeJson, textTable } from '../common/text.ts';
import type { LimitOptions } from './options.ts';

/** `wrtmeter limit list`: what holds by the ledger; what became of it on routers, the service shows. Returns the exit code. */
export function list({ json = false, ...options }: LimitOptions, io: OwnedIo): Promise<number> {
  const { down: _down, up: _up, for: _for, until: _until, ...cli } = options;
  return runCommand(cli, io, async (context) => {
    const { view, rows, hand } = await readLimits(context, io);
    const { config } = context;
    if (json) {
      io.stdout.write(`${safeJson({ limits: rows.map(limitJson), hand: hand.map((limit) => handLimitJson(view, limit)) })}\n`);
      return 0;
    }
    const columns = [name('Of'), left('Is'), left('Since'), prose('Why')];
    const texts = rows.map((row) => [
      row.name === '' ? row.thing.of : row.name,
      actionText(row.effect ?? { kind: 'allow' }),
      sinceText(row, config.timezone),
      row.reasons.map((reason) => reasonText(reason, config.timezone)).join('; '),
    ]);
    if (rows.length > 0) io.stdout.write(`${await textTable(columns, texts, roomIn(io))}\n\n`);
    const idle = canLimit(config) ? '' : '; no router is asked for limits';
    io.stdout.write(printable(rows.length === 0 ? `Nothing is limited${idle}` : `${count(rows.length, 'limit')}${idle}`));
    io.stdout.write('\n');
    return 0;
  });
}

function sinceText({ reasons }: LimitRow, timezone: string): string {
  const since = reasons.flatMap((reason) => reason.since ?? []);
  return since.length === 0 ? 'always' : localText(Math.min(...since), timezone).slice(0, 16);
}

/** Decides from the file as the service does, but for what routers show now. */
async function readLimits({ config, directory }: CommandContext, io: OwnedIo) {
  const store = await openStoreToRead(directory);
  try {
    const [now, terms] = [io.clock.now(), termsOf(config)];
    const [books, months] = [await loadBooks(store), monthsAt(now, terms)];
    await sumMonths(store, books, months, terms.timezone);
    const known = { ...namesOf(config), ...{ books, months, now, timezone: config.timezone, routers: [], models: new Map() } };
    const hand = await loadHandLimits(store);
    const home = limitedHome(known, config, { hand, ownAddresses: [], addressesOn: (_, shown) => shown ?? new Map() });
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
