import { titleWithKey } from '../../domain/people/user.ts';
import { total } from '../../domain/traffic.ts';
import { count } from '../../errors.ts';
import { tariffsAnswer } from '../../views/api-v1/tariffs.ts';
import { bytesIn, formatShare } from '../../views/format.ts';
import { tariffRows } from '../../views/rows/tariffs.ts';
import { left, name, right } from '../common/text.ts';
import type { LedgerView, Printed } from './printed.ts';

/** `wrtmeter print tariffs` */
export function printTariffs(view: LedgerView): Printed {
  const rows = tariffRows(view);
  const size = bytesIn(view.units);
  const months = new Map<string, number>();
  const keyOf = ({ of, id }: (typeof rows)[number]) => `${of}\n${id}`;
  for (const row of rows) months.set(keyOf(row), (months.get(keyOf(row)) ?? 0) + total(row.bytes));
  return {
    columns: [left('Of'), name('Name'), left('Tariff'), right('Month down'), right('Month up'), right('Share')],
    rows: rows.map((row) => {
      const month = months.get(keyOf(row)) ?? 0;
      const share = month === 0 ? '' : formatShare(total(row.bytes) / month);
      const title = row.of === 'user' ? titleWithKey({ name: row.id, title: row.title }) : row.title;
      return [row.of, title, row.tariff, size(row.bytes.download), size(row.bytes.upload), share];
    }),
    summary:
      rows.length === 0
        ? 'No tariff is configured: see "tariffs" in the configuration'
        : `${count(rows.length, 'row')} of the current month`,
    json: tariffsAnswer(view),
  };
}
