import { ConfigError } from '../errors.ts';
import { isClassic, readClassic } from './classic.ts';
import type { DeviceConfig } from './config.ts';
import { readDevices } from './devices.ts';
import { type Node, parseConfigText } from './document.ts';
import { type Field, type Found, readFields } from './fields.ts';
import type { Environment } from './interpolate.ts';
import type { Problems } from './problems.ts';
import { type RouterEntry, readRouters } from './routers.ts';
import { type Settings, settings } from './settings.ts';

/** What a configuration file says. */
export interface FileConfig {
  settings: Found<Settings>;
  routers: RouterEntry[];
  /** Where the list of routers stands, if there is one. */
  routersPlace: string | null;
  devices: DeviceConfig[];
}

const node: Field<Node>['read'] = (value) => value;

/** Every key of wrtmeter.yaml at the top. */
export const rootFields = { ...settings, routers: { key: 'routers', read: node }, devices: { key: 'devices', read: node } } as const;

/** Reads wrtmeter.yaml or a classic routers.json, told apart by their content. Throws ConfigError where the text is neither. */
export async function readConfigText(text: string, file: string, env: Environment, problems: Problems): Promise<FileConfig> {
  const root = parseConfigText(await withoutComments(text, file), file, env, problems);
  if (root.kind === 'scalar' && root.blank) return { settings: {}, routers: [], routersPlace: null, devices: [] };
  if (root.kind !== 'mapping')
    throw new ConfigError(`${root.place}: is no configuration; write "key: value" lines, for example listen: 0.0.0.0:9780`);
  if (isClassic(root)) return { settings: {}, routers: readClassic(root, problems), routersPlace: root.place, devices: [] };
  const { routers, devices, ...found } = readFields(root, rootFields, problems);
  return {
    settings: found,
    routers: routers === undefined ? [] : readRouters(routers.value, problems),
    routersPlace: routers?.place ?? null,
    devices: devices === undefined ? [] : readDevices(devices.value, problems),
  };
}

// JSON is YAML, but for its comments. In YAML they are left alone: "//" stands in every URL there, quoted or not.
async function withoutComments(text: string, file: string): Promise<string> {
  if (/\.ya?ml$/i.test(file) || !/^\s*(\{|\/\/|\/\*)/.test(text)) return text;
  const { default: stripJsonComments } = await import('strip-json-comments');
  return stripJsonComments(text);
}
