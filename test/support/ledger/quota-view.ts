import type { Quota, QuotaOf } from '../../../src/domain/people/quota.ts';
import type { Ledger } from '../../../src/ledger/ledger.ts';
import type { QuotaView } from '../../../src/views/rows/quotas.ts';
import type { Alias } from '../../../src/views/view.ts';
import { peopleOf } from '../homes/small-home.ts';
import { TERMS } from './rounds.ts';

export const quota = (name: string, of: QuotaOf, limit: number, more: Partial<Quota> = {}): Quota => ({
  ...{ name, of, limit },
  ...{ direction: 'both', tariff: null, per: 'month', rollover: false, bonus: [], steps: [] },
  ...more,
});

/** What rows of quotas are made from, out of a ledger. */
export const quotaView = (
  { books, months }: Pick<Ledger, 'books' | 'months'>,
  now: number,
  aliases: readonly (readonly [mac: string, alias: Alias])[] = [],
  models: QuotaView['models'] = new Map(),
): QuotaView => ({
  books,
  months,
  now,
  timezone: TERMS.timezone,
  aliases: new Map(aliases),
  peerNames: new Map(),
  people: peopleOf(new Map(aliases)),
  models,
});
