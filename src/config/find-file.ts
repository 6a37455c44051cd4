import { dirname, resolve } from 'node:path';
import { ConfigError, quote } from '../errors.ts';
import { readText } from '../fields/files.ts';
import { variable } from './environment.ts';
import type { ConfigInput } from './input.ts';

/** A configuration file that was found. */
export interface ConfigFile {
  /** As given. */
  name: string;
  directory: string;
  text: string;
}

/** The files to look for, in this order, if none is given. */
const USUAL_FILES = ['wrtmeter.yaml', 'wrtmeter.yml', 'routers.json', '/etc/wrtmeter/wrtmeter.yaml'] as const;

const MOST_BYTES = 1024 * 1024;

/**
 * Reads the configuration file: the one given, else the first usual one that exists, else null. One that is in use, and gone or empty by now,
 * is an error: without it, everything it says would be lost, such as that reading requires a token.
 */
export async function findFile({ cli, env, cwd, readFile, inUse }: ConfigInput): Promise<ConfigFile | null> {
  const named = cli.config === undefined ? variable(env, 'WRTMETER_CONFIG') : { value: cli.config, place: '--config' };
  for (const name of named === undefined ? USUAL_FILES : [named.value]) {
    const path = resolve(cwd, name);
    const text = await readText(readFile, path, MOST_BYTES);
    if (typeof text === 'string') {
      if (name === inUse && isBlank(text))
        throw new ConfigError(`${name}: this file is empty now (a pipe can be read once); write it again, or restart wrtmeter`);
      return { name, directory: dirname(path), text };
    }
    if (named !== undefined) throw new ConfigError(`${named.place}: cannot read ${quote(name, 200)}: ${text.problem}`);
    if (!text.missing) throw new ConfigError(`${name}: cannot read this file: ${text.problem}`);
    if (name === inUse) throw new ConfigError(`${name}: this file is gone; put it back, or restart wrtmeter to run without it`);
  }
  return null;
}

/** Whether a file says nothing. */
export const isBlank = (text: string): boolean => text.trim() === '';
