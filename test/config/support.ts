import { readFile } from '../../src/app/read-file.ts';
import type { Config } from '../../src/config/config.ts';
import type { ConfigInput } from '../../src/config/input.ts';
import { type LoadedConfig, loadConfig } from '../../src/config/load.ts';
import { ConfigError } from '../../src/errors.ts';

export const FIXTURES = new URL('../fixtures/config', import.meta.url).pathname;

/** Loads from a directory without a configuration file, by default. */
export function load(input: Partial<ConfigInput> = {}): Promise<LoadedConfig> {
  return loadConfig({ cli: {}, env: {}, cwd: `${FIXTURES}/secrets`, readFile, systemTimezone: 'Asia/Tokyo', ...input });
}

export async function configOf(input: Partial<ConfigInput> = {}): Promise<Config> {
  return (await load(input)).config;
}

/** The lines of the ConfigError that loading ends in. */
export async function errorsOf(input: Partial<ConfigInput>): Promise<readonly string[]> {
  try {
    await load(input);
  } catch (error) {
    if (error instanceof ConfigError) return error.errors;
    throw error;
  }
  throw new Error('the configuration was accepted');
}

/** A reader of files that exist only here, by their absolute paths. */
export function filesOf(files: Readonly<Record<string, string>>): ConfigInput['readFile'] {
  return async (path) => {
    const text = files[path];
    if (text === undefined) throw Object.assign(new Error('no such file'), { code: 'ENOENT' });
    return Buffer.from(text);
  };
}

/** The input with this wrtmeter.yaml in the working directory. */
export function withText(text: string, input: Partial<ConfigInput> = {}): Partial<ConfigInput> {
  return { cwd: '/etc/wrtmeter', readFile: filesOf({ '/etc/wrtmeter/wrtmeter.yaml': text }), ...input };
}
