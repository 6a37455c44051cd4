import type { Day } from '../../domain/calendar.ts';
import type { Baseline } from '../../domain/counter.ts';
import type { SourceName } from '../../domain/observation.ts';
import type { Traffic } from '../../domain/traffic.ts';
import { UsageError } from '../../errors.ts';
import type { AccountName } from '../account.ts';

/** A file that cannot be imported: the message is the line that the user reads. */
export class ImportError extends UsageError {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'ImportError';
  }
}

/** The programs whose figures can be imported. */
export type ImportProgram = 'classic' | 'vnstat' | 'nlbwmon';

/** What a program counted for an account over some days. */
export interface Figure {
  account: AccountName;
  /** One local day by itself, or a stretch of which only the sum is known. */
  kind: 'day' | 'stretch';
  from: Day;
  /** Exclusive. */
  to: Day;
  /** Unix ms up to which its bytes may have flowed. */
  until: number;
  bytes: Traffic;
}

/** What is not posted, and why. */
export interface LeftOut {
  what: string;
  /** Null where they are not known. */
  bytes: Traffic | null;
  why: string;
}

/** The last reading of the program that is left, for the reader that takes over from it. */
export interface ImportedReader {
  router: string;
  source: SourceName;
  /** Format and address. */
  origin: string;
  /** Unix ms. */
  readAt: number;
  counters: ReadonlyMap<string, Baseline>;
}

export interface ImportedName {
  mac: string;
  name: string | null;
  ip: string | null;
}

/** All that was found in the files of a program. */
export interface Findings {
  program: ImportProgram;
  /** Finer ones first: a stretch is posted less what finer figures explain of it. */
  figures: readonly Figure[];
  /** By account: the program's own total. Never exceeded. */
  most: ReadonlyMap<string, Traffic>;
  names: readonly ImportedName[];
  readers: readonly ImportedReader[];
  leftOut: readonly LeftOut[];
}

/** A byte count as a program wrote it, or null where the value is none: not whole, negative, or beyond 2⁵³. */
export function wholeBytes(value: unknown): number | null {
  const number = typeof value === 'string' && /^\d{1,16}$/.test(value) ? Number(value) : value;
  return typeof number === 'number' && Number.isSafeInteger(number) && number >= 0 ? number : null;
}
