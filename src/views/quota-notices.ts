import { dayOf, dayText, minuteText } from '../domain/calendar.ts';
import { slowTo } from '../domain/people/limits/decide.ts';
import { strictest } from '../domain/people/limits/effect.ts';
import { actionText, untilText } from '../domain/people/limits/words.ts';
import type { Notice } from '../domain/people/notice.ts';
import type { QuotaAction } from '../domain/people/quota.ts';
import type { QuotaRow } from '../domain/people/quota-row.ts';
import { bytesIn, formatShare } from './format.ts';
import type { View } from './view.ts';

/** What notices of quotas are made from. */
type QuotasView = Pick<View, 'quotas' | 'now' | 'timezone' | 'units' | 'limits'>;

/**
 * All that quotas have to report now: of each the highest step that is reached, which covers those below it, and a forecast over the limit.
 * What was reported before has the same key again. `renames`: names of routers, by earlier ones.
 */
export function quotaNotices(view: QuotasView, renames: ReadonlyMap<string, string> = new Map()): Notice[] {
  return view.quotas.flatMap((row) => {
    const before = earlierRows(row, renames);
    return [...stepNotices(row, before, view), ...forecastNotices(row, before, view)];
  });
}

/** That of an uplink as it was under the earlier names of its router. */
function earlierRows(row: QuotaRow, renames: ReadonlyMap<string, string>): QuotaRow[] {
  const { of } = row.quota;
  if (of.kind !== 'uplink') return [];
  return [...renames].flatMap(([was, name]) => (name === of.router ? [{ ...row, id: `${was}${row.id.slice(name.length)}` }] : []));
}

function stepNotices(row: QuotaRow, before: readonly QuotaRow[], view: QuotasView): Notice[] {
  const size = bytesIn(view.units);
  const reached = row.quota.steps.filter(({ share }) => share <= row.step);
  const last = reached.at(-1);
  if (last === undefined) return [];
  const { share } = last;
  const stepKey = (step: number, of = row) => keyOf('quota', of, view, ` ${percent(step)}`);
  const lower = reached.slice(0, -1).map((step) => stepKey(step.share));
  const limits = limitTexts(
    reached.flatMap(({ actions }) => actions),
    row,
    view,
  );
  return [
    {
      key: stepKey(share),
      kind: 'quota',
      subject: `${titleOf(row)}: ${percent(share)} of ${size(row.limit)} used`,
      text: [standing(row, view), ...limits, pace(row, view)].filter((line) => line !== '').join('\n'),
      at: view.now,
      ...(lower.length > 0 && { covers: lower }),
      ...(before.length > 0 && { earlier: before.map((each) => stepKey(share, each)) }),
    },
  ];
}

function forecastNotices(row: QuotaRow, before: readonly QuotaRow[], view: QuotasView): Notice[] {
  const { forecast, limit, left, quota } = row;
  const size = bytesIn(view.units);
  if (forecast === null || forecast.bytes <= limit || left === 0 || quota.steps.length === 0) return [];
  return [
    {
      key: keyOf('forecast', row, view),
      kind: 'forecast',
      subject: `${titleOf(row)}: probably ${size(forecast.bytes)} of ${size(limit)}`,
      text: [standing(row, view), pace(row, view)].join('\n'),
      at: view.now,
      ...(before.length > 0 && { earlier: before.map((each) => keyOf('forecast', each, view)) }),
    },
  ];
}

/** A rolling quota has no period that ends: one of 24 hours may report daily, one of 30 days once in a calendar month. */
function keyOf(kind: 'quota' | 'forecast', { quota, period, id }: QuotaRow, { now, timezone }: QuotasView, more = ''): string {
  const today = dayText(dayOf(now, timezone));
  const rolling = quota.per === '30d' ? today.slice(0, 7) : today;
  const hour = period.by === 'hour' && period.endsAt !== null ? ` ${period.startsAt}` : '';
  const start = period.endsAt === null ? rolling : `${dayText(period.days.start)}${hour}`;
  return `${kind} ${quota.name}${more} ${start}${id === '' ? '' : ` ${id}`}`;
}

const percent = (share: number): string => `${Number((share * 100).toFixed(2))} %`;

/** `Quota "kids" of Kids (upload only)` */
function titleOf({ quota, title, counted }: QuotaRow): string {
  const of = title === '' ? '' : ` of ${title}`;
  return `Quota "${quota.name}"${of}${counted.length === 0 ? '' : ` (${counted.join(', ')})`}`;
}

/** The last day of a period, or the minute at which an hour ends. */
const endText = (endsAt: number, isHour: boolean, timezone: string): string =>
  isHour ? minuteText(endsAt, timezone) : dayText(dayOf(endsAt - 1, timezone));

function standing({ used, limit, bonus, left, leftPerDay, period }: QuotaRow, { timezone, units }: QuotasView): string {
  const size = bytesIn(units);
  const end = period.endsAt === null ? '' : ` until ${endText(period.endsAt, period.by === 'hour', timezone)}`;
  const each = leftPerDay === null || left === 0 ? '' : `, ${size(leftPerDay)} for each day`;
  const bought = bonus === 0 ? '' : ` The limit includes ${size(bonus)} that were bought.`;
  return `${size(used)} of ${size(limit)} used (${formatShare(used / limit)}), ${size(left)} left${end}${each}.${bought}`;
}

function pace({ forecast, left }: QuotaRow, { timezone, units }: QuotasView): string {
  const size = bytesIn(units);
  if (forecast === null || left === 0) return '';
  const when = forecast.reachedAt === null ? '' : ` The limit will probably be reached on ${dayText(dayOf(forecast.reachedAt, timezone))}.`;
  return `Probably ${size(forecast.bytes)} at the end, between ${size(forecast.low)} and ${size(forecast.high)}.${when}`;
}

/** What steps do to what they are of, where that is more than a notice. */
function limitTexts(actions: readonly QuotaAction[], { of, period }: QuotaRow, { limits, timezone }: QuotasView): string[] {
  const limiting = actions.filter((action) => action.kind !== 'notify');
  const onlyReported = (why: string) => [...new Set(limiting.map(({ kind }) => `The step "${kind}" is only reported: ${why}.`))];
  if (of === 'home' || of === 'uplink') return onlyReported('no limit can hold all of it');
  if (limits === null || limits === undefined) return onlyReported('no router is asked for limits');
  const effect = strictest(limiting.map((action) => (action.kind === 'block' ? { kind: 'pause' } : slowTo(action.rate))));
  return effect === null ? [] : [`It is ${actionText(effect)}${untilText(period.endsAt, timezone)}, unless somebody allows it.`];
}
