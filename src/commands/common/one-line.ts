import { Command, type ErrorOptions, type HelpContext } from 'commander';
import { nearest } from '../../domain/names/nearest.ts';
import { printable } from './text.ts';

/** A command that reports a wrong command line in one line, which ends with where the right one is described. */
export class OneLineCommand extends Command {
  override createCommand(name?: string): OneLineCommand {
    return new OneLineCommand(name);
  }

  /** A family of commands without one of them is a wrong command line; the whole help is only for who asks. */
  override help(context?: HelpContext | ((text: string) => string)): never {
    if (typeof context === 'function') return super.help(context);
    const names = this.commands.map((command) => command.name());
    const [help, unknown] = this.args;
    if (context?.error === true && help === 'help' && unknown !== undefined) this.error(unknownCommand(unknown, names));
    if (context?.error === true) this.error(`missing command: use one of ${names.join(', ')}`);
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

/** As commander says it. */
export function unknownCommand(word: string, names: readonly string[]): string {
  const near = nearest(word, names);
  return `error: unknown command '${word}'${near === null ? '' : `\n(Did you mean ${near}?)`}`;
}

/** The words that call a command, such as `wrtmeter token create`. */
const pathOf = (command: Command): string => (command.parent === null ? command.name() : `${pathOf(command.parent)} ${command.name()}`);
