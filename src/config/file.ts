import { type LimitsConfig, USUAL_LIMITS } from '../domain/people/limits/limit.ts';
import type { Quota } from '../domain/people/quota.ts';
import type { Tariff } from '../domain/people/tariffs.ts';
import type { User } from '../domain/people/user.ts';
import { type Field, type Found, readFields } from '../fields/fields.ts';
import type { Node } from '../fields/nodes.ts';
import { fail, type Located, type Problems } from '../fields/problems.ts';
import type { NoticesConfig } from '../notify/settings.ts';
import type { CsvConfig, DeviceConfig, PeerConfig } from './config.ts';
import { readCsv } from './csv.ts';
import { readDevices } from './devices.ts';
import { readNotices, USUAL_NOTICES } from './notify/notices.ts';
import { readTargets, type TargetEntry } from './notify/targets.ts';
import { readPeers } from './peers.ts';
import { readLimits } from './people/limits.ts';
import { isLimiting, readQuotas } from './people/quotas.ts';
import { readTariffs } from './people/tariffs.ts';
import { isClassic, readClassic } from './routers/classic.ts';
import { type RouterEntry, readRouters } from './routers/routers.ts';
import { type Settings, settings } from './settings.ts';
import { readUsers, warnOfEmptyUsers } from './users.ts';
import { parseConfigText } from './yaml/document.ts';
import type { Environment } from './yaml/interpolate.ts';

/** A configuration file, parsed. */
export interface FileConfig {
  settings: Found<Settings>;
  /** Null if the file has no `routers`. */
  routers: RouterEntry[] | null;
  /** The error to report if routers are needed and the list is empty. */
  whenEmpty: string;
  devices: DeviceConfig[];
  peers: PeerConfig[];
  targets: TargetEntry[];
  notices: NoticesConfig;
  users: Located<User>[];
  tariffs: Tariff[];
  quotas: Quota[];
  limits: LimitsConfig;
  /** Where something is to be limited: the places of the keys. */
  limiting: string[];
  csv: Located<CsvConfig> | null;
}

/** What a file without these keys has. */
const nothingNamed = () => ({
  ...{ devices: [], peers: [], users: [], tariffs: [], quotas: [], targets: [], limiting: [] },
  limits: USUAL_LIMITS,
  notices: USUAL_NOTICES,
  csv: null,
});

const node: Field<Node>['read'] = (value) => value;

/** The top-level keys of wrtmeter.yaml. */
export const rootFields = {
  ...settings,
  routers: { key: 'routers', read: node },
  devices: { key: 'devices', read: node },
  peers: { key: 'peers', read: node },
  notify: { key: 'notify', read: node },
  notices: { key: 'notices', read: node },
  users: { key: 'users', read: node },
  tariffs: { key: 'tariffs', read: node },
  quotas: { key: 'quotas', read: node },
  limits: { key: 'limits', read: node },
  csv: { key: 'csv', read: node },
} as const;

/** Reads wrtmeter.yaml or a classic routers.json; the content decides which it is. */
export async function readConfigText(text: string, file: string, env: Environment, problems: Problems): Promise<FileConfig> {
  const json = isJson(text, file);
  const root = parseConfigText({ text: json ? await withoutComments(text) : text, file, json, env }, problems);
  if (root.kind !== 'mapping') {
    const blank = root.kind === 'broken' || (root.kind === 'scalar' && root.blank);
    if (!blank) fail(problems, root.place, 'is not a configuration; use "key: value" lines, for example listen: 0.0.0.0:9780');
    return { settings: {}, routers: null, whenEmpty: '', ...nothingNamed() };
  }
  const names = Object.values(rootFields).map(({ key }) => key.split('.')[0] ?? '');
  if (isClassic(root, json, names)) {
    const whenEmpty = `${root.place}: has no router with a URL; use for example { "192.168.1.1": { "ap_stats": "http://…" } }`;
    return { settings: {}, routers: readClassic(root, problems), whenEmpty, ...nothingNamed() };
  }
  const { routers, devices, peers, users, notify, notices, tariffs, quotas, limits, csv, ...found } = readFields(
    root,
    rootFields,
    problems,
  );
  const people = users === undefined ? [] : readUsers(users.value, problems);
  const known = people.map(({ value }) => value);
  const named = {
    devices: devices === undefined ? [] : readDevices(devices.value, known, problems),
    peers: peers === undefined ? [] : readPeers(peers.value, known, problems),
  };
  warnOfEmptyUsers(people, [...named.devices, ...named.peers], problems);
  const own = {
    routers: routers === undefined ? null : readRouters(routers.value, problems),
    ...named,
    users: people,
    tariffs: tariffs === undefined ? [] : readTariffs(tariffs.value, problems),
  };
  const rules = quotas === undefined ? [] : readQuotas(quotas.value, namesIn(own), problems);
  const limited = limits === undefined ? USUAL_LIMITS : readLimits(limits.value, namesIn(own), problems);
  return {
    settings: found,
    ...own,
    whenEmpty: `${routers?.place}: has no router; add one, or remove this line to try http://192.168.1.1`,
    quotas: rules,
    limits: limited,
    limiting: [
      ...(quotas !== undefined && rules.some(isLimiting) ? [quotas.place] : []),
      ...(limits !== undefined && limited.rules.length > 0 ? [limits.place] : []),
    ],
    targets: notify === undefined ? [] : readTargets(notify.value, problems),
    notices: notices === undefined ? USUAL_NOTICES : readNotices(notices.value, named, problems),
    csv: csv === undefined ? null : readCsv(csv.value, problems),
  };
}

/** What quotas and limits can be of. */
const namesIn = ({ routers, devices, peers, users, tariffs }: Pick<FileConfig, 'routers' | 'devices' | 'peers' | 'users' | 'tariffs'>) => ({
  routers: routers === null ? null : routers.map(({ name }) => name.value),
  users: [...users.map(({ value }) => value.name), ...devices.flatMap(({ user }) => user ?? [])],
  devices: devices.map(({ name }) => name),
  peers: [...peers.map(({ name }) => name), ...users.flatMap(({ value }) => value.peers)],
  hidden: [
    ...users.flatMap(({ value: { name, isPrivate } }) => (isPrivate ? [`user ${name}`, `each device of ${name}`] : [])),
    ...devices.flatMap(({ name, isPrivate }) => (isPrivate ? [`device ${name}`] : [])),
  ],
  tariffs,
});

const isJson = (text: string, file: string): boolean =>
  /\.jsonc?$/i.test(file) || (!/\.ya?ml$/i.test(file) && /^\s*(\{|\/\/|\/\*)/.test(text));

// Apart from comments, JSON is YAML. Never strip comments from YAML: there, every unquoted URL contains "//".
async function withoutComments(text: string): Promise<string> {
  const { default: stripJsonComments } = await import('strip-json-comments');
  return stripJsonComments(text);
}
