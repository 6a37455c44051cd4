import { type Document, isAlias, isMap, isPair, isScalar, isSeq, LineCounter, parseDocument, type Node as YamlNode } from 'yaml';
import { ConfigError, quote } from '../errors.ts';
import { type Environment, interpolate } from './interpolate.ts';
import { fail, type Located, type Problems } from './problems.ts';
import { ValueError } from './values.ts';
import { syntaxMessage } from './yaml-errors.ts';

/** A piece of a configuration file that knows where it stands. All scalars are text: `0123` stays what was written. */
export type Node = Scalar | Mapping | List | Broken;

export interface Scalar {
  kind: 'scalar';
  place: string;
  text: string;
  /** As it was written, before variables were put in: what a message may show. */
  source: string;
  /** Nothing was written, or null. */
  blank: boolean;
}

export interface Mapping {
  kind: 'mapping';
  place: string;
  entries: Entry[];
}

export interface Entry {
  key: string;
  place: string;
  value: Node;
}

export interface List {
  kind: 'list';
  place: string;
  items: Node[];
}

/** Its error has been reported already. */
interface Broken {
  kind: 'broken';
  place: string;
}

// Far above any real file, far below what aliases of aliases can unfold to.
const MAX_NODES = 100_000;
const MAX_DEPTH = 16;

/**
 * Reads YAML 1.2 (and so JSON) into located nodes, variables put in. Throws ConfigError where the text is no YAML;
 * other problems are collected.
 */
export function parseConfigText(text: string, file: string, env: Environment, problems: Problems): Node {
  const lines = new LineCounter();
  const document = parseDocument(text, { schema: 'failsafe', lineCounter: lines, prettyErrors: false, uniqueKeys: false });
  const lineAt = (offset: number): number => Math.max(1, lines.linePos(offset).line);
  const [wrong] = [...document.errors, ...document.warnings];
  if (wrong !== undefined) {
    const line = lineAt(wrong.pos[0]);
    throw new ConfigError(`${file}:${line}: ${syntaxMessage(wrong, text.split('\n')[line - 1] ?? '')}`);
  }
  return nodesOf(document, (node, path) => `${file}:${lineAt(node?.range?.[0] ?? 0)}${path && `: ${path}`}`, env, problems);
}

type PlaceOf = (node: YamlNode | null, path: string) => string;

function nodesOf(document: Document, placeOf: PlaceOf, env: Environment, problems: Problems): Node {
  // An anchor stands before its aliases; the latest of a name counts.
  const anchors = new Map<string, YamlNode>();
  let count = 0;

  const convert = (written: YamlNode | null, path: string, fallback: string, depth: number): Node => {
    const place = written === null ? fallback : placeOf(written, path);
    if (++count > MAX_NODES || depth > MAX_DEPTH)
      throw new ConfigError(`${place}: too much is nested or repeated by aliases; write it plainly`);
    const node = isAlias(written) ? anchors.get(written.source) : written;
    if (node === undefined) return broken(place, 'an alias of nothing written above; write the value itself');
    if (!isAlias(written) && node !== null && 'anchor' in node && node.anchor) anchors.set(node.anchor, node);
    if (isMap(node)) return { kind: 'mapping', place, entries: entriesOf(node.items, path, place, depth) };
    if (isSeq(node)) {
      return {
        kind: 'list',
        place,
        items: node.items.map((item, i) => convert(item as YamlNode | null, `${path}[${i}]`, place, depth + 1)),
      };
    }
    return scalar(node, place);
  };

  const entriesOf = (pairs: unknown[], path: string, parent: string, depth: number): Entry[] => {
    const entries = new Map<string, Entry>();
    for (const pair of pairs) {
      if (!isPair(pair)) continue;
      const key = isScalar(pair.key) ? String(pair.key.value) : null;
      if (key === null) {
        fail(problems, parent, 'a key that is not plain text; write it as one word');
        continue;
      }
      const inner = pathOf(path, key);
      const place = placeOf(pair.key as YamlNode, inner);
      if (entries.has(key)) fail(problems, place, 'stands here twice; remove one of them');
      entries.set(key, { key, place, value: convert((pair.value ?? null) as YamlNode | null, inner, place, depth + 1) });
    }
    return [...entries.values()];
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

  return convert(document.contents, '', placeOf(null, ''), 0);
}

/** `routers.attic.urls`, `routers["192.168.1.1"].url` */
function pathOf(parent: string, key: string): string {
  if (!/^[A-Za-z_<][\w<-]*$/.test(key)) return `${parent}[${quote(key, 80)}]`;
  return parent === '' ? key : `${parent}.${key}`;
}

/** The key a mapping's entry has, with its place. */
export const keyOf = (entry: Entry): Located<string> => ({ value: entry.key, place: entry.place });
