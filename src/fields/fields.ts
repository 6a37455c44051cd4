import { didYouMean } from '../domain/names/nearest.ts';
import type { KeyValue, Mapping, Node } from './nodes.ts';
import { fail, type Located, type Problems, shown } from './problems.ts';
import { ValueError } from './values.ts';

/** Reads one node; reports an error and returns undefined if it is wrong. */
export type Read<T> = (node: Node, problems: Problems) => T | undefined;

/** A key of a mapping. Dots lead into inner mappings: `billing.day`. */
export interface Field<T> {
  key: string;
  read: Read<T>;
}

export type Fields = Readonly<Record<string, Field<unknown>>>;

/** The values found, by field name. */
export type Found<F extends Fields> = { [N in keyof F]?: F[N] extends Field<infer T> ? Located<T> : never };

/** A single value. */
export function scalar<T>(parse: (text: string) => T, show: (source: string) => string = shown): Read<T> {
  return (node, problems) => {
    if (node.kind === 'broken') return;
    if (node.kind !== 'scalar') return fail(problems, node.place, 'is a list or a group of keys; use a single value') as undefined;
    if (node.blank) return fail(problems, node.place, 'has no value; set one or remove the line') as undefined;
    try {
      return parse(node.text);
    } catch (error) {
      if (!(error instanceof ValueError)) throw error;
      fail(problems, node.place, `${show(node.source)} ${error.message}`);
    }
  };
}

const SECRETS = new WeakSet<Read<unknown>>();

/** As `scalar`, but messages never show the value. */
export function secret<T>(parse: (text: string) => T): Read<T> {
  const read = scalar(parse, () => 'the value');
  SECRETS.add(read);
  return read;
}

/** As `scalar`, but an empty value is null, not an error: an empty URL skips its source. */
export function optional<T>(parse: (text: string) => T): Read<T | null> {
  const read = scalar(parse);
  return (node, problems) => (node.kind === 'scalar' && (node.blank || node.text === '') ? null : read(node, problems));
}

/** A list of values; a single one needs no brackets. `empty` says why a list without any is an error, if it is one. */
export function listOf<T>(parse: (text: string) => T, most: number, empty?: string): Read<Located<T>[]> {
  const read = scalar(parse);
  return (node, problems) => {
    const items = node.kind === 'list' ? node.items : node.kind === 'scalar' && node.blank ? [] : [node];
    if (items.length === 0 && empty !== undefined) return fail(problems, node.place, empty) as undefined;
    if (items.length > most) return fail(problems, node.place, `has more than ${most} entries; shorten the list`) as undefined;
    return items.flatMap((item) => {
      const value = read(item, problems);
      return value === undefined ? [] : { value, place: item.place };
    });
  };
}

/** A group whose keys are chosen by the user; `line` is an example of one of its lines. */
export const groupOf =
  (line: string): Read<KeyValue[]> =>
  (node, problems) =>
    mapping(node, line, problems)?.entries;

export const group = groupOf('NAME: …');

function mapping(node: Node, line: string, problems: Problems): Mapping | undefined {
  if (node.kind === 'mapping') return node;
  if (node.kind === 'scalar' && node.blank) return { kind: 'mapping', place: node.place, entries: [] };
  if (node.kind !== 'broken') fail(problems, node.place, `is not a group of keys; put lines such as "${line}" below it`);
}

/** Reads the fields of a mapping; any other key is an error. */
export function readFields<F extends Fields>(node: Node, fields: F, problems: Problems): Found<F> {
  const found: Record<string, Located<unknown>> = {};
  const named = Object.entries(fields);

  const visit = (inner: Node, prefix: string): void => {
    const keys = keysBelow(fields, prefix);
    const entries = mapping(inner, `${keys[0] ?? 'NAME'}: …`, problems)?.entries ?? [];
    const isUnknown = ({ key }: KeyValue) => !keys.includes(key);
    const isRest = (entry: KeyValue) => isUnknown(entry) && isBlank(entry.value);
    let isCut = false;
    for (const [index, entry] of entries.entries()) {
      const key = prefix + entry.key;
      const match = isUnknown(entry) ? undefined : named.find(([, field]) => field.key === key);
      if (isCut && isRest(entry)) continue;
      isCut = match !== undefined && isCutOff(entry.value, match[1].read, entries.slice(index + 1), isRest);
      if (isCut) {
        fail(problems, entry.value.place, 'is cut off at a comma; put it in quotes');
      } else if (match !== undefined) {
        const value = match[1].read(entry.value, problems);
        if (value !== undefined) found[match[0]] = { value, place: entry.value.place };
      } else if (isUnknown(entry)) {
        unknownKey(entry, keys, problems);
      } else {
        visit(entry.value, `${key}.`);
      }
    }
  };

  visit(node, '');
  return found as Found<F>;
}

/** Whether a secret, or a URL with a login, ends at a comma, and the next keys are the rest of it: no message may show them. */
function isCutOff(value: Node, read: Read<unknown>, after: readonly KeyValue[], isRest: (entry: KeyValue) => boolean): boolean {
  const end = after.findIndex((entry) => !isRest(entry));
  const rest = end < 0 ? after : after.slice(0, end);
  const isUrl = value.kind === 'scalar' && value.source.includes('//');
  return SECRETS.has(read) ? rest.length > 0 : isUrl && rest.some(({ key }) => key.includes('@'));
}

const isBlank = (node: Node): boolean => node.kind === 'scalar' && node.blank;

/** The valid keys at one level of a mapping. */
function keysBelow(fields: Fields, prefix: string): string[] {
  const below = Object.values(fields).filter((field) => field.key.startsWith(prefix));
  return [...new Set(below.map((field) => field.key.slice(prefix.length).split('.')[0] ?? ''))];
}

function unknownKey(entry: KeyValue, known: string[], problems: Problems): void {
  fail(problems, entry.place, `unknown key; ${didYouMean(entry.key, known, `valid keys: ${known.join(', ')}`)}`);
}
