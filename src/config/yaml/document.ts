import { type Document, isAlias, isMap, isPair, isScalar, isSeq, LineCounter, parseDocument, type Node as YamlNode } from 'yaml';
import { quote } from '../../errors.ts';
import type { KeyValue, Node } from '../../fields/nodes.ts';
import { fail, type Problems, withoutSecrets } from '../../fields/problems.ts';
import { ValueError } from '../../fields/values.ts';
import { syntaxProblem } from './errors.ts';
import { type Environment, interpolate } from './interpolate.ts';

/** The text of a configuration file and its context. */
export interface Source {
  text: string;
  /** Its name in messages. */
  file: string;
  json: boolean;
  env: Environment;
}

// Far above any real file, far below what nested aliases can expand to.
const MOST_NODES = 100_000;
const MOST_DEPTH = 16;

/** Parses YAML 1.2 (and so JSON) into located nodes and replaces variables. Invalid YAML becomes one broken node. */
export function parseConfigText(source: Source, problems: Problems): Node {
  const { text, file } = source;
  const lines = new LineCounter();
  // The failsafe schema guesses no types: a password of digits stays as written.
  const document = parseDocument(text, { schema: 'failsafe', lineCounter: lines, prettyErrors: false, uniqueKeys: false });
  const lineAt = (offset: number): number => Math.max(1, lines.linePos(offset).line);
  const [wrong] = [...document.errors, ...document.warnings];
  if (wrong !== undefined) {
    const { offset, reason } = syntaxProblem(wrong, document, text);
    const place = `${file}:${lineAt(offset)}`;
    fail(problems, place, `is not valid ${source.json ? 'JSON' : 'YAML'}: ${reason}`);
    return { kind: 'broken', place };
  }
  return nodesOf(document, (node, path) => `${file}:${lineAt(node?.range?.[0] ?? 0)}${path && `: ${path}`}`, source.env, problems);
}

type PlaceOf = (node: YamlNode | null, path: string) => string;

function nodesOf(document: Document, placeOf: PlaceOf, env: Environment, problems: Problems): Node {
  // An anchor comes before its aliases; the latest one of a name counts.
  const anchors = new Map<string, YamlNode>();
  let count = 0;

  const convert = (written: YamlNode | null, path: string, fallback: string, depth: number): Node => {
    const place = written === null ? fallback : placeOf(written, path);
    if (count > MOST_NODES) return { kind: 'broken', place };
    if (++count > MOST_NODES || depth > MOST_DEPTH) {
      count = MOST_NODES + 1;
      return broken(placeOf(written, ''), 'too deeply nested, or repeated too often by aliases; simplify it');
    }
    const node = isAlias(written) ? anchors.get(written.source) : written;
    if (node === undefined) return broken(place, 'unknown alias: no anchor of this name above; write the value itself');
    if (!isAlias(written) && node !== null && 'anchor' in node && node.anchor) anchors.set(node.anchor, node);
    if (isMap(node)) return { kind: 'mapping', place, entries: entriesOf(node.items, path, place, depth) };
    if (isSeq(node)) {
      const items = node.items.map((item, index) => convert(item as YamlNode | null, `${path}[${index}]`, place, depth + 1));
      return { kind: 'list', place, items };
    }
    return scalar(node, place);
  };

  const entriesOf = (pairs: unknown[], path: string, parent: string, depth: number): KeyValue[] => {
    const entries = new Map<string, KeyValue>();
    const merged: Node[] = [];
    for (const pair of pairs.filter(isPair)) {
      const value = (pair.value ?? null) as YamlNode | null;
      if (!isScalar(pair.key)) {
        fail(problems, parent, 'contains a key that is not plain text; use a single word');
        continue;
      }
      const key = String(pair.key.value);
      if (key === '<<' && pair.key.type === 'PLAIN') {
        merged.push(convert(value, path, parent, depth + 1));
        continue;
      }
      const inner = pathOf(path, key);
      const place = placeOf(pair.key as YamlNode, inner);
      if (entries.has(key)) fail(problems, place, 'duplicate key; remove one of them');
      entries.set(key, { key, place, value: convert(value, inner, place, depth + 1) });
    }
    for (const entry of merged.flatMap(mergedEntries)) if (!entries.has(entry.key)) entries.set(entry.key, entry);
    return [...entries.values()];
  };

  const mergedEntries = (node: Node): KeyValue[] => {
    if (node.kind === 'mapping') return node.entries;
    if (node.kind === 'list') return node.items.flatMap(mergedEntries);
    if (node.kind === 'scalar') fail(problems, node.place, '"<<" takes a group of keys; use "<<: *NAME"');
    return [];
  };

  const scalar = (node: YamlNode | null, place: string): Node => {
    const source = isScalar(node) ? String(node.value ?? '') : '';
    const plain = !isScalar(node) || node.type === 'PLAIN';
    try {
      return { kind: 'scalar', place, source, text: interpolate(source, env), blank: plain && /^(~|null)?$/i.test(source) };
    } catch (error) {
      if (!(error instanceof ValueError)) throw error;
      return broken(place, error.message);
    }
  };

  const broken = (place: string, message: string): Node => {
    fail(problems, place, message);
    return { kind: 'broken', place };
  };

  const root = convert(document.contents, '', placeOf(null, ''), 0);
  return count > MOST_NODES ? { kind: 'broken', place: root.place } : root;
}

/** `routers.attic.urls`, `routers["192.168.1.1"].url` */
function pathOf(parent: string, key: string): string {
  if (!/^[A-Za-z_][\w-]*$/.test(key)) return `${parent}[${quote(key.includes('//') ? withoutSecrets(key) : key, 80)}]`;
  return parent === '' ? key : `${parent}.${key}`;
}
