import { type Command, Option } from 'commander';
import type { CliOptions } from '../../config/input.ts';
import { type SettingName, settings } from '../../config/settings.ts';
import type { ProcessIo } from './command-io.ts';

/** Runs a command and sets the exit code of the process to its result. */
export type Start = (command: (io: ProcessIo) => Promise<number>) => Promise<void>;

/** What the file of a command or of a family of commands exports. */
export interface CommandModule {
  register: (program: Command, start: Start) => void;
}

/** Adds the options of the configuration to a command: the file, and the settings that have an effect there (default: all). */
export function withSettings(command: Command, names: readonly SettingName[] = Object.keys(settings) as SettingName[]): Command {
  command.option('-c, --config <file>', 'wrtmeter.yaml or a classic routers.json');
  for (const name of names) {
    const { option, help, words } = settings[name];
    if (option !== null) command.addOption(words === null ? new Option(option, help) : wordOption(option, help, words));
  }
  return command;
}

/** What a command that reads the ledger shows it with. */
export const LEDGER_SETTINGS = ['data', 'timezone', 'billingDay'] as const satisfies readonly SettingName[];

/** An option whose value is one of some words: shown in the help and completed; the command refuses others. */
export function wordOption(flags: string, description: string, words: readonly string[], usual?: string): Option {
  const option = new Option(flags, description).default(usual);
  option.argChoices = [...words];
  return option;
}

/** Routers on the command line replace those of the configuration. */
export const withRouters = <Options extends CliOptions>(routers: readonly string[], options: Options): Options =>
  routers.length === 0 ? options : { ...options, routers };
