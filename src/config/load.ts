import { dirname, resolve } from 'node:path';
import { ConfigError } from '../errors.ts';
import { checkBoxes, checkNames } from './clashes.ts';
import { type Config, MAX_ROUTERS } from './config.ts';
import { environmentAccess, environmentSettings, readSettings, variable, warnOfSystemZone, warnOfUnknown } from './environment.ts';
import type { Found } from './fields.ts';
import type { FileConfig } from './file.ts';
import { filesIn, type ReadFile, readText } from './files.ts';
import { routersOfUrls, splitUrls } from './given-routers.ts';
import { type Environment, references } from './interpolate.ts';
import { fail, type Located, noProblems, type Problems, throwProblems, warn } from './problems.ts';
import { resolveRouter, sharedAccess } from './resolve-routers.ts';
import type { RouterEntry } from './routers.ts';
import { type SettingName, type Settings, settings } from './settings.ts';

/** The command line: settings as they were typed, by the names that commander gives them. */
export type CliOptions = { config?: string; routers?: readonly string[] } & { [N in SettingName]?: string };

/** All that a configuration is made of. Nothing else is looked at. */
export interface ConfigInput {
  cli: CliOptions;
  env: Environment;
  /** Absolute. */
  cwd: string;
  readFile: ReadFile;
  /** IANA name. */
  systemTimezone: string;
}

export interface LoadedConfig {
  config: Config;
  /** A line each, for the log. */
  warnings: readonly string[];
}

/** The files looked for, in this order, where none is named. */
export const USUAL_FILES = ['wrtmeter.yaml', 'wrtmeter.yml', 'routers.json'] as const;

/** Where a router usually is, tried if none is named anywhere. */
export const USUAL_ROUTER = 'http://192.168.1.1';

const MAX_FILE = 1024 * 1024;

/**
 * Loads the configuration: command line before environment before file before default. Throws ConfigError with a line
 * for everything that is wrong; none holds a secret.
 */
export async function loadConfig(input: ConfigInput): Promise<LoadedConfig> {
  const problems = noProblems();
  const file = await findFile(input);
  const said = file === null ? NOTHING : await readConfig(file, input.env, problems);
  warnOfUnknown(input.env, new Set(file === null ? [] : references(file.text)), problems);

  const found: Found<Settings> = { ...said.settings, ...environmentSettings(input.env, problems), ...commandLine(input.cli, problems) };
  const usual = { directory: input.cwd, implied: false };
  const { routers, directory, implied } = chooseRouters(
    input,
    said,
    file === null ? usual : { ...usual, directory: file.directory },
    problems,
  );
  if (found.timezone === undefined) warnOfSystemZone(input.env, input.systemTimezone, problems);
  checkNames(routers, problems);
  checkBoxes(routers, problems);

  const lineRate = found.lineRate?.value ?? 1e10;
  const billingDay = found.billingDay?.value ?? 1;
  const access = await sharedAccess(environmentAccess(input.env, problems), filesIn(input.cwd, input.readFile), problems);
  const files = filesIn(directory, input.readFile);
  const resolved = await Promise.all(routers.map((router) => resolveRouter(router, { access, lineRate, billingDay }, files, problems)));
  throwProblems(problems);

  const config: Config = {
    listen: found.listen?.value ?? { host: '0.0.0.0', port: 9780 },
    data: found.data?.value ?? './data',
    timezone: found.timezone?.value ?? input.systemTimezone,
    billing: { day: billingDay },
    accounting: found.accounting?.value ?? 'auto',
    heartbeat: found.heartbeat?.value ?? 300,
    minInterval: found.minInterval?.value ?? 0,
    lineRate,
    retention: { hours: found.retentionHours?.value ?? 62 * DAY },
    expire: found.expire?.value ?? 30 * DAY,
    reload: found.reload?.value ?? false,
    log: { level: found.logLevel?.value ?? 'info' },
    routers: resolved,
    devices: said.devices,
    file: file?.name ?? null,
    implied,
  };
  return { config, warnings: problems.warnings };
}

const DAY = 86_400;
const NOTHING: FileConfig = { settings: {}, routers: null, whenEmpty: '', devices: [] };

interface ConfigFile {
  /** As it was named. */
  name: string;
  directory: string;
  text: string;
}

async function findFile({ cli, env, cwd, readFile }: ConfigInput): Promise<ConfigFile | null> {
  const named = cli.config === undefined ? variable(env, 'WRTMETER_CONFIG') : { value: cli.config, place: '--config' };
  for (const name of named === undefined ? USUAL_FILES : [named.value]) {
    const path = resolve(cwd, name);
    const text = await readText(readFile, path, MAX_FILE);
    if (typeof text === 'string') return { name, directory: dirname(path), text };
    if (named !== undefined) throw new ConfigError(`${named.place}: cannot read "${name}": ${text.problem}`);
    if (!text.missing) throw new ConfigError(`${name}: cannot read this file: ${text.problem}`);
  }
  return null;
}

// The YAML library is only loaded where there is a file: it takes some megabytes.
async function readConfig(file: ConfigFile, env: Environment, problems: Problems): Promise<FileConfig> {
  const { readConfigText } = await import('./file.ts');
  return readConfigText(file.text, file.name, env, problems);
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
  routers: RouterEntry[];
  /** What the names of their files are relative to. */
  directory: string;
  implied: boolean;
}

/** The routers of the first that names any: command line, environment, file; else the usual one. */
function chooseRouters(input: ConfigInput, said: FileConfig, file: { directory: string }, problems: Problems): ChosenRouters {
  const listed = variable(input.env, 'WRTMETER_ROUTERS');
  const given = [
    { urls: input.cli.routers ?? [], place: 'command line' },
    { urls: splitUrls(listed?.value ?? ''), place: 'WRTMETER_ROUTERS' },
  ].find(({ urls }) => urls.length > 0);
  if (given !== undefined) {
    if (given.urls.length > MAX_ROUTERS)
      fail(problems, given.place, `more than ${MAX_ROUTERS} routers; run a second wrtmeter for the others`);
    if (said.routers !== null && said.routers.length > 0)
      warn(problems, given.place, 'names the routers, so those of the file are not read');
    return { routers: routersOfUrls(given.urls.slice(0, MAX_ROUTERS), given.place, problems), directory: input.cwd, implied: false };
  }
  if (said.routers !== null) {
    if (said.routers.length === 0 && problems.errors.length === 0) problems.errors.push(said.whenEmpty);
    return { routers: said.routers, directory: file.directory, implied: false };
  }
  return { routers: routersOfUrls([USUAL_ROUTER], 'default', problems), directory: input.cwd, implied: true };
}
