import type { ReadFile } from '../fields/files.ts';
import type { SettingName } from './settings.ts';
import type { Environment } from './yaml/interpolate.ts';

/** The command line: settings as typed, under the names that commander gives them. */
export type CliOptions = { config?: string; routers?: readonly string[] } & { [N in SettingName]?: string };

/** Everything that a configuration is loaded from. */
export interface ConfigInput {
  cli: CliOptions;
  env: Environment;
  /** Absolute. */
  cwd: string;
  readFile: ReadFile;
  /** As Node resolves it: an IANA name, or something else where the system or TZ names none. */
  systemTimezone: string | undefined;
  /** The file that a running service has read before, unless it was empty. */
  inUse?: string | undefined;
}
