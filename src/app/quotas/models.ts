import { dayOf } from '../../domain/calendar.ts';
import { type DayModel, modelOf } from '../../domain/people/forecast.ts';
import { isDirected } from '../../ledger/account.ts';
import { type DayHistory, readHistory } from '../../ledger/storage/people/read-history.ts';
import type { Store } from '../../ledger/storage/store.ts';
import { grouped } from '../../views/rows/quota-subjects.ts';
import { modelled, type QuotaView } from '../../views/rows/quotas.ts';

/** What forecasts are made from, by quota and subject. */
export type DayModels = ReadonlyMap<string, DayModel>;

type Modelled = ReturnType<typeof modelled>[number];

/** Reads the models of all quotas that have a forecast: one statement for each way to count. Throws a LedgerError. */
export async function readModels(store: Pick<Store, 'all'>, view: Omit<QuotaView, 'models'>): Promise<DayModels> {
  const today = dayOf(view.now, view.timezone);
  const ways = grouped(modelled({ ...view, models: new Map() }), ({ quota }) => `${quota.direction} ${quota.tariff}`);
  const models = new Map<string, DayModel>();
  for (const wanted of ways.values()) {
    const [first] = wanted;
    if (first === undefined) continue;
    const pairs = wanted.flatMap(({ accounts }, subject) =>
      accounts.map(({ id, kind }) => [subject, id, isDirected(kind) ? 0 : 1] as const),
    );
    const history = await readHistory(store, first.quota, pairs, view.books.tariffs, today);
    for (const [subject, { key, accounts }] of wanted.entries()) {
      const model = modelFor(history.get(subject), accounts, today, view.timezone);
      if (model !== null) models.set(key, model);
    }
  }
  return models;
}

/** Counting began on the day that one of the accounts was first seen, or that another program has counted: that day is not whole. */
function modelFor(history: DayHistory | undefined, accounts: Modelled['accounts'], today: number, timezone: string): DayModel | null {
  const seen = accounts.reduce((first, { firstSeen }) => Math.min(first, firstSeen), Number.POSITIVE_INFINITY);
  if (seen === Number.POSITIVE_INFINITY) return null;
  const first = Math.min(dayOf(seen, timezone), history?.first ?? Number.POSITIVE_INFINITY) + 1;
  return modelOf(history?.sums ?? { bytes: [], squares: [] }, first, today);
}

const NONE: DayModels = new Map();

/** Models that are read again when a day or the configuration turns. */
export function createModels(store: Pick<Store, 'all'>): {
  of(view: Omit<QuotaView, 'models'>): Promise<DayModels>;
  /** The configuration has changed. */
  renew(): void;
} {
  let kept: { day: number; models: Promise<DayModels> } | null = null;
  return {
    async of(view) {
      if (view.months.quotas.length === 0) return NONE;
      const day = dayOf(view.now, view.timezone);
      if (kept?.day === day) return kept.models;
      const read = { day, models: readModels(store, view) };
      kept = read;
      // What could not be read is read again.
      read.models.catch(() => {
        if (kept === read) kept = null;
      });
      return read.models;
    },
    renew() {
      kept = null;
    },
  };
}
