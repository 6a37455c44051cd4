import { DAY_MS, type Day, dayNumber, dayOf, dayText, monthOf, startOfDay } from '../../domain/calendar.ts';
import { quote } from '../../errors.ts';
import { type AccountName, accountKey } from '../../ledger/account.ts';
import { type Figure, type Findings, ImportError } from '../../ledger/import/figures.ts';
import { parseNlbwmon } from '../../ledger/import/nlbwmon.ts';
import { parseVnstat, type VnstatInterface, vnstatFigures } from '../../ledger/import/vnstat.ts';
import type { ImportSettings } from './options.ts';
import type { Export } from './read-export.ts';

/** Figures of an export of `vnstat --json` for the account of an uplink. */
export function vnstatFindings({ text, name }: Export, setting: ImportSettings): Findings {
  const { config, now } = setting;
  const router = setting.router ?? onlyRouter(setting);
  const found = chosenInterface(parseVnstat(text, name, config.timezone), name, setting.interface);
  const account: AccountName = { kind: 'wan', router, interface: setting.interface ?? 'wan', key: '' };
  const { figures, leftOut } = vnstatFigures(found, config.timezone, now);
  const most = found.total === null ? [] : [[accountKey(account), found.total] as const];
  return {
    program: 'vnstat',
    figures: figures.map((figure): Figure => ({ account, ...figure })),
    most: new Map(most),
    names: [],
    readers: [],
    leftOut,
  };
}

function onlyRouter({ config: { routers, implied } }: ImportSettings): string {
  const [only, ...others] = routers;
  if (only !== undefined && others.length === 0 && !implied) return only.name;
  const names = implied ? '' : `: one of ${routers.map(({ name }) => name).join(', ')}`;
  throw new ImportError(`Choose the router whose uplink vnStat counted with --router${names}`);
}

function chosenInterface(found: readonly VnstatInterface[], file: string, wanted: string | undefined): VnstatInterface {
  const [only, ...others] = found;
  if (only === undefined) throw new ImportError(`${file} has no interface: export one with "vnstat -i NAME --json"`);
  if (others.length === 0) return only;
  const meant = found.filter(({ name, alias }) => name === wanted || (alias !== '' && alias === wanted));
  if (meant[0] !== undefined && meant.length === 1) return meant[0];
  const names = found.map(({ name }) => name).join(', ');
  throw new ImportError(`${file} has several interfaces (${quote(names)}): export only the uplink with "vnstat -i NAME --json"`);
}

/** Figures of an export of `nlbw -c json` or `nlbw -c csv` for the accounts of devices. */
export function nlbwmonFindings({ text, name, writtenAt }: Export, setting: ImportSettings): Findings {
  const { devices, leftOut } = parseNlbwmon(text, name);
  const { from, to, until } = periodOf(setting, Math.min(writtenAt ?? setting.now, setting.now));
  const figures = [...devices].map(
    ([mac, bytes]): Figure => ({
      account: { kind: 'device', router: '', interface: '', key: mac },
      kind: 'stretch',
      from,
      to,
      until,
      bytes,
    }),
  );
  return { program: 'nlbwmon', figures, most: new Map(), names: [], readers: [], leftOut };
}

/** The export has no dates: uses those given, otherwise the calendar month in which it was written, nlbwmon's default. */
function periodOf(
  { from: given, to: givenEnd, config: { timezone } }: ImportSettings,
  writtenAt: number,
): { from: Day; to: Day; until: number } {
  const today = dayOf(writtenAt, timezone);
  const from = given ?? monthOf(givenEnd === null ? today : givenEnd - 1, { day: 1 }).start;
  const to = Math.min(givenEnd ?? monthAfter(from), today + 1);
  if (to <= from) {
    const why = from > today ? `is after ${dayText(today)}, when the figures were exported` : 'is not before --to, which is exclusive';
    throw new ImportError(`--from: ${dayText(from)} ${why}`);
  }
  return { from, to, until: Math.min(writtenAt, startOfDay(to, timezone)) };
}

/** The same day of the next month, or its last day. */
function monthAfter(day: Day): Day {
  const date = new Date(day * DAY_MS);
  const [year, month] = [date.getUTCFullYear(), date.getUTCMonth() + 1];
  const last = new Date(Date.UTC(year, month + 1, 0)).getUTCDate();
  return dayNumber(year, month + 1, Math.min(date.getUTCDate(), last));
}
