import { resolve } from 'node:path';
import { USUAL_LIMITS } from '../domain/people/limits/limit.ts';
import type { Found } from '../fields/fields.ts';
import { filesIn } from '../fields/files.ts';
import { fail, type Located, noProblems, type Problems, throwProblems, warn } from '../fields/problems.ts';
import { type Config, MOST_ROUTERS } from './config.ts';
import { environmentAccess, environmentSettings, readSettings, systemZone, variable, warnOfUnknown } from './environment.ts';
import type { FileConfig } from './file.ts';
import { findFile, isBlank } from './find-file.ts';
import type { CliOptions, ConfigInput } from './input.ts';
import { USUAL_NOTICES } from './notify/notices.ts';
import { resolveTargets } from './notify/targets.ts';
import { checkKinds, checkLimits, checkNames, checkUrls } from './routers/clashes.ts';
import { routersOfUrls, splitUrls } from './routers/given.ts';
import { resolveRouter, sharedAccess } from './routers/resolve.ts';
import type { RouterEntry } from './routers/routers.ts';
import { type SettingName, type Settings, settings } from './settings.ts';
import { formatDuration } from './values.ts';
import { references } from './yaml/interpolate.ts';

export interface LoadedConfig {
  config: Config;
  /** One line each, for the log. */
  warnings: readonly string[];
  /** The file that was read, unless it is empty. */
  inUse?: string;
}

/** The usual address of a router, tried if none is configured. */
const USUAL_ROUTER = 'http://192.168.1.1';

const DAY = 86_400;

/**
 * Loads the configuration. Precedence: command line, environment, file, default. Throws a ConfigError with one line
 * per problem; no line contains a secret.
 */
export async function loadConfig(input: ConfigInput): Promise<LoadedConfig> {
  const { cli, env, cwd, readFile, systemTimezone } = input;
  const problems = noProblems();
  const file = await findFile(input);
  const fileConfig = file === null ? NOTHING : await readConfig(file.text, file.name, input, problems);
  const found: Found<Settings> = { ...fileConfig.settings, ...environmentSettings(env, problems), ...commandLine(cli, problems) };
  const lineRate = found.lineRate?.value ?? 1e10;
  const timeout = found.timeout?.value ?? 10;
  const billingDay = found.billingDay?.value ?? 1;

  const { from, routers } = chooseRouters(input, fileConfig, problems);
  checkRouters(routers, problems);
  const access = await sharedAccess(environmentAccess(env, problems), filesIn(cwd, readFile), problems);
  const files = filesIn(from === 'file' && file !== null ? file.directory : cwd, readFile);
  const resolved: Config['routers'] = [];
  for (const router of routers) resolved.push(await resolveRouter(router, { access, lineRate, billingDay, timeout }, files, problems));
  const targets = await resolveTargets(fileConfig.targets, fileConfig.notices.off, filesIn(file?.directory ?? cwd, readFile), problems);
  const data = found.data?.value ?? './data';
  if (fileConfig.csv !== null && resolve(cwd, fileConfig.csv.value.directory) === resolve(cwd, data))
    fail(problems, fileConfig.csv.place, 'is the directory of the ledger; use one of its own, for example ./data/csv');
  throwProblems(problems);

  const keepHours = found.retentionHours?.value ?? 62 * DAY;
  for (const { value, place } of fileConfig.users) {
    if ((value.keepHours ?? 0) > keepHours)
      warn(problems, place, `its hours are kept ${formatDuration(keepHours)} at most, because retention.hours is shorter`);
  }

  warnOfIdle({ control: found.control?.value ?? false, limiting: fileConfig.limiting, routers }, problems);
  warnOfUnknown(env, new Set(file === null ? [] : references(file.text)), problems);
  const config: Config = {
    listen: found.listen?.value ?? { host: '0.0.0.0', port: 9780 },
    data,
    timezone: found.timezone?.value ?? systemZone(env, systemTimezone, problems),
    billing: { day: billingDay },
    accounting: found.accounting?.value ?? 'auto',
    heartbeat: found.heartbeat?.value ?? 300,
    timeout,
    minInterval: found.minInterval?.value ?? 0,
    live: found.live?.value ?? 2,
    minCommit: found.minCommit?.value ?? 15,
    lineRate,
    retention: { hours: keepHours },
    expire: found.expire?.value ?? 30 * DAY,
    reload: found.reload?.value ?? false,
    auth: { read: found.authRead?.value ?? 'open' },
    control: found.control?.value ?? false,
    ledger: { driver: found.ledgerDriver?.value ?? 'auto' },
    log: { level: found.logLevel?.value ?? 'info' },
    routers: resolved,
    devices: fileConfig.devices,
    peers: fileConfig.peers,
    targets,
    notices: fileConfig.notices,
    users: fileConfig.users.map(({ value }) => value),
    tariffs: fileConfig.tariffs,
    quotas: fileConfig.quotas,
    limits: fileConfig.limits,
    csv: fileConfig.csv?.value ?? null,
    units: found.units?.value ?? 'iec',
    file: file?.name ?? null,
    implied: from === 'nowhere',
  };
  return { config, warnings: problems.warnings, ...(file !== null && !isBlank(file.text) && { inUse: file.name }) };
}

const NOTHING: FileConfig = {
  settings: {},
  routers: null,
  whenEmpty: '',
  devices: [],
  peers: [],
  tariffs: [],
  quotas: [],
  limits: USUAL_LIMITS,
  limiting: [],
  users: [],
  targets: [],
  notices: USUAL_NOTICES,
  csv: null,
};

/** Warns of limits that reach no router. */
function warnOfIdle(
  { control, limiting, routers }: { control: boolean; limiting: readonly string[]; routers: readonly RouterEntry[] },
  problems: Problems,
): void {
  const reached = routers.flatMap(({ limits }) => limits ?? []);
  if (!control) {
    for (const place of [...limiting, ...reached.map((entry) => entry.place)])
      warn(problems, place, 'limits nothing while control is off; set control: true');
  } else if (reached.length === 0) {
    for (const place of limiting)
      warn(problems, place, 'limits nothing, because no router has limits; set for example limits: { ssh: root@192.168.1.1 } there');
  }
}

// The YAML library takes a few megabytes, so it is loaded only if there is a file.
async function readConfig(text: string, name: string, { env }: ConfigInput, problems: Problems): Promise<FileConfig> {
  const { readConfigText } = await import('./file.ts');
  return readConfigText(text, name, env, problems);
}

function commandLine(cli: CliOptions, problems: Problems): Found<Settings> {
  const texts: Partial<Record<SettingName, Located<string>>> = {};
  for (const name of Object.keys(settings) as SettingName[]) {
    const value = cli[name];
    if (value !== undefined) texts[name] = { value, place: settings[name].option?.split(' ')[0] ?? name };
  }
  return readSettings(texts, problems);
}

interface ChosenRouters {
  from: 'command line' | 'WRTMETER_ROUTERS' | 'file' | 'nowhere';
  routers: RouterEntry[];
}

/** The routers of the first place that has any: command line, variable, file. */
function chooseRouters({ cli, env }: ConfigInput, fileConfig: FileConfig, problems: Problems): ChosenRouters {
  const lists = [
    { from: 'command line', urls: cli.routers ?? [] },
    { from: 'WRTMETER_ROUTERS', urls: splitUrls(variable(env, 'WRTMETER_ROUTERS')?.value ?? '') },
  ] as const;
  const list = lists.find(({ urls }) => urls.length > 0);
  if (list !== undefined) {
    if (fileConfig.routers?.length) warn(problems, list.from, 'routers given here replace those in the file');
    return { from: list.from, routers: routersOfUrls(list.urls, list.from, problems) };
  }
  if (fileConfig.routers === null) return { from: 'nowhere', routers: routersOfUrls([USUAL_ROUTER], 'default', problems) };
  if (fileConfig.routers.length === 0 && problems.errors.length === 0) problems.errors.push(fileConfig.whenEmpty);
  return { from: 'file', routers: fileConfig.routers };
}

function checkRouters(routers: RouterEntry[], problems: Problems): void {
  const [surplus] = routers.splice(MOST_ROUTERS);
  if (surplus !== undefined)
    fail(problems, surplus.name.place, `exceeds the limit of ${MOST_ROUTERS} routers; run a second wrtmeter for the rest`);
  checkNames(routers, problems);
  checkUrls(routers, problems);
  checkKinds(routers, problems);
  checkLimits(routers, problems);
}
