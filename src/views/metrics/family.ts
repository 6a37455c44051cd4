import type { View } from '../view.ts';

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

/** Makes families from a view, best one after another: the samples of one are garbage before those of the next are made. */
export type FamilyMaker = (view: View) => Iterable<Family>;

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

/** The only sample of a family without labels. */
export const single = (value: number): Sample[] => [{ labels: '', value }];
