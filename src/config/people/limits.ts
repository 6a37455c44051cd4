import { type LimitEffect, rateOf } from '../../domain/people/limits/effect.ts';
import { type LimitOf, type LimitRule, type LimitsConfig, USUAL_LIMITS, WHILE_PAUSED } from '../../domain/people/limits/limit.ts';
import { actionText } from '../../domain/people/limits/words.ts';
import type { Window } from '../../domain/people/tariffs.ts';
import { type Field, group, listOf, readFields, scalar } from '../../fields/fields.ts';
import type { KeyValue, Node } from '../../fields/nodes.ts';
import { fail, type Problems, shown } from '../../fields/problems.ts';
import { choice, parseBoolean, ValueError } from '../../fields/values.ts';
import { duration, formatDuration, parseRate } from '../values.ts';
import { checkOf, type KnownNames, ofText, parseQuotaOf } from './quota-of.ts';
import { daysText, EVERY_DAY, hoursText, parseDays, parseHours } from './tariffs.ts';

const MOST_RULES = 200;

/** The keys of `limits` that are not names of limits. */
export const limitsFields = {
  expire: { key: 'expire', read: scalar(duration({ least: 60, most: 7 * 86_400 })) },
  whilePaused: { key: 'while_paused', read: listOf(choice(WHILE_PAUSED), WHILE_PAUSED.length) },
} as const satisfies Record<string, Field<unknown>>;

const rates = { down: { key: 'down', read: scalar(parseBytes) }, up: { key: 'up', read: scalar(parseBytes) } } as const;

/** The keys of a limit in wrtmeter.yaml. */
export const limitFields = {
  of: { key: 'of', read: scalar(parseLimitOf) },
  slow: { key: 'slow', read: readSlow },
  pause: { key: 'pause', read: scalar(parseBoolean) },
  at: { key: 'at', read: listOf(parseWindow, 24) },
} as const satisfies Record<string, Field<unknown>>;

/** Reads `limits` of wrtmeter.yaml. `known`: what the rest of it names. */
export function readLimits(node: Node, known: KnownNames, problems: Problems): LimitsConfig {
  const entries = group(node, problems) ?? [];
  const isSetting = ({ key }: KeyValue) => Object.values(limitsFields).some((field) => field.key === key);
  const found = readFields({ kind: 'mapping', place: node.place, entries: entries.filter(isSetting) }, limitsFields, problems);
  const rules = entries.filter((entry) => !isSetting(entry));
  if (rules.length > MOST_RULES) fail(problems, node.place, `has more than ${MOST_RULES} limits; shorten the list`);
  return {
    expire: found.expire?.value ?? USUAL_LIMITS.expire,
    whilePaused:
      found.whilePaused === undefined ? USUAL_LIMITS.whilePaused : [...new Set(found.whilePaused.value.map(({ value }) => value))],
    rules: rules.slice(0, MOST_RULES).flatMap((entry) => readRule(entry, known, problems) ?? []),
  };
}

function readRule({ key: name, place, value }: KeyValue, known: KnownNames, problems: Problems): LimitRule | undefined {
  if (!/^[a-z0-9][a-z0-9_-]{0,31}$/i.test(name))
    fail(problems, place, `${shown(name)} is not a name of a limit; use letters, digits, "_" and "-"`);
  const before = problems.errors.length;
  const { of, slow, pause, at } = readFields(value, limitFields, problems);
  const isFine = problems.errors.length === before;
  if (of === undefined && isFine) fail(problems, place, 'is of nothing; use for example of: user anna or of: each device of guests');
  if (of !== undefined) checkOf(of, known, problems);
  if (slow !== undefined && pause?.value) fail(problems, pause.place, 'contradicts "slow"; remove one of them');
  if (slow === undefined && !pause?.value && isFine) fail(problems, place, 'limits nothing; use for example slow: 1Mbit, or pause: true');
  if (at?.value.length === 0 && isFine)
    fail(problems, at.place, 'has no hours; use for example at: [ "sun-thu 21:00-06:30" ], or remove it');
  const effect: LimitEffect | undefined = pause?.value ? { kind: 'pause' } : slow?.value;
  if (of === undefined || effect === undefined) return undefined;
  return { name, of: of.value, effect, windows: at === undefined ? null : at.value.map((each) => each.value) };
}

function parseLimitOf(text: string): LimitOf {
  const of = parseQuotaOf(text);
  if (of.kind === 'home' || of.kind === 'uplink')
    throw new ValueError('is more than a limit can hold; use user NAME, device NAME, peer NAME, each device of USER, guests or others');
  return of;
}

/** `slow: 1Mbit`, or `slow: { down: 10Mbit, up: 1Mbit }`. */
function readSlow(node: Node, problems: Problems): LimitEffect | undefined {
  if (node.kind !== 'mapping') {
    const rate = scalar(parseBytes)(node, problems);
    return rate === undefined ? undefined : { kind: 'slow', download: rate, upload: rate };
  }
  const before = problems.errors.length;
  const { down, up } = readFields(node, rates, problems);
  if (problems.errors.length > before) return undefined;
  if (down === undefined && up === undefined) return fail(problems, node.place, 'has no rate; use down, up or both') as undefined;
  return { kind: 'slow', download: down?.value ?? null, upload: up?.value ?? null };
}

/** Bytes per second of a rate in bits. */
function parseBytes(text: string): number {
  return rateOf(parseRate(text));
}

/** `21:00-06:30`, or `sun-thu 21:00-06:30`; days are those on which it begins. */
function parseWindow(text: string): Window {
  const [, days, hours = ''] = /^(?:([a-z][a-z, -]*) )?(\S.*)$/i.exec(text.trim()) ?? [];
  const wanted = days === undefined ? EVERY_DAY : days.split(',').flatMap((part) => parseDays(part.trim()));
  return { days: [...new Set(wanted)].sort(), ...parseHours(hours) };
}

/** A limit in a line, for `wrtmeter check`. */
export function describeLimit({ of, effect, windows }: LimitRule): string {
  const when = windows?.map((window) => `${hoursText(window)} on ${daysText(window.days)}`).join(' and ') ?? 'always';
  return `${ofText(of)} ${actionText(effect)}; ${when}`;
}

/** What holds for all limits, in a line. */
export const describeLimits = ({ expire, whilePaused }: LimitsConfig): string =>
  `end ${formatDuration(expire)} after the last request; what is paused still reaches ${whilePaused.length === 0 ? 'nothing' : whilePaused.join(' and ')}`;
