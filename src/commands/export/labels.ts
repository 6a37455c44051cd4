import { quote, UsageError } from '../../errors.ts';
import { BYTE_COUNTERS } from '../../views/metrics/byte-counters.ts';

/** Labels that every series gets, by name. */
export type AddedLabels = ReadonlyMap<string, string>;

const NAME = /^(?!__)[a-zA-Z_][a-zA-Z0-9_]*$/;

/** Reads the values of `--label`, `NAME=VALUE` each. Throws a UsageError. */
export function parseLabels(texts: readonly string[]): AddedLabels {
  const taken = new Set(Object.values(BYTE_COUNTERS).flatMap(({ labels }) => labels));
  const added = new Map<string, string>();
  for (const text of texts) {
    const [, name, value = ''] = /^([^=]*)=(.*)$/s.exec(text) ?? [];
    if (name === undefined) throw new UsageError(`--label is ${quote(text)}: write NAME=VALUE, such as instance=board:9780`);
    if (!NAME.test(name))
      throw new UsageError(`--label has the name ${quote(name)}: use letters, digits and _, no digit first, and not __ at the start`);
    if (value === '') throw new UsageError(`--label ${quote(name)} has no value: write ${name}=VALUE, or leave it out`);
    if (taken.has(name)) throw new UsageError(`--label ${quote(name)} is a label that the metrics have already: choose another name`);
    if (added.has(name)) throw new UsageError(`--label ${quote(name)} is given more than once: leave out all but one`);
    added.set(name, value);
  }
  return added;
}
