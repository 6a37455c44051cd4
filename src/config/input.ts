import type { ReadFile } from '../fields/files.ts';
import type { SettingName } from './settings.ts';
import type { Environment } from './yaml/interpolate.ts';

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
