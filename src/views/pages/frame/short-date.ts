import { type Day, dayText, type Month } from '../../../domain/calendar.ts';

const NAMES = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** `9 Nov` */
export function shortDate(day: Day): string {
  const [, month, date] = dayText(day).split('-');
  return `${Number(date)} ${NAMES[Number(month) - 1]}`;
}

/** A billing period: `Nov 2026`, or by its first day: `15 Nov 2026`. */
export function periodName({ start }: Month): string {
  const text = shortDate(start);
  return `${text.startsWith('1 ') ? text.slice(2) : text} ${dayText(start).slice(0, 4)}`;
}
