import type { NoticeKind } from '../domain/people/notice.ts';

/** What the program tells by itself. */
export interface NoticesConfig {
  /** Seconds without a reading after which a router or source counts as silent. */
  silent: number;
  /** Devices and peers whose coming and going is reported. */
  watch: readonly Watched[];
  /** Seconds unseen after which one has gone. */
  away: number;
  summary: 'weekly' | 'monthly' | 'off';
  /** Kinds that no target is sent. */
  off: readonly NoticeKind[];
}

export type Watched =
  | {
      kind: 'device';
      /** Null: as the ledger calls it. */
      name: string | null;
      macs: readonly string[];
    }
  | { kind: 'peer'; name: string | null; publicKey: string };
