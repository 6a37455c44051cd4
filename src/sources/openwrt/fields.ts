import type { Epoch } from '../../domain/counter.ts';
import type { Observation, System } from '../../domain/observation.ts';

/** What a section of an answer told, and how many of its lines could not be understood. */
export interface Parsed {
  observation: Observation;
  skipped: number;
  /** What counts within the router, where that can change: another one starts with a first reading. */
  origin?: string;
}

/** `-` stands for what is not known. */
export const orNull = (field: string): string | null => (field === '-' || field === '' ? null : field);

export function numberOrNull(field: string): number | null {
  const value = Number(field);
  return orNull(field) === null || !Number.isFinite(value) ? null : value;
}

/** The boot of the router, of which every counter is younger. */
export const epochOf = (system: System): Epoch => ({ boot: system.bootId.slice(0, 8), instance: null, began: null, margin: 0 });
