import { type Day, dayOf, dayText, instantText, parseDate } from '../../domain/calendar.ts';
import { didYouMean } from '../../domain/names/nearest.ts';
import { isRolling, takesBonus } from '../../domain/people/quota.ts';
import { readSize } from '../../domain/people/size.ts';
import { quote } from '../../errors.ts';
import type { Bonus, NewBonus } from '../../ledger/books.ts';
import type { View } from '../view.ts';
import { bad, type Given } from './query.ts';
import { RequestError } from './request-error.ts';

const MOST_BONUSES = 1000;
const MOST_DAYS_AHEAD = 400;
/** More than any line carries in a year; sums of it stay whole numbers. */
const MOST_BYTES = 1e15;
const MOST = '1PB';

type BonusView = Pick<View, 'now' | 'timezone'> & {
  books: Pick<View['books'], 'bonuses'>;
  months: Pick<View['months'], 'quotas'>;
};

/** The bonus that a person wants: `amount` as a size, `day` as a date, today if not given. Throws a RequestError that says why it cannot be. */
export function bonusWanted(view: BonusView, name: string, { amount, day }: Given<'amount' | 'day'>, by: string): NewBonus {
  const { quota, period } = quotaNamed(view, name);
  if (!takesBonus(quota.per)) {
    const is = isRolling(quota.per) ? 'rolling' : `per ${quota.per}`;
    throw new RequestError(409, `Quota ${quote(name)} is ${is}: a bonus is for one period of a quota per day, week or month`);
  }
  const bytes = amount === undefined ? 'is missing; use for example 20GB' : readSize(amount, MOST);
  if (typeof bytes === 'string') throw bad(`The amount ${amount === undefined ? '' : `${quote(amount)} `}${bytes}`);
  if (bytes > MOST_BYTES) throw bad(`The amount ${quote(amount ?? '')} is too large; use at most ${MOST}`);
  const { bonuses } = view.books;
  if (bonuses.length >= MOST_BONUSES) throw new RequestError(409, `There are already ${MOST_BONUSES} bonuses: remove old ones`);
  return { quota: name, day: dayWanted(view, day, period.days.start), bytes, at: view.now, by };
}

function quotaNamed({ months: { quotas } }: BonusView, name: string): BonusView['months']['quotas'][number] {
  const found = quotas.find(({ quota }) => quota.name === name);
  if (found !== undefined) return found;
  const names = quotas.map(({ quota }) => quota.name);
  const otherwise = quotas.length === 0 ? 'none is configured' : 'see "quotas" in the configuration';
  throw new RequestError(404, `There is no quota ${quote(name)}: ${didYouMean(name, names, otherwise)}`);
}

/** `start`: the first day of the running period. */
function dayWanted({ now, timezone }: BonusView, text: string | undefined, start: Day): Day {
  const today = dayOf(now, timezone);
  if (text === undefined) return today;
  const day = parseDate(text);
  if (day === null) throw bad(`The day ${quote(text)} is not a date; use for example ${dayText(today)}`);
  if (day < start) throw bad(`The period of ${text} is over: the running one began on ${dayText(start)}`);
  if (day > today + MOST_DAYS_AHEAD) throw bad(`The day ${text} is more than ${MOST_DAYS_AHEAD} days ahead`);
  return day;
}

/** The bonus with an id, of a quota if its name is given. Throws a RequestError. */
export function bonusWithId({ bonuses }: Pick<View['books'], 'bonuses'>, id: string, quota?: string): Bonus {
  const found = bonuses.find((each) => String(each.id) === id && (quota === undefined || each.quota === quota));
  if (found !== undefined) return found;
  const of = quota === undefined ? '' : ` of quota ${quote(quota)}`;
  throw new RequestError(404, `There is no bonus ${quote(id)}${of}: "wrtmeter bonus list" and /api/v1/quotas show all`);
}

/** A bonus as the API and the commands give it. */
export const bonusJson = ({ id, quota, day, bytes, at, by }: Bonus) => ({
  ...{ id, quota, day: dayText(day), bytes },
  ...{ added_at: instantText(at), added_by: by },
});
