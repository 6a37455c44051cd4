import { DAY_MS } from '../../domain/calendar.ts';
import { SOURCES } from '../../domain/observation.ts';

/** What is remembered in the ledger between two rounds. Times are Unix ms. */
export interface Memory {
  /** When watching began: nothing that was there before is new. */
  since: number;
  /** Routers (`gateway`) and sources (`gateway stations`) that were reported to be silent, and since when they are. */
  silent: Readonly<Record<string, number>>;
  /** Watched devices and peers by id, and whether they were here; without those of which that is not known yet. */
  here: Readonly<Record<string, boolean>>;
  /** Offloading that was reported: `gateway software`. */
  offload: readonly string[];
}

/**
 * The memory of a first start. In the first day of a ledger nothing is new: a device that is counted by its bytes is seen when it moves
 * some. `began`: when the ledger did.
 */
const firstMemory = (now: number, began: number): Memory => ({ since: Math.max(now, began + DAY_MS), silent: {}, here: {}, offload: [] });

/** Reads what `JSON.stringify` wrote; what is missing or strange is as at a first start. */
export function parseMemory(text: string | null, now: number, began: number): Memory {
  const first = firstMemory(now, began);
  if (text === null) return first;
  try {
    const found: unknown = JSON.parse(text);
    if (typeof found !== 'object' || found === null || !('since' in found) || typeof found.since !== 'number') return first;
    return { ...first, ...(found as Partial<Memory>) };
  } catch {
    return first;
  }
}

/** The words that follow a router in what is remembered. */
const WORDS: readonly string[] = [...SOURCES, 'software', 'hardware'];

/** The memory with the names that routers have now. `renames`: their names, by earlier ones. */
export function withNames(memory: Memory, renames: ReadonlyMap<string, string>): Memory {
  function present(id: string): string {
    const space = id.lastIndexOf(' ');
    const ofWord = WORDS.includes(id.slice(space + 1)) ? renames.get(id.slice(0, Math.max(0, space))) : undefined;
    return renames.get(id) ?? (ofWord === undefined ? id : `${ofWord}${id.slice(space)}`);
  }
  const silent = Object.fromEntries(Object.entries(memory.silent).map(([id, since]) => [present(id), since]));
  return { ...memory, silent, offload: memory.offload.map(present) };
}
