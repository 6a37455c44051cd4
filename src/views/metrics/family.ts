/** Labels of one series. An object that is shared by several series is formatted once. */
export type Labels = Readonly<Record<string, string>>;

export interface Sample {
  sharedLabels: Labels;
  value: number;
}

/** One metric family of the contract in docs/metrics.md. */
export interface Family {
  name: string;
  type: 'counter' | 'gauge';
  help: string;
  labels: readonly string[];
  samples: Sample[];
}

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
