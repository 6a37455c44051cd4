import { dayOf, dayText, minuteText } from '../../domain/calendar.ts';
import type { QuotaRow } from '../../domain/people/quota-row.ts';
import { count } from '../../errors.ts';
import { quotasAnswer } from '../../views/api-v1/quotas.ts';
import { bytesIn, formatShare } from '../../views/format.ts';
import { extra, left, name, prose, right } from '../common/text.ts';
import type { LedgerView, Printed } from './printed.ts';

/** `wrtmeter print quotas` */
export function printQuotas(view: LedgerView): Printed {
  const rows = view.quotas;
  const size = bytesIn(view.units);
  const isPart = rows.some(({ counted }) => counted.length > 0);
  const reached = rows.filter((row) => row.used >= row.limit).length;
  return {
    columns: [
      left('Quota'),
      name('Of'),
      ...(isPart ? [prose('Counted')] : []),
      right('Used'),
      right('Limit'),
      right('Share'),
      right('Left'),
      extra('Left a day'),
      extra('Forecast'),
      extra('Ends'),
    ],
    rows: rows.map((row) => [
      row.quota.name,
      row.title === '' ? row.of : row.title,
      ...(isPart ? [row.counted.join(', ')] : []),
      size(row.used),
      row.bonus === 0 ? size(row.limit) : `${size(row.limit)} (${size(row.bonus)} bought)`,
      formatShare(row.used / row.limit),
      size(row.left),
      row.leftPerDay === null ? '' : size(row.leftPerDay),
      forecastText(row, view),
      endText(row, view),
    ]),
    summary: summaryOf(view, rows.length, reached),
    json: quotasAnswer(view),
  };
}

function summaryOf({ months }: LedgerView, rows: number, reached: number): string {
  if (months.quotas.length === 0) return 'No quota is configured: see "quotas" in the configuration';
  return `${count(months.quotas.length, 'quota')}, ${count(rows, 'row')}; ${reached === 0 ? 'no limit is reached' : `${count(reached, 'limit')} reached`}`;
}

function forecastText({ forecast, limit }: QuotaRow, { timezone, units }: LedgerView): string {
  const size = bytesIn(units);
  if (forecast === null) return '';
  const when = forecast.reachedAt === null || forecast.bytes < limit ? '' : `, reached on ${dayText(dayOf(forecast.reachedAt, timezone))}`;
  return `${size(forecast.bytes)} (${size(forecast.low)} to ${size(forecast.high)})${when}`;
}

const endText = ({ period: { endsAt } }: QuotaRow, { timezone }: LedgerView): string =>
  endsAt === null ? 'rolling' : minuteText(endsAt, timezone);
