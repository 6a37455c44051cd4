import { describeConfig } from '../config/describe.ts';
import type { CliOptions, ConfigInput } from '../config/input.ts';
import { loadConfig } from '../config/load.ts';
import { ConfigError } from '../errors.ts';

/** What a command has of the world. */
export interface CheckIo extends Omit<ConfigInput, 'cli'> {
  stdout: { write: (text: string) => unknown };
  stderr: { write: (text: string) => unknown };
}

/** `wrtmeter check`: prints what the configuration comes to, or a line for each error. Returns the exit code, 0 or 2. */
export async function check(options: CliOptions, io: CheckIo): Promise<number> {
  try {
    const { config, warnings } = await loadConfig({ ...io, cli: options });
    for (const warning of warnings) io.stderr.write(`warning: ${warning}\n`);
    io.stdout.write(`${describeConfig(config)}\n\nconfiguration is valid\n`);
    return 0;
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    for (const line of error.errors) io.stderr.write(`${line}\n`);
    return 2;
  }
}
