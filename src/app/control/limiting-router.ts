import type { LimitState, LimitsAnswer, LimitsFailure, LimitsSet } from '../../control/limits/answer.ts';
import { askForLimits, type LimitsChannel } from '../../control/limits/channel.ts';
import { type AskedLimits, dueNow, type LimitsDue, type ShownLimits } from '../../control/limits/due.ts';
import { wantedText } from '../../control/limits/wanted.ts';
import { type DecidedLimit, decidingReason } from '../../domain/people/limits/decide.ts';
import { type LimitEffect, sameEffect } from '../../domain/people/limits/effect.ts';
import { keyOfThing, type LimitReason, type LimitsConfig, type LimitThing } from '../../domain/people/limits/limit.ts';
import type { WantedLimit } from '../../domain/people/limits/wanted.ts';
import { count } from '../../errors.ts';
import type { LimitNote } from '../../ledger/storage/people/limits.ts';
import type { LimitOnRouter, LimitsOnRouter } from '../../views/limits-status.ts';
import { acceptedOf, notesOf } from './changes.ts';
import { droppedCounts } from './dropped.ts';

/** What a router is to have now. */
interface WantedNow {
  wanted: readonly WantedLimit[];
  decided: readonly DecidedLimit[];
  shown: ShownLimits;
  terms: Pick<LimitsConfig, 'expire' | 'whilePaused'>;
  timezone: string;
}

export interface LimitingRouterParts {
  name: string;
  channel: LimitsChannel;
  clock: { now(): number; tick(): number };
  /** Writes down what became of limits. */
  note(notes: readonly LimitNote[]): void;
  /** Is given what nobody expected. */
  bug(error: unknown): void;
}

/** Keeps the limits of one router as they are wanted: one request at a time, each with a deadline, fewer after failures. */
export interface LimitingRouterControl {
  /** Asks the router in the background, if anything is to be done. */
  want(now: WantedNow): void;
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
/** Ms after the first failure, doubled with each one up to the most. */
const [PAUSE_MS, LONGEST_PAUSE_MS] = [60_000, 1_800_000];

export function limitingRouter({ name, channel, clock, note, bug }: LimitingRouterParts): LimitingRouterControl {
  let latest: WantedNow | null = null;
  let asked: AskedLimits | null = null;
  let states = new Map<string, Pick<LimitOnRouter, 'state' | 'why'>>();
  let things = new Map<string, LimitThing>();
  let failure: string | null = null;
  let notes: readonly string[] = [];
  /** Failures, or things put right, in a row; until when nothing is tried again for that. */
  let [troubles, notBefore] = [0, 0];
  let tried: string | null = null;
  let isMute = false;
  let running: Promise<void> | null = null;
  let releasing: Promise<void> | null = null;
  const ending = new AbortController();
  const dropped = droppedCounts();

  function want(now: WantedNow): void {
    latest = now;
    if (now.shown.standing !== null) isMute = false;
    for (const { id, dropped: bytes } of now.shown.standing ?? []) {
      const limit = now.wanted.find((each) => each.id === id);
      if (limit !== undefined) dropped.shows(id, limit.thing, reasonOf(limit, now), bytes);
    }
    step();
  }

  function step(): void {
    if (latest === null || running !== null || releasing !== null || ending.signal.aborted) return;
    const { wanted, shown, terms } = latest;
    const text = wantedText(wanted, terms);
    const tick = clock.tick();
    const due = dueNow({ text, wantsAny: wanted.length > 0, asked, shown, isMute, tick, expire: terms.expire });
    if (due === null) {
      // It has kept what it was asked for.
      if (failure === null && asked !== null && (shown.at ?? 0) > asked.at) troubles = 0;
      return;
    }
    // Somebody's decision is tried at once, whatever failed before.
    if (troubles > 0 && tick < notBefore && text === tried) return;
    tried = text;
    const work = latest;
    running = ask(due, text, work)
      .catch(bug)
      .finally(() => {
        running = null;
        step();
      });
  }

  async function ask(due: LimitsDue, text: string, work: WantedNow): Promise<void> {
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
    note([{ router: name, thing: null, why }]);
    if (answer.ok) took(due, text, { ...latest, wanted: [], decided: [] }, answer);
  }

  function failed({ wanted }: WantedNow, answer: LimitsFailure): void {
    const why = whyOf(answer);
    if (why !== failure) {
      const what =
        asked === null && wanted.length === 0
          ? 'It could not be asked for its limits'
          : `${count(wanted.length, 'limit')} could not be set`;
      note([{ router: name, thing: null, why: `${what}; it is tried again: ${why}` }]);
    }
    failure = why;
    backOff();
  }

  function took(due: LimitsDue, text: string, work: WantedNow, answer: LimitsSet): void {
    const { wanted, decided, shown, timezone } = work;
    const before = asked?.accepted ?? new Map((shown.standing ?? []).map(({ id, effect }) => [id, effect] as const));
    const refused = new Map([...states].flatMap(([id, { state, why }]) => (state === 'refused' ? [[id, why ?? ''] as const] : [])));
    states = new Map(wanted.map(({ id }) => [id, stateOf(answer, id)]));
    const accepted = acceptedOf(wanted, states);
    const missing = due === 'missing' && answer.found !== null ? accepted.size - answer.found : 0;
    if (due === 'missing' && shown.standing === null && missing === 0) isMute = true;
    const restored = missing <= 0 ? [] : [{ router: name, thing: null, why: missingText(missing, accepted.size) }];
    note([...restored, ...notesOf({ router: name, wanted, decided, limits: states, before, things, refused, timezone })]);
    for (const [id, state] of answer.limits) countDropped(id, state, before.get(id), work);
    things = new Map(wanted.map(({ id, thing }) => [id, thing]));
    asked = {
      ...{ text, accepted, refused: accepted.size < wanted.length, tick: clock.tick(), at: clock.now() },
      ...{ boot: shown.boot, offload: shown.offload },
    };
    failure = null;
    notes = answer.notes;
    if (due === 'missing') backOff();
    else troubles = 0;
  }

  function countDropped(id: string, state: LimitState, was: LimitEffect | undefined, work: WantedNow): void {
    const limit = work.wanted.find((each) => each.id === id);
    if (limit === undefined || state.state !== 'active') return;
    if (was === undefined) dropped.begins(id);
    dropped.shows(id, limit.thing, reasonOf(limit, work), state.dropped);
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

  /** A router that loses its limits again and again is not asked in every round. */
  function backOff(): void {
    notBefore = clock.tick() + Math.min(LONGEST_PAUSE_MS, PAUSE_MS * 2 ** Math.min(troubles, 10));
    troubles += 1;
  }

  return {
    want,
    state: () => ({
      router: name,
      limits: (latest?.wanted ?? []).map((limit) => ({
        ...{ thing: limit.thing, effect: limit.effect, reason: reasonOf(limit, latest) },
        ...stateNow(limit),
      })),
      ...{ askedAt: asked?.at ?? null, failure, notes, dropped: dropped.all() },
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

function reasonOf({ thing }: Pick<WantedLimit, 'thing'>, now: Pick<WantedNow, 'decided'> | null): LimitReason['by'] {
  const decided = now?.decided.find((limit) => keyOfThing(limit.thing) === keyOfThing(thing));
  return (decided === undefined ? null : decidingReason(decided))?.by ?? 'hand';
}
