import { minuteText } from '../../domain/calendar.ts';
import type { Store } from '../../ledger/storage/store.ts';
import type { BillingTerms } from '../../ledger/usage/months.ts';
import type { Span } from '../../views/api-v1/query.ts';
import { formatAge } from '../../views/format.ts';
import type { View } from '../../views/view.ts';
import type { Column } from '../common/text.ts';
import type { NamedDevice } from '../common/the-device.ts';

/** What tables are made from: the books and the ledger's file. Routers are not read. */
export interface LedgerView
  extends Pick<View, 'books' | 'months' | 'aliases' | 'peerNames' | 'people' | 'routers' | 'timezone' | 'now' | 'quotas' | 'units'> {
  /** Names of the configured routers. */
  configured: readonly string[];
  terms: BillingTerms;
  /** Whether bars and sparklines can be seen. */
  drawsBlocks: boolean;
  store: Pick<Store, 'all'>;
}

/** Options of a table: those that it does not have are null. */
export interface Selection extends Span {
  device: NamedDevice | null;
  /** Number of newest days, months or rows. */
  last: number | null;
}

/** A table, the line below it, and the same as JSON. */
export interface Printed {
  columns: readonly Column[];
  rows: string[][];
  summary: string;
  json: unknown;
}

/** `2026-11-20 19:23, 21 s ago` */
export const seen = ({ timezone, now }: LedgerView, instant: number): string =>
  `${minuteText(instant, timezone)}, ${formatAge(now - instant)}`;
