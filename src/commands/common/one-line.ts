import { Command, type ErrorOptions } from 'commander';
import { printable } from './text.ts';

/** A command that reports a wrong command line in one line, which ends with where the right one is described. */
export class OneLineCommand extends Command {
  override createCommand(name?: string): OneLineCommand {
    return new OneLineCommand(name);
  }

  override error(message: string, options?: ErrorOptions): never {
    const words = printable(
      message
        .replace(/^error: /, '')
        .replace(/\n\(Did you mean (.*)\?\)$/, ' (did you mean $1?)')
        .replace(/\. Expected (.*)\.$/, ': expected $1')
        .replace(/'([^']*)'/g, '"$1"'),
    );
    return super.error(`wrtmeter: ${words}; see "${pathOf(this)} --help"`, options);
  }
}

/** The words that call a command, such as `wrtmeter token create`. */
const pathOf = (command: Command): string => (command.parent === null ? command.name() : `${pathOf(command.parent)} ${command.name()}`);
