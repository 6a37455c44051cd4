import { nearest } from '../../domain/names/nearest.ts';
import { group, optional } from '../../fields/fields.ts';
import type { KeyValue, Mapping, Node } from '../../fields/nodes.ts';
import { fail, type Located, type Problems, warn } from '../../fields/problems.ts';
import { parseUrl, type RouterUrl } from '../../fields/urls.ts';
import { type ClassicSource, classic } from '../../sources/classic/kind.ts';
import { loginIn, nameOf, type RouterEntry } from './routers.ts';

/** The keys of a router in routers.json, and the source that each one sets. */
const CLASSIC_KEYS: ReadonlyMap<string, ClassicSource> = new Map([
  ['ap_stats', 'stations'],
  ['wan_stats', 'wan'],
  ['dhcp_leases', 'leases'],
]);

/**
 * Whether a file is a classic routers.json: groups of the three URLs at the top level, or JSON without any key of
 * wrtmeter.yaml.
 */
export function isClassic(root: Mapping, json: boolean, yamlKeys: readonly string[]): boolean {
  const urls = root.entries.some(({ value }) => value.kind === 'mapping' && value.entries.some(({ key }) => CLASSIC_KEYS.has(key)));
  return urls || (json && !root.entries.some(({ key }) => yamlKeys.includes(key)));
}

/**
 * Reads `{ "192.168.1.1": { "ap_stats": URL, "wan_stats": URL, "dhcp_leases": URL } }`. A missing, null or empty URL
 * skips that source; a router without any URL is skipped with a warning.
 */
export function readClassic(root: Node, problems: Problems): RouterEntry[] {
  return (group(root, problems) ?? []).flatMap((entry) => readClassicRouter(entry, problems) ?? []);
}

const readUrl = optional(parseUrl);

function readClassicRouter(entry: KeyValue, problems: Problems): RouterEntry | undefined {
  const name = nameOf(entry, problems);
  const before = problems.errors.length;
  const unknownKeys: KeyValue[] = [];
  const found: { [S in ClassicSource]?: Located<RouterUrl | null> } = {};
  for (const inner of group(entry.value, problems) ?? []) {
    const source = CLASSIC_KEYS.get(inner.key);
    const url = source === undefined ? undefined : readUrl(inner.value, problems);
    if (source === undefined) unknownKeys.push(inner);
    else if (url !== undefined) found[source] = { value: url, place: inner.value.place };
  }
  const scripts = classic.entry(found, problems);
  for (const { key, place } of unknownKeys) unknownKey(key, place, scripts !== null, problems);
  if (scripts === null) {
    if (problems.errors.length === before) warn(problems, entry.place, 'has no URL, so this router is skipped');
    return undefined;
  }
  const urls = classic.urls(scripts);
  const login = loginIn(urls, problems);
  return { name, was: [], kinds: { classic: scripts }, places: {}, urls, access: login === undefined ? {} : { login } };
}

// The older programs ignored unknown keys, and so do we; but a typo would leave a source unread, so that is an error.
function unknownKey(key: string, place: string, harmless: boolean, problems: Problems): void {
  const near = nearest(key, CLASSIC_KEYS.keys());
  const known = `valid keys: ${[...CLASSIC_KEYS.keys()].join(', ')}`;
  if (near !== null) fail(problems, place, `unknown key; did you mean "${near}"?`);
  else if (harmless) warn(problems, place, `unknown key, ignored; ${known}`);
  else fail(problems, place, `unknown key; ${known}`);
}
