/** The labels of a series as `/metrics` has them: `{router="attic",source="wan"}`. `values` are in the order of `names`. */
export const labelText = (names: readonly string[], values: readonly string[]): string =>
  `{${names.map((name, i) => `${name}="${escaped(values[i] ?? '')}"`).join(',')}}`;

const SPECIAL = /[\\"\n]/;

const escaped = (value: string): string =>
  SPECIAL.test(value) ? value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n') : value;

/**
 * What is made of the values of an owner, kept from scrape to scrape as long as the owner exists and its values are the same: label texts
 * hardly ever change, and most of `/metrics` is them.
 */
export function lasting<Values extends string[], Made>(make: (...values: Values) => Made): (owner: object, ...values: Values) => Made {
  const kept = new WeakMap<object, { values: Values; made: Made }>();
  return (owner, ...values) => {
    const known = kept.get(owner);
    if (known?.values.every((value, i) => value === values[i])) return known.made;
    const made = make(...values);
    kept.set(owner, { values, made });
    return made;
  };
}

/** The label text of what the owner stands for. */
export type LastingLabels = (owner: object, ...values: string[]) => string;

export const lastingLabels = (names: readonly string[]): LastingLabels => lasting((...values: string[]) => labelText(names, values));
