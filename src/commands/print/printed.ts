import { localText } from '../../domain/calendar.ts';
import type { Store } from '../../ledger/storage/store.ts';
import type { BillingTerms } from '../../ledger/usage/months.ts';
import { formatAge } from '../../views/format.ts';
import type { View } from '../../views/view.ts';
import type { Column } from '../common/text.ts';

/** What is printed is made of: the ledger's books and its file, and nothing of the routers. */
export interface LedgerView extends Pick<View, 'books' | 'months' | 'aliases' | 'peerNames' | 'routers' | 'timezone' | 'now'> {
  /** Names of the configured routers. */
  configured: readonly string[];
  terms: BillingTerms;
  store: Pick<Store, 'all'>;
}

/** What the command line asks for besides the table itself. */
export interface Selection {
  /** A name or a MAC. */
  device?: string;
  /** So many of the newest days, months or rows. */
  last?: number;
}

/** A table, the line under it, and the same for programs. */
export interface Printed {
  columns: readonly Column[];
  rows: string[][];
  summary: string;
  json: unknown;
}

/** `2026-11-20 19:23, 21 s ago` */
export const seen = ({ timezone, now }: LedgerView, instant: number): string =>
  `${localText(instant, timezone).slice(0, 16)}, ${formatAge(now - instant)}`;
