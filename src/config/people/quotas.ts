import { dayText, parseDate } from '../../domain/calendar.ts';
import { didYouMean } from '../../domain/names/nearest.ts';
import { countedWords } from '../../domain/people/counted.ts';
import { isRolling, type Quota, type QuotaAction, type QuotaPer, tellsTimes } from '../../domain/people/quota.ts';
import { formatRate } from '../../domain/people/rate.ts';
import { ON_PEAK, type Tariff } from '../../domain/people/tariffs.ts';
import { type Field, group, groupOf, listOf, type Read, readFields, scalar } from '../../fields/fields.ts';
import type { KeyValue, Node } from '../../fields/nodes.ts';
import { fail, type Problems, shown, warn } from '../../fields/problems.ts';
import { choice, parseBoolean, parseName, ValueError } from '../../fields/values.ts';
import { parseRate, parseSize } from '../values.ts';
import { checkOf, type KnownNames, ofText, parseQuotaOf } from './quota-of.ts';

const MOST_QUOTAS = 1000;
const MOST_STEPS = 20;

const node: Read<Node> = (value) => value;

/** The keys of a quota in wrtmeter.yaml. */
export const quotaFields = {
  of: { key: 'of', read: scalar(parseQuotaOf) },
  limit: { key: 'limit', read: scalar(parseSize) },
  per: { key: 'per', read: scalar(choice(['hour', 'day', 'week', 'month'])) },
  rolling: { key: 'rolling', read: scalar(choice(['24h', '30d'])) },
  direction: { key: 'direction', read: scalar(choice(['both', 'download', 'upload'])) },
  tariff: { key: 'tariff', read: scalar(parseName) },
  rollover: { key: 'rollover', read: scalar(parseBoolean) },
  bonus: { key: 'bonus', read: node },
  steps: { key: 'steps', read: node },
} as const satisfies Record<string, Field<unknown>>;

/** Reads the quotas of wrtmeter.yaml. `known`: what the rest of it names. */
export function readQuotas(value: Node, known: KnownNames & { tariffs: readonly Tariff[] }, problems: Problems): Quota[] {
  const entries = group(value, problems) ?? [];
  if (entries.length > MOST_QUOTAS) fail(problems, value.place, `has more than ${MOST_QUOTAS} quotas; shorten the list`);
  return entries.slice(0, MOST_QUOTAS).flatMap((entry) => readQuota(entry, known, problems) ?? []);
}

/** Whether a step of the quota slows down or blocks. */
export const isLimiting = ({ steps }: Pick<Quota, 'steps'>): boolean =>
  steps.some(({ actions }) => actions.some(({ kind }) => kind !== 'notify'));

function readQuota({ key: name, place, value }: KeyValue, known: Parameters<typeof readQuotas>[1], problems: Problems): Quota | undefined {
  if (!/^[a-z0-9][a-z0-9_-]{0,31}$/i.test(name))
    fail(problems, place, `${shown(name)} is not a name of a quota; use letters, digits, "_" and "-"`);
  const before = problems.errors.length;
  const found = readFields(value, quotaFields, problems);
  const { of, limit, per, rolling, tariff } = found;
  const isFine = problems.errors.length === before;
  if (of === undefined && isFine) fail(problems, place, 'is of nothing; use for example of: home, of: user anna or of: each device');
  if (limit === undefined && isFine) fail(problems, place, 'has no limit; use for example limit: 500GB');
  if (of !== undefined) checkOf(of, known, problems);
  if (per !== undefined && rolling !== undefined) fail(problems, rolling.place, 'contradicts "per"; remove one of them');
  if (tariff !== undefined) checkTariff(tariff.value, tariff.place, known.tariffs, problems);
  const steps = found.steps === undefined ? [] : readSteps(found.steps.value, problems);
  if (found.steps !== undefined && (of?.value.kind === 'home' || of?.value.kind === 'uplink') && isLimiting({ steps }))
    warn(
      problems,
      found.steps.place,
      'slow or block more than a limit can hold: only users, devices and peers are limited, so this is only reported',
    );
  const bonus = found.bonus === undefined ? [] : readBonus(found.bonus.value, problems);
  const span: QuotaPer = rolling?.value ?? per?.value ?? 'month';
  for (const carried of [found.rollover, found.bonus]) {
    if (carried !== undefined && isRolling(span)) fail(problems, carried.place, 'needs a period that ends; use per, not rolling');
  }
  if (found.bonus !== undefined && span === 'hour') fail(problems, found.bonus.place, 'is for a day or more; use per: day, week or month');
  if (of === undefined || limit === undefined) return undefined;
  const counted = { per: span, tariff: tariff?.value ?? null };
  if (tellsTimes(counted) && known.hidden.includes(ofText(of.value)))
    warn(problems, of.place, `${ofText(of.value)} is private: only its quotas of a week or longer without "tariff" are shown`);
  return {
    ...{ name, of: of.value, limit: limit.value, ...counted },
    direction: found.direction?.value ?? 'both',
    rollover: found.rollover?.value ?? false,
    ...{ bonus, steps },
  };
}

function checkTariff(name: string, place: string, tariffs: readonly Tariff[], problems: Problems): void {
  const names = [...tariffs.map((tariff) => tariff.name), ON_PEAK];
  if (tariffs.length === 0) fail(problems, place, `there is no tariff ${shown(name)}; add tariffs first`);
  else if (!names.includes(name)) fail(problems, place, `${shown(name)} is not a tariff; ${didYouMean(name, names, 'add it to tariffs')}`);
}

/** `75%: notify`; several actions in a list. */
function readSteps(value: Node, problems: Problems): Quota['steps'] {
  const entries = groupOf('80%: notify')(value, problems) ?? [];
  if (entries.length > MOST_STEPS) fail(problems, value.place, `has more than ${MOST_STEPS} steps; shorten the list`);
  const shares = new Set<number>();
  const steps = entries.slice(0, MOST_STEPS).flatMap((entry) => {
    const percent = /^(\d{1,4}(?:\.\d+)?) ?%$/.exec(entry.key)?.[1];
    if (percent === undefined || Number(percent) === 0 || Number(percent) > 1000) {
      fail(problems, entry.place, `${shown(entry.key)} is not a share of the limit; use for example 75%`);
      return [];
    }
    if (shares.has(Number(percent))) fail(problems, entry.place, 'is the same share as another step; put what is done at it into one list');
    shares.add(Number(percent));
    const actions = listOf(parseAction, 3, 'says nothing to do; use for example notify, or remove the line')(entry.value, problems) ?? [];
    return [{ share: Number(percent) / 100, actions: actions.map((action) => action.value) }];
  });
  return steps.sort((a, b) => a.share - b.share);
}

function parseAction(text: string): QuotaAction {
  const [, word = '', rest] = /^(\S+)(?: (.+))?$/.exec(text) ?? [];
  if (word === 'slow' && rest !== undefined) return { kind: 'slow', rate: parseRate(rest) };
  if ((word === 'notify' || word === 'block') && rest === undefined) return { kind: word };
  throw new ValueError('is not a step; use notify, slow with a rate such as slow 1Mbit, or block');
}

/** `2026-11-01: 20GB`. */
function readBonus(value: Node, problems: Problems): Quota['bonus'] {
  return (groupOf('2026-11-01: 20GB')(value, problems) ?? []).flatMap((entry) => {
    const day = parseDate(entry.key);
    if (day === null) fail(problems, entry.place, `${shown(entry.key)} is not a date; use for example 2026-11-01`);
    const bytes = scalar(parseSize)(entry.value, problems);
    return day === null || bytes === undefined ? [] : [{ day, bytes }];
  });
}

/** A quota in a line, for `wrtmeter check`. */
export function describeQuota(
  { of, limit, direction, tariff, per, rollover, bonus, steps }: Quota,
  size: (bytes: number) => string,
): string {
  const parts = [
    `${size(limit)} ${isRolling(per) ? `in any ${per}` : `per ${per}`} for ${ofText(of)}`,
    // The shares of tariffs are in their own lines.
    ...countedWords({ direction, tariff }, []),
    rollover ? 'what is left rolls over' : null,
    bonus.length === 0 ? null : `bought ${bonus.map(({ day, bytes }) => `${size(bytes)} for ${dayText(day)}`).join(', ')}`,
    ...steps.map(({ share, actions }) => `${Number((share * 100).toFixed(2))} %: ${actions.map(actionText).join(' and ')}`),
  ];
  return parts.filter((part) => part !== null).join('; ');
}

const actionText = (action: QuotaAction): string => (action.kind === 'slow' ? `slow to ${formatRate(action.rate)}` : action.kind);
