/** What a notice may be about; docs/run/notices.md says what each kind tells. */
export const NOTICE_KINDS = ['quota', 'forecast', 'device', 'presence', 'silent', 'offload', 'trouble', 'summary'] as const;
export type NoticeKind = (typeof NOTICE_KINDS)[number];

/** A message to a person about something that happened once. */
export interface Notice {
  /** What happened, exactly once: `quota line 90% 2026-11-01`. A key that the ledger has is not reported again. */
  key: string;
  kind: NoticeKind | 'test';
  /** One line that says it all, without a period. */
  subject: string;
  /** Sentences with figures, in lines. */
  text: string;
  /** Unix ms. */
  at: number;
  /** Keys of what it tells as well, so that nothing of that is reported after it. */
  covers?: readonly string[];
  /** Keys that it had while a router had earlier names: reported by one of them, it is not reported again. */
  earlier?: readonly string[];
}

/** A notice that one target has not been sent. */
export interface Delivery {
  target: string;
  notice: Notice;
  /** The message that it was first sent in, and is sent in again after a crash; null before. */
  message: string | null;
}

/** The part of the ledger that keeps notices. All methods throw a LedgerError. */
export interface NoticeStore {
  /** Keys of all notices that are kept. */
  keys(): Promise<Set<string>>;
  /** What is not sent, oldest first. */
  pending(): Promise<Delivery[]>;
  /** What the program remembers about the home between two rounds; null before the first. */
  memory(): Promise<string | null>;
  /** Adds notices, their deliveries and the memory (null: unchanged) in one transaction. */
  put(notices: readonly Notice[], deliveries: readonly Delivery[], memory: string | null): Promise<void>;
  /** Notes the message that deliveries go out in. */
  begin(deliveries: readonly Delivery[], message: string): Promise<void>;
  /** Notes that nothing more is to be done about deliveries, because they were sent or dropped. */
  end(deliveries: readonly Pick<Delivery, 'target' | 'notice'>[]): Promise<void>;
}

/** What became of notices: as many as a target was sent, as often as sending one failed, as many as were given up. */
export type NoticeResult = 'sent' | 'failed' | 'dropped';

/** What became of the notices of one target since the program started. */
export interface TargetCounts {
  target: string;
  pending: number;
  results: readonly { kind: Notice['kind']; result: NoticeResult; count: number }[];
}
