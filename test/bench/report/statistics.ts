/** What many measurements of one thing come to. */
export interface Summary {
  median: number;
  /** Nine in ten were no longer than this. */
  p90: number;
  count: number;
}

export function summarise(values: readonly number[]): Summary {
  return { median: quantile(values, 0.5), p90: quantile(values, 0.9), count: values.length };
}

export const median = (values: readonly number[]): number => quantile(values, 0.5);

/** Between two measurements, in proportion to where the quantile lies. Throws where nothing was measured. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  const place = (sorted.length - 1) * share;
  const [below, above] = [sorted[Math.floor(place)], sorted[Math.ceil(place)]];
  if (below === undefined || above === undefined) throw new RangeError('Nothing was measured');
  return below + (above - below) * (place - Math.floor(place));
}
