import { type Command, Option } from 'commander';
import type { CliOptions } from '../../config/input.ts';
import { settings } from '../../config/settings.ts';
import type { ProcessIo } from './command-io.ts';

/** Runs a command and sets the exit code of the process to its result. */
export type Start = (command: (io: ProcessIo) => Promise<number>) => Promise<void>;

/** What the file of a command or of a family of commands exports. */
export interface CommandModule {
  register: (program: Command, start: Start) => void;
}

/** Adds the options of the configuration to a command. */
export function withSettings(command: Command): Command {
  command.option('-c, --config <file>', 'wrtmeter.yaml or a classic routers.json');
  for (const { option, help } of Object.values(settings)) if (option !== null) command.addOption(new Option(option, help));
  return command;
}

/** Routers on the command line replace those of the configuration. */
export const withRouters = <Options extends CliOptions>(routers: readonly string[], options: Options): Options =>
  routers.length === 0 ? options : { ...options, routers };
