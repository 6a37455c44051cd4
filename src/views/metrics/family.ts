import type { AccountsByKind, View } from '../view.ts';

export interface Sample {
  /** The labels as text: from `labelText` or `lastingLabels`. */
  labels: string;
  value: number;
}

/** A metric family, as listed in docs/metrics.md. */
export interface Family {
  name: string;
  type: 'counter' | 'gauge';
  help: string;
  labels: readonly string[];
  samples: readonly Sample[];
}

/**
 * Makes families from a view and the accounts that it shows; those with a sample per account one after another, so that the samples of one
 * are garbage before those of the next are made.
 */
export type FamilyMaker = (view: View, shown: AccountsByKind) => Iterable<Family>;

export const counter = (name: string, help: string, labels: readonly string[], samples: readonly Sample[]): Family => ({
  name: `wrtmeter_${name}`,
  type: 'counter',
  help,
  labels,
  samples,
});

export const gauge = (name: string, help: string, labels: readonly string[], samples: readonly Sample[]): Family => ({
  ...counter(name, help, labels, samples),
  type: 'gauge',
});

/** A sample for each row that has a value. */
export function samplesOf<Row extends { labels: string }>(rows: readonly Row[], value: (row: Row) => number | null): Sample[] {
  const samples: Sample[] = [];
  rows.forEach((row) => {
    const number = value(row);
    if (number !== null) samples.push({ labels: row.labels, value: number });
  });
  return samples;
}

/** The only sample of a family without labels. */
export const single = (value: number): Sample[] => [{ labels: '', value }];
