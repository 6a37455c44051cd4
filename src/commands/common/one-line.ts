import { Command, type ErrorOptions, type HelpContext } from 'commander';
import { printable } from './text.ts';

/** A command that reports a wrong command line in one line, which ends with where the right one is described. */
export class OneLineCommand extends Command {
  override createCommand(name?: string): OneLineCommand {
    return new OneLineCommand(name);
  }

  /** A family of commands without one of them is a wrong command line; the whole help is only for who asks. */
  override help(context?: HelpContext | ((text: string) => string)): never {
    if (typeof context === 'function') return super.help(context);
    if (context?.error === true) this.error(`missing command: use one of ${this.commands.map((command) => command.name()).join(', ')}`);
    return super.help(context);
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
