import type { LimitReason, LimitThing } from '../../domain/people/limits/limit.ts';
import { keyOfThing } from '../../domain/people/limits/limit.ts';
import type { Traffic } from '../../domain/traffic.ts';
import type { DroppedByLimit } from '../../views/limits-status.ts';

/** What limits of one router held back since the program began: the router counts for each limit since it was made. */
export interface DroppedCounts {
  /** A limit shows so much. What it shows when it is seen first was held back for somebody before. */
  shows(id: string, thing: LimitThing, reason: LimitReason['by'], bytes: Traffic): void;
  /** A limit is made: it counts from zero. */
  begins(id: string): void;
  /** Forgets all limits but those with these IDs. Of the limits that ended, it keeps only the latest few sums. */
  keeps(ids: ReadonlySet<string>): void;
  all(): DroppedByLimit[];
}

/** Sums of one router: those of all limits that may stand there, and some of the last ones. */
const MOST_SUMS = 320;

export function droppedCounts(): DroppedCounts {
  const last = new Map<string, Traffic>();
  const sums = new Map<string, DroppedByLimit>();
  return {
    shows(id, thing, reason, { download, upload }) {
      const before = last.get(id) ?? { download, upload };
      last.set(id, { download, upload });
      const more = (now: number, earlier: number) => (now < earlier ? now : now - earlier);
      const key = `${reason} ${keyOfThing(thing)}`;
      const sum = sums.get(key) ?? { thing, reason, download: 0, upload: 0 };
      // Those that were shown last are at the end.
      sums.delete(key);
      sums.set(key, {
        ...sum,
        download: sum.download + more(download, before.download),
        upload: sum.upload + more(upload, before.upload),
      });
    },
    begins: (id) => void last.set(id, { download: 0, upload: 0 }),
    keeps(ids) {
      for (const id of last.keys()) if (!ids.has(id)) last.delete(id);
      for (const key of sums.keys()) if (sums.size > MOST_SUMS) sums.delete(key);
    },
    all: () => [...sums.values()],
  };
}
