import type { LimitState, LimitsAnswer, LimitsFailure, LimitsSet } from '../../control/limits/answer.ts';
import { askForLimits, type LimitsChannel } from '../../control/limits/channel.ts';
import { type AskedLimits, dueNow, type LimitsDue } from '../../control/limits/due.ts';
import { wantedText } from '../../control/limits/wanted.ts';
import { type LimitEffect, sameEffect } from '../../domain/people/limits/effect.ts';
import { keyOfThing, type LimitReason, type LimitThing } from '../../domain/people/limits/limit.ts';
import type { WantedLimit } from '../../domain/people/limits/wanted.ts';
import { count } from '../../errors.ts';
import type { LimitOnRouter, LimitsOnRouter } from '../../views/limits-status.ts';
import { acceptedOf, newsOf } from './changes.ts';
import { droppedCounts } from './dropped.ts';
import { patience } from './patience.ts';
import { createSaid, type LimitNews } from './said.ts';
import { decisionsOf, reasonsOf, roomText, type WantedNow } from './wanted-now.ts';

/** `isDecision`: whether the router is asked because something else was decided. */
type AskedNow = WantedNow & { isDecision: boolean };

export interface LimitingRouterParts {
  name: string;
  channel: LimitsChannel;
  clock: { now(): number; tick(): number };
  /** Writes down what became of limits. */
  note(news: readonly LimitNews[]): void;
  /** Is given what nobody expected. */
  bug(error: unknown): void;
}

/** Keeps the limits of one router as they are wanted: one request at a time, each with a deadline, fewer after failures. */
export interface LimitingRouterControl {
  /** Asks the router in the background, if anything is to be done. */
  want(now: WantedNow): void;
  /** Asks for what was wanted last, if that is due: nothing new can be decided. */
  again(): void;
  state(): LimitsOnRouter;
  /** Waits until nothing is running. */
  settled(): Promise<void>;
  /** Frees the router, because nobody may ask it any longer: asks once for no limits, if it may have some, and never again. */
  release(): Promise<void>;
  /** Ends the running request. What the router has stays there until it ends by itself. */
  stop(): Promise<void>;
}

/** Ms for one request: the script waits at most 10 s for another run. */
const DEADLINE_MS = 30_000;

export function limitingRouter({ name, channel, clock, note, bug }: LimitingRouterParts): LimitingRouterControl {
  let latest: WantedNow | null = null;
  let asked: AskedLimits | null = null;
  let states = new Map<string, Pick<LimitOnRouter, 'state' | 'why'>>();
  let things = new Map<string, LimitThing>();
  let failure: string | null = null;
  let notes: readonly string[] = [];
  /** What people, quotas and schedules had decided when it was last asked. */
  let tried: string | null = null;
  let isShort = false;
  let reasons: ReadonlyMap<string, LimitReason['by']> = new Map();
  let isMute = false;
  let running: Promise<void> | null = null;
  let releasing: Promise<void> | null = null;
  const ending = new AbortController();
  const [dropped, patient, said] = [droppedCounts(), patience(), createSaid()];

  function want(now: WantedNow): void {
    latest = now;
    reasons = reasonsOf(now);
    // The clock was set back.
    if (asked !== null && asked.at > clock.now()) asked = { ...asked, at: clock.now() };
    if (now.shown.standing !== null) isMute = false;
    const byId = new Map(now.wanted.map((limit) => [limit.id, limit]));
    for (const { id, dropped: bytes } of now.shown.standing ?? []) {
      const limit = byId.get(id);
      if (limit !== undefined) dropped.shows(id, limit.thing, reasonOf(limit), bytes);
    }
    dropped.keeps(new Set(byId.keys()));
    if (now.left.length > 0 && !isShort) say([{ router: name, thing: null, kind: 'room', why: roomText(now.left) }], false);
    isShort = now.left.length > 0;
    step();
  }

  const say = (news: readonly LimitNews[], isDecision: boolean) => note(said.of(news, clock.tick(), isDecision));

  function step(): void {
    if (latest === null || running !== null || releasing !== null || ending.signal.aborted) return;
    const { wanted, shown, terms } = latest;
    const text = wantedText(wanted, terms);
    const tick = clock.tick();
    const due = dueNow({ text, wantsAny: wanted.length > 0, asked, shown, isMute, tick, expire: terms.expire });
    if (due === null) {
      // It has kept what it was asked for.
      if (failure === null && asked !== null && (shown.at ?? 0) > asked.at) patient.kept(tick);
      return;
    }
    const decisions = decisionsOf(latest);
    const isDecision = decisions !== tried;
    // A decision is tried at once, whatever failed before.
    if (!isDecision && !patient.takes(tick)) return;
    tried = decisions;
    const work = { ...latest, isDecision };
    running = ask(due, text, work)
      .catch(bug)
      .finally(() => {
        running = null;
        step();
      });
  }

  async function ask(due: LimitsDue, text: string, work: AskedNow): Promise<void> {
    const answer = await exchange(text);
    if (answer?.ok) took(due, text, work, answer);
    else if (answer !== null) failed(work, answer);
  }

  /** Null if it was ended by the end of the program: the router has not failed. */
  async function exchange(text: string): Promise<LimitsAnswer | null> {
    const late = new AbortController();
    const abort = () => late.abort();
    const timer = setTimeout(abort, DEADLINE_MS);
    ending.signal.addEventListener('abort', abort, { once: true });
    try {
      const answer = await askForLimits(channel, text, late.signal);
      return ending.signal.aborted ? null : answer;
    } finally {
      clearTimeout(timer);
      ending.signal.removeEventListener('abort', abort);
    }
  }

  async function free(): Promise<void> {
    await running;
    if (latest === null || ending.signal.aborted) return;
    const { shown, terms } = latest;
    const text = wantedText([], terms);
    const due = dueNow({ text, wantsAny: false, asked, shown, isMute, tick: clock.tick(), expire: terms.expire });
    const answer = due === null ? null : await exchange(text);
    if (due === null || answer === null) return;
    const failure = answer.ok ? null : whyOf(answer);
    const why =
      failure === null
        ? 'It may no longer be asked for limits, so it was freed'
        : `It may no longer be asked for limits, and could not be freed; what stands there ends by itself: ${failure}`;
    say([{ router: name, thing: null, kind: 'freed', why }], true);
    if (answer.ok) took(due, text, { ...latest, wanted: [], decided: [], isDecision: true }, answer);
  }

  function failed({ wanted, isDecision }: AskedNow, answer: LimitsFailure): void {
    const why = whyOf(answer);
    if (why !== failure) {
      const what =
        asked === null && wanted.length === 0
          ? 'It could not be asked for its limits'
          : `${count(wanted.length, 'limit')} could not be set`;
      say([{ router: name, thing: null, kind: 'failed', why: `${what}; it is tried again: ${why}` }], isDecision);
    }
    failure = why;
    patient.troubled(clock.tick());
  }

  function took(due: LimitsDue, text: string, work: AskedNow, answer: LimitsSet): void {
    const { wanted, decided, shown, timezone, isDecision } = work;
    const before = asked?.accepted ?? new Map((shown.standing ?? []).map(({ id, effect }) => [id, effect] as const));
    const refused = new Map([...states].flatMap(([id, { state, why }]) => (state === 'refused' ? [[id, why ?? ''] as const] : [])));
    states = new Map(wanted.map(({ id }) => [id, stateOf(answer, id)]));
    const accepted = acceptedOf(wanted, states);
    const missing = due === 'missing' && answer.found !== null ? accepted.size - answer.found : 0;
    if (due === 'missing' && shown.standing === null && missing === 0) isMute = true;
    const restored: LimitNews[] =
      missing <= 0 ? [] : [{ router: name, thing: null, kind: 'missing', why: missingText(missing, accepted.size) }];
    say([...restored, ...newsOf({ router: name, wanted, decided, limits: states, before, things, refused, timezone })], isDecision);
    for (const [id, state] of answer.limits) countDropped(id, state, before.get(id), work);
    things = new Map(wanted.map(({ id, thing }) => [id, thing]));
    asked = {
      ...{ text, accepted, refused: accepted.size < wanted.length, tick: clock.tick(), at: clock.now() },
      ...{ boot: shown.boot, offload: shown.offload },
    };
    if (due === 'missing') patient.troubled(clock.tick());
    else if (isDecision || failure !== null) patient.ended();
    failure = null;
    notes = answer.notes;
  }

  function countDropped(id: string, state: LimitState, was: LimitEffect | undefined, work: WantedNow): void {
    const limit = work.wanted.find((each) => each.id === id);
    if (limit === undefined || state.state !== 'active') return;
    if (was === undefined) dropped.begins(id);
    dropped.shows(id, limit.thing, reasonOf(limit), state.dropped);
  }

  /** What it had stands until it ends by itself, whatever failed since then. */
  function stateNow({ id, effect }: WantedLimit): Pick<LimitOnRouter, 'state' | 'why'> {
    const known = states.get(id);
    const accepted = asked?.accepted.get(id);
    if (known?.state === 'refused') return known;
    const ends = (asked?.tick ?? 0) + (latest?.terms.expire ?? 0) * 1000;
    const stands = accepted !== undefined && sameEffect(accepted, effect) && clock.tick() < ends;
    return { state: stands ? 'active' : 'waiting', why: null };
  }

  const reasonOf = ({ thing }: Pick<WantedLimit, 'thing'>): LimitReason['by'] => reasons.get(keyOfThing(thing)) ?? 'hand';

  return {
    want,
    again() {
      // What it showed before says nothing of now.
      if (latest !== null) latest = { ...latest, shown: { ...latest.shown, at: null, standing: null } };
      step();
    },
    state: () => ({
      router: name,
      limits: (latest?.wanted ?? []).map((limit) => ({
        ...{ thing: limit.thing, effect: limit.effect, reason: reasonOf(limit) },
        ...stateNow(limit),
      })),
      ...{ askedAt: asked?.at ?? null, failure, dropped: dropped.all() },
      left: latest?.left.length ?? 0,
      notes: isShort ? [...notes, roomText(latest?.left ?? [])] : notes,
    }),
    async settled() {
      while (running !== null) await running;
      await releasing;
    },
    release() {
      releasing ??= free().catch(bug);
      return releasing;
    },
    async stop() {
      ending.abort();
      await running;
      await releasing;
    },
  };
}

const whyOf = ({ step, reason }: LimitsFailure): string => (step === 'connect' ? reason : `${step}: ${reason}`);

function stateOf({ limits }: LimitsSet, id: string): Pick<LimitOnRouter, 'state' | 'why'> {
  const state = limits.get(id);
  if (state === undefined) return { state: 'refused', why: 'The router does not say what became of it' };
  return state.state === 'active' ? { state: 'active', why: null } : { state: 'refused', why: state.why };
}

const missingText = (missing: number, all: number): string =>
  `${missing} of ${count(all, 'limit')} had gone (a reboot, a restart of the firewall, or by hand), and ${missing === 1 ? 'was' : 'were'} set again`;
