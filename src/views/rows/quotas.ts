import { DAY_MS } from '../../domain/calendar.ts';
import { countedWords } from '../../domain/people/counted.ts';
import { type DayModel, type Forecast, forecastOf, HISTORY_DAYS, presentAt } from '../../domain/people/forecast.ts';
import { bonusIn, isRolling, type Quota, standingOf, takesBonus, tellsTimes, usedOf } from '../../domain/people/quota.ts';
import { type QuotaPeriod, type SumPeriod, sumKey } from '../../domain/people/quota-period.ts';
import type { QuotaRow } from '../../domain/people/quota-row.ts';
import type { Account } from '../../ledger/account.ts';
import { tariffedSum } from '../../ledger/usage/sums.ts';
import type { View } from '../view.ts';
import { grouped, openSubjects, type QuotaSubject, quotaSubjects, type SubjectsOf, type SubjectView } from './quota-subjects.ts';

/** What the rows of quotas are made from. */
export interface QuotaView extends SubjectView, Pick<View, 'months' | 'now' | 'timezone'> {
  /** What forecasts are made from, by quota and subject (see `modelKey`). */
  models: ReadonlyMap<string, DayModel>;
}

const modelKey = (quota: Quota, subject: QuotaSubject['id']): string => `${quota.name}\n${subject}`;

/** Whether a quota's period has days of which a part is still to come. */
const isOfDays = ({ per }: Quota): boolean => per === 'week' || per === 'month';

/**
 * How everything stands in its quotas, in the order of the configuration; what is private only where the figures do not tell times. Every round asks for it:
 * nothing here asks the calendar for each row.
 */
export function quotaRows(view: QuotaView, forecast = forecastOf, subjectsOf = quotaSubjects(view)): QuotaRow[] {
  const present = presentAt(view.now, view.timezone);
  const bought = grouped(view.books.bonuses, (bonus) => bonus.quota);
  return view.months.quotas.flatMap(({ quota, period }) => {
    const bonuses = takesBonus(quota.per) ? [...quota.bonus, ...(bought.get(quota.name) ?? [])] : [];
    const bonus = bonusIn(bonuses, period.days.start, period.days.end);
    const usedBy = usedIn(view, quota, period);
    const usedBefore = quota.rollover ? usedBeforeIn(view, quota, period) : null;
    const counted = countedWords(quota, tariffsIn(view, period));
    const daysLeft = isOfDays(quota) ? Math.max(1, period.days.end - present.today) : null;
    return shownSubjects(view, { quota, period }, subjectsOf).flatMap(({ accounts, of, id, name }): QuotaRow[] => {
      const used = usedBy(accounts);
      if (used === 0 && cameLater(quota, period, accounts)) return [];
      const standing = standingOf(quota, used, usedBefore === null ? null : usedBefore(accounts), bonus);
      const { limit, left } = standing;
      const model = daysLeft === null ? undefined : view.models.get(modelKey(quota, id));
      const row = {
        quota,
        counted,
        period,
        of,
        id,
        name,
        title: of === 'user' ? view.people.titleOf(name) : name,
        used,
        limit,
        carried: standing.carried,
        bonus: standing.bonus,
        left,
        step: standing.step,
        leftPerDay: daysLeft === null ? null : Math.floor(left / daysLeft),
        forecast: model === undefined ? null : reachedWithin(forecast(model, used, limit, period.days, present), period),
      };
      return [row];
    });
  });
}

/** Its days have 24 hours each: where the clock is set ahead, the last hour of them is beyond the period, which says that it is reached within. */
const reachedWithin = (forecast: Forecast, { endsAt }: QuotaPeriod): Forecast =>
  forecast.reachedAt === null || endsAt === null || forecast.reachedAt < endsAt ? forecast : { ...forecast, reachedAt: endsAt - 1 };

/** Whether it is one of many that was not there before the period, which is over, had ended: not even in what another program counted. */
const cameLater = ({ of }: Quota, { endsAt }: QuotaPeriod, accounts: readonly Account[]): boolean =>
  (of.kind === 'each device' || of.kind === 'each peer') && endsAt !== null && accounts.every(({ firstSeen }) => firstSeen >= endsAt);

/** What is shown of what a quota is of: what is private only where that does not tell times. */
function shownSubjects(
  view: QuotaView,
  { quota, period }: { quota: Quota; period: Pick<QuotaPeriod, 'startsAt'> },
  subjectsOf: SubjectsOf,
): QuotaSubject[] {
  const all = subjectsOf(quota, period);
  return tellsTimes(quota) ? openSubjects(view, all) : all;
}

/** Tariffs that have bytes in a period, and those that will. */
function tariffsIn({ months, books }: QuotaView, period: SumPeriod) {
  const posted = [...(months.sums.get(sumKey(period))?.tariffs.keys() ?? [])].flatMap((id) => books.tariffs.get(id) ?? []);
  return [...months.tariffs, ...posted];
}

type UsedBy<Used> = (accounts: readonly Account[]) => Used;

function usedIn({ months, books }: QuotaView, quota: Quota, period: SumPeriod): UsedBy<number> {
  const sums = months.sums.get(sumKey(period));
  return sums === undefined ? () => 0 : (accounts) => usedOf(quota, tariffedSum(sums, accounts, books.tariffs));
}

/** What was used in the period before; null where the ledger did not count for all of it, or nothing of it was there. */
function usedBeforeIn(view: QuotaView, quota: Quota, { before }: QuotaPeriod): UsedBy<number | null> | null {
  const { startedAt } = view.books;
  if (before === null || startedAt === 0 || startedAt > before.startsAt) return null;
  const used = usedIn(view, quota, before);
  return (accounts) => (accounts.some(({ firstSeen }) => firstSeen < before.endsAt) ? used(accounts) : null);
}

/** The quotas that a model is wanted for, with the accounts of each subject: also of those that may yet be there in the period. */
export const modelled = (view: QuotaView): { quota: Quota; key: string; accounts: readonly Account[] }[] => {
  const subjectsOf = quotaSubjects(view);
  const lately = view.now - HISTORY_DAYS * DAY_MS;
  return view.months.quotas
    .filter(({ quota }) => isOfDays(quota) && !isRolling(quota.per))
    .flatMap(({ quota, period }) =>
      shownSubjects(view, { quota, period: { startsAt: Math.min(period.startsAt, lately) } }, subjectsOf).map(({ id, accounts }) => ({
        quota,
        key: modelKey(quota, id),
        accounts,
      })),
    );
};
