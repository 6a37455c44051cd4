import { dayOf, HOUR_MS, instantOf, instantText } from '../../domain/calendar.ts';
import { macOfPeople } from '../../domain/mac.ts';
import { didYouMean } from '../../domain/names/nearest.ts';
import { type LimitAction, rateOf } from '../../domain/people/limits/effect.ts';
import { type HandLimit, keyOfThing, type LimitReason, type LimitThing, type NewHandLimit } from '../../domain/people/limits/limit.ts';
import { readDuration, readRate } from '../../domain/people/rate.ts';
import { OTHERS } from '../../domain/people/user.ts';
import { quote } from '../../errors.ts';
import { findDevices } from '../find-device.ts';
import { type LimitRow, limitRows, type NamedView, nameOfThing } from '../rows/limits.ts';
import { nameOfPeer, type View } from '../view.ts';
import { bad, type Given, parseTime } from './query.ts';
import { RequestError } from './request-error.ts';

export type { HandLimit, NewHandLimit };

/** What a person can say of a limit. */
export const LIMIT_PARAMETERS = ['of', 'action', 'rate', 'down', 'up', 'for', 'until'] as const;
export type LimitGiven = Given<(typeof LIMIT_PARAMETERS)[number]>;

const ACTIONS = ['slow', 'pause', 'allow'] as const;
const MOST_LIMITS = 1000;
const LONGEST_MS = 400 * 24 * HOUR_MS;

type TimedView = NamedView & Pick<View, 'now' | 'timezone'>;

/** The limit that a person wants. Throws a RequestError that says why it cannot be. */
export function limitWanted(view: TimedView, hand: readonly HandLimit[], given: LimitGiven, by: string): NewHandLimit {
  const thing = thingNamed(view, given.of);
  const action = actionWanted(given);
  const running = hand.filter(({ until }) => until === null || until > view.now);
  if (sameAs(view, running, thing).length === 0 && running.length >= MOST_LIMITS)
    throw new RequestError(409, `There are already ${MOST_LIMITS} limits by hand: clear some`);
  return { ...thing, action, at: view.now, until: untilWanted(view, given), by };
}

/** Those that are of a thing: a device is the same under each of its MACs, also if one became its own after it was limited. */
export function sameAs(view: Pick<View, 'aliases'>, hand: readonly HandLimit[], { of, id }: LimitThing): HandLimit[] {
  const first = (mac: string) => (of === 'device' ? (view.aliases.get(mac)?.mac ?? mac) : mac);
  return hand.filter((each) => each.of === of && first(each.id) === first(id));
}

/** The thing of a text such as `user kids`, `device tv` (or a MAC), `peer phone` (or a key), `guests` or `others`. Throws a RequestError. */
function thingNamed(view: NamedView, text: string | undefined): LimitThing {
  if (text === undefined) throw bad('"of" is missing; use for example "user kids" or "device tv"');
  const [, word = '', name = ''] = /^(\S+)(?: (.+))?$/s.exec(text) ?? [];
  if (name === '' && word === OTHERS) return { of: 'others', id: '' };
  if (name === '' && word === 'guests') return userNamed(view, word);
  if (name !== '' && word === 'user') return userNamed(view, name);
  if (name !== '' && word === 'device') return deviceNamed(view, name);
  if (name !== '' && word === 'peer') return peerNamed(view, name);
  throw bad(`${quote(text)} is not something to limit: use "user NAME", "device NAME", "peer NAME", guests or others`);
}

function userNamed({ people }: NamedView, name: string): LimitThing {
  const names = people.users.map((user) => user.name);
  if (names.includes(name)) return { of: 'user', id: name };
  throw new RequestError(404, `There is no user ${quote(name)}: ${didYouMean(name, names, 'see "users" in the configuration')}`);
}

/** Also one of the configuration that was never seen. */
function deviceNamed(view: NamedView, name: string): LimitThing {
  const configured = [...view.aliases.values()].find((alias) => alias.name === name) ?? view.aliases.get(macOfPeople(name) ?? '');
  const found = configured === undefined ? findDevices(view, name) : [configured.mac];
  const [mac] = found;
  if (mac !== undefined && found.length === 1) return { of: 'device', id: mac };
  if (mac !== undefined) throw new RequestError(409, `Several devices are called ${quote(name)}: use the MAC of one (${found.join(', ')})`);
  const names = [...view.aliases.values()].map((alias) => alias.name);
  throw new RequestError(404, `There is no device ${quote(name)}: ${didYouMean(name, names, 'use the name or MAC of one that was seen')}`);
}

function peerNamed(view: NamedView, name: string): LimitThing {
  const known = [...view.books.peers.values()].map((peer) => ({
    key: peer.publicKey,
    names: [peer.publicKey, nameOfPeer(view, peer), peer.name],
  }));
  const found = [...new Set(known.filter(({ names }) => names.includes(name)).map(({ key }) => key))];
  const [key] = found;
  if (key !== undefined && found.length === 1) return { of: 'peer', id: key };
  if (key !== undefined) throw new RequestError(409, `Several peers are called ${quote(name)}: use the public key of one`);
  const names = known.flatMap((peer) => peer.names[1] ?? []);
  throw new RequestError(404, `There is no peer ${quote(name)}: ${didYouMean(name, names, 'use the name or public key of one')}`);
}

function actionWanted({ action: text, rate, down, up }: LimitGiven): LimitAction {
  const kind = ACTIONS.find((word) => word === text);
  if (kind === undefined)
    throw bad(`${text === undefined ? '"action" is missing' : `"action" is ${quote(text)}`}: use ${ACTIONS.join(', ')}`);
  if (kind !== 'slow') {
    const surplus = Object.entries({ rate, down, up }).find(([, value]) => value !== undefined);
    if (surplus !== undefined) throw bad(`"${surplus[0]}" is for slow only`);
    return { kind };
  }
  const [download, upload] = [rateWanted(down ?? rate), rateWanted(up ?? rate)];
  if (download === null && upload === null) throw bad('slow needs a rate; use for example 1Mbit');
  return { kind, download, upload };
}

function rateWanted(text: string | undefined): number | null {
  if (text === undefined) return null;
  const rate = readRate(text);
  if (typeof rate === 'string') throw bad(`The rate ${quote(text)} ${rate}`);
  return rateOf(rate);
}

/** `for` is a duration; `until` the next such time of the day (`21:00`), a date or a time. */
function untilWanted({ now, timezone }: TimedView, { for: span, until }: LimitGiven): number | null {
  if (span !== undefined && until !== undefined) throw bad('"for" and "until" contradict each other: use one of them');
  const end = span === undefined ? (until === undefined ? null : timeWanted(until, now, timezone)) : now + secondsWanted(span) * 1000;
  if (end === null) return null;
  if (end <= now) throw bad(`"until" is ${quote(until ?? '')}: that is over`);
  if (end - now > LONGEST_MS)
    throw bad(`"${span === undefined ? 'until' : 'for'}" is more than 400 days ahead: leave it out for a limit without an end`);
  return end;
}

function secondsWanted(text: string): number {
  const seconds = readDuration(text);
  if (seconds === null || seconds < 60) throw bad(`"for" is ${quote(text)}: use a duration of at least a minute, for example 30m or 2h`);
  return seconds;
}

function timeWanted(text: string, now: number, timezone: string): number {
  const [, hour, minute] = /^([01]?\d|2[0-3]):([0-5]\d)$/.exec(text) ?? [];
  if (hour === undefined && /^\d+:\d+$/.test(text)) throw bad(`"until" is ${quote(text)}: write a time of the day between 00:00 and 23:59`);
  if (hour === undefined) return parseTime('until', text, timezone).instant;
  const [today, minutes] = [dayOf(now, timezone), Number(hour) * 60 + Number(minute)];
  const next = instantOf(today, minutes, timezone);
  return next > now ? next : instantOf(today + 1, minutes, timezone);
}

/** The thing of a text, also one that only a limit by hand has: its user may be gone from the configuration. Throws a RequestError. */
export const handThingNamed = (view: NamedView, hand: readonly HandLimit[], text: string): LimitThing =>
  hand.find((limit) => limit.of !== 'others' && keyOfThing(limit) === text) ?? thingNamed(view, text);

/** The limits that people set for a thing, or the one with a number; at least one. Throws a RequestError. */
export function handLimitsOf(
  view: Pick<View, 'aliases'>,
  hand: readonly HandLimit[],
  of: LimitThing | number,
  text: string,
): [HandLimit, ...HandLimit[]] {
  const [first, ...more] = typeof of === 'number' ? hand.filter(({ number }) => number === of) : sameAs(view, hand, of);
  if (first !== undefined) return [first, ...more];
  throw new RequestError(404, `Nothing was set by hand for ${quote(text)}: "wrtmeter limit list" and the page /limits show all`);
}

const timeJson = (instant: number | null) => (instant === null ? null : instantText(instant));

const actionJson = (action: LimitAction) => ({
  action: action.kind,
  download_bytes_per_second: action.kind === 'slow' ? action.download : null,
  upload_bytes_per_second: action.kind === 'slow' ? action.upload : null,
});

/** A limit by hand as the API and the commands give it. */
export const handLimitJson = (view: NamedView, { number, of, id, action, at, until, by }: HandLimit) => ({
  ...{ number, of, id: id === '' ? null : id, name: of === 'others' ? null : nameOfThing(view, { of, id }) },
  ...actionJson(action),
  ...{ set_at: instantText(at), until: timeJson(until), set_by: by },
});

function reasonJson(reason: LimitReason) {
  const name = reason.by === 'quota' ? reason.quota : reason.by === 'schedule' ? reason.rule : reason.who;
  return {
    ...{ by: reason.by, name, share: reason.by === 'quota' ? reason.share : null },
    ...actionJson(reason.action),
    ...{ since: timeJson(reason.since), until: timeJson(reason.until) },
  };
}

/** One thing that is limited or allowed, as the API and the commands give it. */
export const limitJson = ({ thing: { of, id }, name, effect, reasons, overruled, on }: LimitRow) => ({
  ...{ of, id: id === '' ? null : id, name: of === 'others' ? null : name },
  ...actionJson(effect ?? { kind: 'allow' }),
  reasons: reasons.map(reasonJson),
  overruled: overruled.map(reasonJson),
  routers: on,
});

/** `/api/v1/limits` */
export function limitsAnswer(view: NamedView & Pick<View, 'limits'>) {
  const { hand = [], routers = [] } = view.limits ?? {};
  return {
    enabled: view.limits !== null && view.limits !== undefined,
    limits: limitRows(view).map(limitJson),
    hand: hand.map((limit) => handLimitJson(view, limit)),
    routers: routers.map(({ router, askedAt, failure, notes }) => ({ router, asked_at: timeJson(askedAt), failure, notes })),
  };
}
