import type { Forecast } from './forecast.ts';
import type { Quota, QuotaStanding } from './quota.ts';
import type { QuotaPeriod } from './quota-period.ts';

/** One thing that a quota is of. */
export interface QuotaThing {
  of: 'home' | 'uplink' | 'user' | 'device' | 'peer' | 'others';
  /** Stays the same when names change: a MAC, a public key or a name of the configuration; empty where there is only one. */
  id: string;
  /** For labels: no two of a quota have the same. Empty where there is only one. */
  name: string;
}

/** How one thing stands in its quota. */
export interface QuotaRow extends QuotaThing, QuotaStanding {
  /** For people: the name that a user has on pages and in tables; otherwise `name`. */
  title: string;
  quota: Quota;
  /** For people: what counts, where it is not everything in full (`countedWords`). */
  counted: readonly string[];
  period: QuotaPeriod;
  /** Bytes for each day to the end of the period, the running one included; null: the period is a day, an hour or rolling. */
  leftPerDay: number | null;
  /** Null: there are too few days to make one from, or the period is a day, an hour or rolling. */
  forecast: Forecast | null;
}
