import { minuteText } from '../../domain/calendar.ts';
import { figuresOf } from '../../domain/traffic.ts';
import { count } from '../../errors.ts';
import { type AuditRecord, readAudit } from '../../ledger/storage/read-audit.ts';
import { auditLine } from '../../views/api-v1/audit.ts';
import { bytesOfRow, type Outcome } from '../../views/audit-words.ts';
import { macsOf } from '../../views/find-device.ts';
import { bytesIn } from '../../views/format.ts';
import { late, left, name, prose } from '../common/text.ts';
import type { LedgerView, Printed, Selection } from './printed.ts';

const USUAL_ROWS = 50;

/** The newest audit rows, newest at the bottom. */
export async function printAudit(view: LedgerView, selection: Selection): Promise<Printed> {
  const last = selection.last ?? USUAL_ROWS;
  const { from, to, device } = selection;
  const wanted = {
    ...(from && { from: from.instant }),
    ...(to && { to: to.instant }),
    ...(device && { macs: macsOf(view, device.mac) }),
  };
  const records = await readAudit(view.store, wanted, last + 1);
  const shown = records.slice(0, last);
  const more = records.length > last ? '; --last shows more' : '';
  return {
    columns: [left('When'), left('Kind'), late(name('Router')), name('What'), { ...prose('Bytes'), leaves: 'early' }, prose('Why')],
    rows: [...shown].reverse().map((record) => {
      const { kind, router, what, outcome, why } = auditLine(view, record);
      return [minuteText(record.at, view.timezone), kind, router ?? '', what, bytesText(record, outcome, bytesIn(view.units)), why];
    }),
    summary:
      shown.length === 0
        ? Object.keys(wanted).length === 0
          ? 'The audit log is empty'
          : `The audit log has no row of this ${device === null ? 'time' : from === null && to === null ? 'device' : 'device and time'}`
        : `${count(shown.length, 'row')}${more}`,
    json: { rows: shown.map((record) => auditLine(view, record)) },
  };
}

function bytesText(record: AuditRecord, outcome: Outcome, size: (bytes: number) => string): string {
  const { download, upload, undirected, total } = figuresOf(bytesOfRow(record));
  if (total === 0) return '';
  const part = (bytes: number | null, way: string) => (bytes === null || bytes === 0 ? '' : `${size(bytes)}${way}`);
  const parts = [part(download, ' down'), part(upload, ' up'), part(undirected, '')];
  return `${outcome === 'noted' ? '' : `${outcome} `}${parts.filter((part) => part !== '').join(', ')}`;
}
