import type { Epoch } from '../../domain/counter.ts';
import type { Observation, System } from '../../domain/observation.ts';
import type { Skipped } from '../skips.ts';

/** A parsed section of an answer, with what of it makes no sense. */
export interface Parsed extends Skipped {
  observation: Observation;
  /** What counts within the router, if that can change. Another origin starts with a first reading. */
  origin?: string;
}

/** `-` means unknown. */
export const orNull = (field: string): string | null => (field === '-' || field === '' ? null : field);

/** Null for `-`, and for what is not a number. */
export function numberOrNull(field: string): number | null {
  return /^-?\d{1,16}(\.\d{1,9})?$/.test(field) ? Number(field) : null;
}

/** The same; null also for what is outside of the range. */
export function numberWithin(field: string, { least, most }: { least: number; most: number }): number | null {
  const value = numberOrNull(field);
  return value !== null && value >= least && value <= most ? value : null;
}

/** The kernel's number of a network device; null for anything else. */
export const ifindexOf = (field: string): number | null => (/^\d{1,10}$/.test(field) ? Number(field) : null);

/** The boot of the router, which every counter began after, and what else is known of when it began. Rule: epoch. */
export const epochOf = ({ bootId }: System, { instance = null, began = null, margin = 0 }: Partial<Epoch> = {}): Epoch => ({
  boot: bootId.slice(0, 8),
  instance,
  began,
  margin,
});
