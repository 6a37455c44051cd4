import type { Delivery, Notice, NoticeStore, TargetCounts } from '../domain/people/notice.ts';
import { LedgerError } from '../errors.ts';
import type { SendMessage } from './message.ts';
import type { Pace } from './pace.ts';
import { createSender, type NotifyClock, type NotifyLog, type Sender } from './sender.ts';
import type { TargetConfig } from './target.ts';

export interface OutboxParts {
  store: NoticeStore;
  clock: NotifyClock;
  log: NotifyLog;
  pace: Pace;
  /** How a target is sent messages. */
  sendTo: (target: TargetConfig) => SendMessage;
}

/** Notices on their way to targets: in the ledger first, then sent, then noted as sent. Rule: one notice. */
export interface Outbox {
  /** Whether a notice with the key was reported before. */
  has(key: string): boolean;
  /** Puts notices that were not reported before, and what the program remembers, into the ledger, and begins to send them. Throws a LedgerError. */
  put(notices: readonly Notice[], memory?: string): Promise<void>;
  /** Sends notices that cannot be put into the ledger, because it cannot be written: once while the program runs. */
  tellUnsaved(notices: readonly Notice[]): void;
  /** What was remembered with the last `put`. */
  readonly memory: string | null;
  /** Continues with these targets. One that is gone is sent nothing more. Throws a LedgerError. */
  setTargets(targets: readonly TargetConfig[], timezone: string): Promise<void>;
  counts(): TargetCounts[];
  stop(): Promise<void>;
}

/** Reads what is not sent yet. It is sent when there are targets. Throws a LedgerError. */
export async function openOutbox({ store, clock, log, pace, sendTo }: OutboxParts): Promise<Outbox> {
  let keys = await store.keys();
  let memory = await store.memory();
  let senders = new Map<string, { config: string; target: TargetConfig; sender: Sender }>();
  let unsaved: Notice[] = [];
  /** After a failed commit it is not known what the file has. */
  let mustReload = false;
  let last: Promise<unknown> = Promise.resolve();

  function inTurn(work: () => Promise<void>): Promise<void> {
    const done = last.then(work);
    last = done.catch(() => undefined);
    return done;
  }

  async function reload(): Promise<void> {
    keys = new Set([...(await store.keys()), ...unsaved.map(({ key }) => key)]);
    give(await store.pending());
    mustReload = false;
  }

  function give(deliveries: readonly Delivery[]): void {
    for (const [name, { sender }] of senders) {
      const own = deliveries.filter(({ target }) => target === name);
      if (own.length > 0) sender.add(own);
    }
  }

  const deliveriesOf = (notices: readonly Notice[]): Delivery[] =>
    notices.flatMap((notice) =>
      [...senders.values()]
        .filter(({ target }) => notice.kind === 'test' || target.kinds.includes(notice.kind))
        .map(({ target }) => ({ target: target.name, notice, message: null })),
    );

  async function put(notices: readonly Notice[], remembered: string | undefined): Promise<void> {
    // Without a target nothing is kept: a target that is added later gets it then.
    if (senders.size === 0) return;
    if (mustReload) await reload();
    const isKnown = ({ key, earlier = [] }: Notice) => [key, ...earlier].some((each) => keys.has(each));
    const fresh = [...new Map(notices.map((notice) => [notice.key, notice])).values()].filter((notice) => !isKnown(notice));
    const changed = remembered === undefined || remembered === memory ? null : remembered;
    // A step that was added below one which was reported is covered, too, and so is the key that one has by a later name.
    const covered = [...notices.filter(isKnown), ...notices.flatMap(coveredBy)].filter(({ key }) => !keys.has(key));
    if (fresh.length + covered.length + unsaved.length === 0 && changed === null) return;
    const deliveries = deliveriesOf(fresh);
    try {
      await store.put([...fresh, ...covered, ...unsaved], deliveries, changed);
    } catch (error) {
      if (error instanceof LedgerError) mustReload = true;
      throw error;
    }
    unsaved = [];
    memory = changed ?? memory;
    for (const { key } of [...fresh, ...covered]) keys.add(key);
    give(deliveries);
  }

  async function setTargets(targets: readonly TargetConfig[], timezone: string): Promise<void> {
    const kept: typeof senders = new Map();
    for (const target of targets) {
      const config = JSON.stringify([target, timezone]);
      const known = senders.get(target.name);
      if (known?.config === config) kept.set(target.name, known);
      else {
        await known?.sender.stop();
        kept.set(target.name, {
          config,
          target,
          sender: createSender({ target, timezone, send: sendTo(target), store, clock, log, pace }),
        });
      }
    }
    for (const [name, { sender }] of senders) if (!kept.has(name)) await sender.stop();
    senders = kept;
    const pending = await store.pending();
    const gone = pending.filter(({ target }) => !senders.has(target));
    if (gone.length > 0) await store.end(gone);
    give(pending);
  }

  return {
    has: (key) => keys.has(key),
    put: (notices, remembered) => inTurn(() => put(notices, remembered)),
    tellUnsaved(notices) {
      const fresh = notices.filter(({ key }) => !keys.has(key));
      unsaved.push(...fresh);
      for (const { key } of fresh) keys.add(key);
      give(deliveriesOf(fresh));
    },
    get memory() {
      return memory;
    },
    setTargets: (targets, timezone) => inTurn(() => setTargets(targets, timezone)),
    counts: () => [...senders.values()].map(({ sender }) => sender.counts()),
    async stop() {
      await last;
      await Promise.all([...senders.values()].map(({ sender }) => sender.stop()));
    },
  };
}

/** What a notice covers is kept as what was reported. */
const coveredBy = ({ covers = [], kind, at }: Notice): Notice[] => covers.map((key) => ({ key, kind, subject: '', text: '', at }));
