import type { Logger } from 'pino';
import type { Clock } from '../../collector/round.ts';
import type { Config } from '../../config/config.ts';
import type { Notice, TargetCounts } from '../../domain/people/notice.ts';
import type { RouterStatus } from '../../domain/status.ts';
import { LedgerError } from '../../errors.ts';
import type { Ledger, Posted } from '../../ledger/ledger.ts';
import { noticeStore } from '../../ledger/storage/people/notices.ts';
import type { Store } from '../../ledger/storage/store.ts';
import { openOutbox } from '../../notify/outbox.ts';
import { PACE, type Pace } from '../../notify/pace.ts';
import { parseMemory, withNames } from '../../notify/watch/memory.ts';
import { dueSummary } from '../../notify/watch/summary.ts';
import { ledgerTrouble, type Trouble, type Troubles } from '../../notify/watch/trouble.ts';
import { watch } from '../../notify/watch/watch.ts';
import { summaryNotice } from '../../views/summary/notice.ts';
import type { View } from '../../views/view.ts';
import { renamesOf, termsOf } from '../from-config.ts';
import { type FactSources, factsOf, seesAll } from './facts.ts';
import { readSummary } from './read-summary.ts';
import { sendTo } from './targets.ts';

/** What a round left behind. */
interface AfterRound extends Pick<View, 'aliases' | 'peerNames' | 'people'> {
  posted: Posted;
  routers: readonly RouterStatus[];
}

/** Decides what is reported to people, and sends it; no round waits for that. */
export interface Notifier {
  /** Decides after a round from the committed books; the rest is done in the background. */
  afterRound(round: AfterRound): void;
  /** Tells notices that others decided. Each key once; without a target, nobody. Faults of the ledger are logged. */
  tell(notices: readonly Notice[]): Promise<void>;
  reconfigure(config: Config): Promise<void>;
  counts(): TargetCounts[];
  /** Stops sending; call it before the ledger is closed. */
  stop(): Promise<void>;
}

export interface NotifierParts {
  config: Config;
  ledger: Ledger;
  /** Reads the ledger on a connection of its own: no round waits for a summary. */
  reading: Pick<Store, 'all'>;
  log: Logger;
  clock: Clock;
  /** Default: as people want it. */
  pace?: Pace;
}

/** Creates it, and continues to send what was not sent. Throws a LedgerError. */
export async function createNotifier({ config: given, ledger, reading, log, clock, pace = PACE }: NotifierParts): Promise<Notifier> {
  const startedAt = clock.now();
  const trusted = () => ledger.trusted(clock.now());
  const outbox = await openOutbox({
    store: noticeStore(ledger.store),
    clock: { ...clock, trusted },
    pace,
    sendTo,
    log: { info: (text) => log.info(text), warn: (text) => log.warn(text), error: (error) => log.error(error) },
  });
  let config = given;
  let troubles: Troubles = new Map();
  let seeingSince = startedAt;
  let working: Promise<unknown> = Promise.resolve();

  await outbox.setTargets(config.targets, config.timezone);

  const memoryAt = (now: number) => withNames(parseMemory(outbox.memory, now, ledger.books.startedAt), renamesOf(config));

  function inTurn(work: () => Promise<void>): Promise<void> {
    const done = working.then(work).catch((error) => {
      if (!(error instanceof LedgerError)) log.error(error);
      else log.error(`Notices cannot be kept: ${error.message}`);
    });
    working = done;
    return done;
  }

  function afterRound({ posted, routers, ...names }: AfterRound): void {
    if (config.targets.length === 0) return;
    const now = trusted();
    seeingSince = seesAll(routers) ? Math.min(seeingSince, now) : Number.POSITIVE_INFINITY;
    const trouble = troubleNotices(posted, now);
    if (trouble.length > 0) void inTurn(() => outbox.put(trouble)).then(() => outbox.tellUnsaved(trouble));
    if (posted.status !== 'posted') return;
    const sources: FactSources = {
      ...{ config, books: ledger.books, routers, ...names, now, timezone: config.timezone, startedAt, seeingSince },
      ...{ since: memoryAt(now).since, isReported: outbox.has },
    };
    // The facts are those of this round, whatever the next one brings before they are reported.
    const facts = factsOf(sources);
    void inTurn(async () => {
      const decided = watch(memoryAt(now), facts);
      await outbox.put(decided.notices, JSON.stringify(decided.memory));
      await summarize(sources);
    });
  }

  function troubleNotices(posted: Posted, now: number): Notice[] {
    const { backupFailure } = ledger.state;
    const found: Trouble[] = [
      ...(posted.status === 'failed' ? [{ what: 'write', why: posted.error.message } as const] : []),
      ...(posted.status === 'suspended' ? [{ what: 'clock', why: posted.why } as const] : []),
      ...(backupFailure === null ? [] : [{ what: 'backup', why: backupFailure } as const]),
    ];
    const decided = ledgerTrouble(troubles, found, { now, tick: clock.tick(), timezone: config.timezone });
    troubles = decided.troubles;
    return decided.notices;
  }

  async function summarize(sources: FactSources): Promise<void> {
    const { now, timezone, books, aliases, peerNames, people } = sources;
    const { summary: wanted } = config.notices;
    const due = dueSummary(wanted, memoryAt(now).since, now, timezone, config.billing);
    if (due === null || outbox.has(due.key)) return;
    // What routers show now says nothing of a time that is over.
    const known = { store: reading, books, aliases, peerNames, people, routers: [], now, timezone, units: config.units };
    const period = { by: wanted === 'weekly' ? 'week' : 'month', days: due.period, before: due.before } as const;
    const found = await readSummary({ ...known, terms: termsOf(config) }, period, null);
    await outbox.put([summaryNotice(due.key, found)]);
  }

  return {
    afterRound,
    tell: (notices) => inTurn(() => outbox.put(notices)),
    async reconfigure(next) {
      await working;
      config = next;
      await outbox.setTargets(next.targets, next.timezone);
    },
    counts: () => outbox.counts(),
    async stop() {
      await working;
      await outbox.stop();
    },
  };
}
