import { type Day, dayText } from '../../../domain/calendar.ts';

const NAMES = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** `9 Nov` */
export function shortDate(day: Day): string {
  const [, month, date] = dayText(day).split('-');
  return `${Number(date)} ${NAMES[Number(month) - 1]}`;
}
