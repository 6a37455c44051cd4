import { dayText, type Month, minuteText } from '../../domain/calendar.ts';
import { isZero, total } from '../../domain/traffic.ts';
import { count } from '../../errors.ts';
import { formatShare } from '../format.ts';
import type { Reconciliation } from '../reconciliation/reconciliation.ts';
import type { UsageChange } from './changes.ts';
import type { Summary } from './summary.ts';

/** Bytes as text. */
export type SizeText = (bytes: number) => string;

const MONTHS = 'January February March April May June July August September October November December'.split(' ');

export const daysText = ({ start, end }: Month): string => `${dayText(start)} to ${dayText(end - 1)}`;

/** `November 2026`, where the month is one of the calendar; otherwise its days. */
function periodName({ days, by }: Summary['period']): string {
  const first = new Date(`${dayText(days.start)}T00:00:00Z`);
  const isCalendar = first.getUTCDate() === 1 && by === 'month';
  return isCalendar ? `${MONTHS[first.getUTCMonth()]} ${first.getUTCFullYear()}` : daysText(days);
}

/** `November 2026 so far: Anna` */
export function titleOf({ period, running, user }: Summary): string {
  const whose = user === null ? '' : `: ${user.title}`;
  return `${periodName(period)}${running ? ' so far' : ''}${whose}`;
}

/** Which days, and how many of them are over. */
export function periodText({ period: { days }, running, until }: Summary): string {
  const all = days.end - days.start;
  return `${daysText(days)}, ${running ? `day ${until - days.start + 1} of ${all}` : count(all, 'day')}`;
}

/** `20 % more than in`: a change in words, with what it is compared with to follow. */
export function changeText({ now, before }: UsageChange): string {
  const percent = Math.round((now / before - 1) * 100);
  return percent === 0 ? 'as much as in' : `${Math.abs(percent)} % ${percent > 0 ? 'more' : 'less'} than in`;
}

/** `+20 %`; `new` where there was nothing before. */
export function changeShort(change: UsageChange | null): string {
  if (change === null || (change.now === 0 && change.before === 0)) return '';
  if (change.before === 0) return 'new';
  const percent = Math.round((change.now / change.before - 1) * 100);
  return `${percent > 0 ? '+' : ''}${percent} %`;
}

/** What is compared, with the days of both. */
export function comparedText({ days, before, change }: NonNullable<Summary['compared']>, size: SizeText): string {
  const now = `${daysText(days)}: ${size(change.now)}`;
  if (change.before === 0) return `${now}; ${daysText(before)}: ${size(0)}`;
  return `${now}, ${changeText(change)} ${daysText(before)} (${size(change.before)})`;
}

/** Whether counting began only after the period. */
export const isUnknown = ({ firstDay, period: { days } }: Summary): boolean => firstDay === null || firstDay >= days.end;

/** When counting began, where that leaves something out; null otherwise. */
export function sinceText({ firstDay, period: { by, days, before }, compared }: Summary): string | null {
  if (firstDay === null) return 'Nothing has been counted yet';
  const began = `counting began on ${dayText(firstDay)}`;
  if (firstDay >= days.end) return `Nothing is known of this ${by}, because ${began}`;
  if (firstDay > days.start) return `Without the days before ${dayText(firstDay)}, because ${began}`;
  return compared === null && firstDay > before.start ? `Not compared with the ${by} before, because ${began}` : null;
}

/** A gateway's unattributed bytes, and the likely reasons; nothing where there are none. */
export function gatewayText({ router, from, unattributed, share, reasons }: Reconciliation, size: SizeText, timezone: string): string[] {
  if (isZero(unattributed)) return [];
  const left = total(unattributed);
  const since = from === null ? '' : ` since ${minuteText(from, timezone)}`;
  const part = share === null ? '' : ` (${formatShare(Math.abs(share))})`;
  const what =
    left < 0
      ? `The hosts of ${router} have ${size(-left)}${part} more than its uplinks${since}`
      : `${size(left)}${part} of the uplinks of ${router} belong to no host${since}`;
  return [what, ...reasons.map(({ text }) => `Possible reason: ${text}`)];
}

/** A bar of some characters; full where the limit is reached. */
export function barText(share: number, width: number): string {
  const full = Math.min(width, Math.floor(share * width));
  return `${'█'.repeat(full)}${'░'.repeat(width - full)}`;
}
