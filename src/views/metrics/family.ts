import type { View } from '../view.ts';

/** Labels of one series. An object that is shared by several series is formatted once. */
export type Labels = Readonly<Record<string, string>>;

export interface Sample {
  sharedLabels: Labels;
  value: number;
}

/** A metric family, as listed in docs/metrics.md. */
export interface Family {
  name: string;
  type: 'counter' | 'gauge';
  help: string;
  labels: readonly string[];
  samples: Sample[];
}

/** Makes families from a view. Keeps the label sets for the next view. */
export type FamilyMaker = (view: View) => Family[];

const NONE: Labels = Object.freeze({});

export const counter = (name: string, help: string, labels: readonly string[], samples: Sample[]): Family => ({
  name: `wrtmeter_${name}`,
  type: 'counter',
  help,
  labels,
  samples,
});

export const gauge = (name: string, help: string, labels: readonly string[], samples: Sample[]): Family => ({
  ...counter(name, help, labels, samples),
  type: 'gauge',
});

/** The only sample of a family without labels. */
export const single = (value: number): Sample[] => [{ sharedLabels: NONE, value }];

/** Returns the label set that the owner had before, if the values are still the same. */
export type LastingLabels = <L extends Labels>(owner: object, labels: L) => L;

/**
 * Label sets that stay the same objects between scrapes, as long as their owner exists and their values do not change: the client
 * library caches the text of each object, and making it is half the cost of rendering.
 */
export function lastingLabels(): LastingLabels {
  const kept = new WeakMap<object, Labels>();
  return <L extends Labels>(owner: object, labels: L): L => {
    const known = kept.get(owner);
    if (known !== undefined && sameLabels(known, labels)) return known as L;
    kept.set(owner, labels);
    return labels;
  };
}

function sameLabels(a: Labels, b: Labels): boolean {
  for (const name in b) if (a[name] !== b[name]) return false;
  return true;
}
