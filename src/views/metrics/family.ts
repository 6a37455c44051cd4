import type { AccountsByKind, View } from '../view.ts';

export interface Sample {
  /** The labels as text: from `labelText` or `lastingLabels`. */
  labels: string;
  value: number;
}

/** Samples in two columns of the same length: a home of thousands has a hundred thousand, and each would be an object of its own. */
export interface Samples {
  labels: readonly string[];
  values: readonly number[];
}

/** A metric family, as listed in docs/metrics.md. */
export interface Family {
  name: string;
  type: 'counter' | 'gauge';
  help: string;
  labels: readonly string[];
  samples: Samples;
}

/**
 * Makes families from a view and the accounts that it shows; those with a sample per account one after another, so that the samples of one
 * are garbage before those of the next are made.
 */
export type FamilyMaker = (view: View, shown: AccountsByKind) => Iterable<Family>;

export const counter = (name: string, help: string, labels: readonly string[], samples: readonly Sample[] | Samples): Family => ({
  name: `wrtmeter_${name}`,
  type: 'counter',
  help,
  labels,
  samples: 'labels' in samples ? samples : columns(samples),
});

const columns = (samples: readonly Sample[]): Samples => ({
  labels: samples.map(({ labels }) => labels),
  values: samples.map(({ value }) => value),
});

export const gauge = (name: string, help: string, labels: readonly string[], samples: readonly Sample[] | Samples): Family => ({
  ...counter(name, help, labels, samples),
  type: 'gauge',
});

/** A sample for each row that has a value. */
export function samplesOf<Row extends { labels: string }>(rows: readonly Row[], value: (row: Row) => number | null): Samples {
  const labels: string[] = [];
  const values: number[] = [];
  rows.forEach((row) => {
    const number = value(row);
    if (number === null) return;
    labels.push(row.labels);
    values.push(number);
  });
  return { labels, values };
}

/** The only sample of a family without labels. */
export const single = (value: number): Sample[] => [{ labels: '', value }];
