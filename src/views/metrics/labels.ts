/** The labels of a series as `/metrics` has them: `{router="attic",source="wan"}`. `values` are in the order of `names`. */
export const labelText = (names: readonly string[], values: readonly string[]): string =>
  `{${names.map((name, i) => `${name}="${escaped(values[i] ?? '')}"`).join(',')}}`;

const SPECIAL = /[\\"\n]/;

const escaped = (value: string): string =>
  SPECIAL.test(value) ? value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n') : value;

/** The label text of what the owner stands for; the same as before if the values are. */
export type LastingLabels = (owner: object, ...values: readonly string[]) => string;

/** Label texts that are kept from scrape to scrape, as long as their owner exists: they hardly ever change, and most of `/metrics` is them. */
export function lastingLabels(names: readonly string[]): LastingLabels {
  const kept = new WeakMap<object, { values: readonly string[]; text: string }>();
  return (owner, ...values) => {
    const known = kept.get(owner);
    if (known?.values.every((value, i) => value === values[i])) return known.text;
    const text = labelText(names, values);
    kept.set(owner, { values, text });
    return text;
  };
}
