import { minuteOfDay } from '../domain/calendar.ts';
import type { Delivery, NoticeResult, NoticeStore, TargetCounts } from '../domain/people/notice.ts';
import { count, LedgerError, SourceError } from '../errors.ts';
import { messageId, messageOf, type SendMessage } from './message.ts';
import type { Pace } from './pace.ts';
import { isQuiet, placeOf, type TargetConfig } from './target.ts';

export interface NotifyLog {
  info(text: string): void;
  warn(text: string): void;
  /** Text, or a bug. */
  error(what: unknown): void;
}

/** What a target's messages are timed by. */
export interface NotifyClock {
  /** The wall clock, Unix ms: quiet hours are by it. */
  now(): number;
  /** The time that notices are dated by: not that of a wall clock which is wrong. Unix ms. */
  trusted(): number;
  /** Ms of a clock that never steps. */
  tick(): number;
}

export interface SenderParts {
  target: TargetConfig;
  timezone: string;
  send: SendMessage;
  store: NoticeStore;
  clock: NotifyClock;
  log: NotifyLog;
  pace: Pace;
}

/** Sends one target its notices, one message at a time and never two within a minute. */
export interface Sender {
  add(deliveries: readonly Delivery[]): void;
  counts(): TargetCounts;
  /** Waits briefly for the message that is on its way, and stops. */
  stop(): Promise<void>;
}

const STOP_MS = 2000;

/** Creates a sender without notices. */
export function createSender({ target, timezone, send, store, clock, log, pace }: SenderParts): Sender {
  const { name } = target;
  const results = new Map<string, TargetCounts['results'][number]>();
  const stopping = new AbortController();
  let pending: Delivery[] = [];
  /** Sent or dropped, while the ledger could not be written. */
  let unnoted: Delivery[] = [];
  let running: Promise<void> | null = null;
  let timer: NodeJS.Timeout | undefined;
  let [tries, notBefore] = [0, Number.NEGATIVE_INFINITY];

  function wake(): void {
    clearTimeout(timer);
    if (stopping.signal.aborted || running !== null) return;
    dropOld();
    if (pending.length + unnoted.length === 0) return;
    const quiet = isQuiet(target.quiet, minuteOfDay(clock.now(), timezone));
    const wait = Math.max(notBefore - clock.tick(), quiet ? pace.gap : 0);
    if (wait > 0) {
      // Often enough to notice the end of quiet hours, also where the clock was set.
      timer = setTimeout(wake, Math.min(wait, pace.gap));
      timer.unref();
      return;
    }
    running = work()
      .catch((error) => {
        log.error(error);
        pause();
      })
      .finally(() => {
        running = null;
        wake();
      });
  }

  async function work(): Promise<void> {
    await note();
    const batch = nextBatch();
    notBefore = clock.tick() + pace.gap;
    if (batch.length > 0 && !(await sent(batch))) return;
    unnoted.push(...batch);
    pending = pending.filter((each) => !batch.includes(each));
    await note();
  }

  /** A message that may have been sent before is sent again as it was; else all that waits is one. */
  function nextBatch(): Delivery[] {
    const message = pending.find((each) => each.message !== null)?.message ?? null;
    return pending.filter((each) => each.message === message);
  }

  async function sent(batch: readonly Delivery[]): Promise<boolean> {
    const notices = batch.map(({ notice }) => notice);
    const id = batch[0]?.message ?? messageId(name, notices);
    if (batch[0]?.message === null) {
      for (const each of batch) each.message = id;
      await orLedgerError(store.begin(batch, id));
    }
    // Not AbortSignal.any: the timeout that it waits for may be collected as garbage, and the message then waits for ever.
    const late = new AbortController();
    const abort = () => late.abort();
    const patience = setTimeout(abort, pace.patience);
    stopping.signal.addEventListener('abort', abort, { once: true });
    try {
      await send(messageOf(id, notices, target.title), late.signal);
    } catch (error) {
      if (!(error instanceof SourceError)) throw error;
      if (stopping.signal.aborted) return false;
      tally(batch, 'failed');
      if (tries === 0)
        log.warn(`Cannot send ${count(notices.length, 'notice')} to "${name}" (${placeOf(target.service)}), tried again: ${error.message}`);
      pause();
      return false;
    } finally {
      clearTimeout(patience);
      stopping.signal.removeEventListener('abort', abort);
    }
    if (tries > 0) log.info(`Notices reach "${name}" again`);
    tries = 0;
    tally(batch, 'sent');
    return true;
  }

  function pause(): void {
    notBefore = clock.tick() + Math.min(pace.gap * 2 ** tries, pace.longestPause);
    tries += 1;
  }

  function dropOld(): void {
    const oldest = clock.trusted() - pace.keep;
    const surplus = new Set(pending.slice(0, Math.max(0, pending.length - pace.mostPending)));
    const dropped = pending.filter((each) => each.notice.at < oldest || surplus.has(each));
    if (dropped.length === 0) return;
    log.warn(`Dropped ${count(dropped.length, 'notice')} for "${name}", which could not be sent`);
    tally(dropped, 'dropped');
    pending = pending.filter((each) => !dropped.includes(each));
    unnoted.push(...dropped);
  }

  async function note(): Promise<void> {
    const done = unnoted;
    if (done.length === 0) return;
    unnoted = [];
    if (!(await orLedgerError(store.end(done)))) unnoted = [...done, ...unnoted];
  }

  /** What cannot be noted now is noted later; the service tells that the ledger cannot be written. */
  const orLedgerError = (work: Promise<void>): Promise<boolean> =>
    work.then(
      () => true,
      (error) => {
        if (!(error instanceof LedgerError)) throw error;
        return false;
      },
    );

  function tally(batch: readonly Delivery[], result: NoticeResult): void {
    for (const { notice } of batch) {
      const key = `${notice.kind} ${result}`;
      results.set(key, { kind: notice.kind, result, count: (results.get(key)?.count ?? 0) + 1 });
    }
  }

  return {
    add(deliveries) {
      const known = new Set([...pending, ...unnoted].map(({ notice }) => notice.key));
      pending.push(...deliveries.filter(({ notice }) => !known.has(notice.key)));
      wake();
    },
    counts: () => ({ target: name, pending: pending.length, results: [...results.values()] }),
    async stop() {
      clearTimeout(timer);
      const late = setTimeout(() => stopping.abort(), STOP_MS);
      const work = running;
      if (work === null) stopping.abort();
      await work;
      clearTimeout(late);
      stopping.abort();
      clearTimeout(timer);
    },
  };
}
