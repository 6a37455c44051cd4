import type { Argument, Command, Option } from 'commander';

/** A command as the manual and the completions describe it. */
export interface CommandEntry {
  /** Empty for the program itself. */
  path: readonly string[];
  description: string;
  /** What follows the name: `[options] <file>`. */
  usage: string;
  options: readonly OptionEntry[];
  commands: readonly CommandEntry[];
  /** Whether its arguments are files. */
  takesFiles: boolean;
}

export interface OptionEntry {
  /** `-c, --config <file>` */
  flags: string;
  /** `-c` and `--config` */
  names: readonly string[];
  description: string;
  value: Value;
}

/** What follows an option. */
type Value = { kind: 'none' | 'file' | 'directory' | 'text' } | { kind: 'word'; words: readonly string[] };

/** Describes the commands of a program. The default command's options are those of the program too. */
export function treeOf(program: Command): CommandEntry {
  const tree = entryOf(program, []);
  const usual = tree.commands.find(({ path }) => path[0] === 'serve');
  const names = new Set(tree.options.flatMap((option) => option.names));
  return {
    ...tree,
    options: [...tree.options, ...(usual?.options ?? []).filter((option) => !option.names.some((name) => names.has(name)))],
  };
}

function entryOf(command: Command, path: readonly string[]): CommandEntry {
  const help = command.createHelp();
  return {
    path,
    description: command.description(),
    usage: command.usage(),
    options: help.visibleOptions(command).map(optionOf),
    commands: command.commands.map((sub) => entryOf(sub, [...path, sub.name()])),
    takesFiles: command.registeredArguments.some((argument: Argument) => /^files?$/.test(argument.name())),
  };
}

const optionOf = (option: Option): OptionEntry => ({
  flags: option.flags,
  names: [option.short, option.long].flatMap((name) => name ?? []),
  description: option.description,
  value: valueIn(option),
});

function valueIn({ flags, argChoices }: Option): Value {
  if (argChoices !== undefined) return { kind: 'word', words: argChoices };
  const placeholder = /<([^>]+)>/.exec(flags)?.[1];
  if (placeholder === undefined) return { kind: 'none' };
  return { kind: placeholder === 'file' ? 'file' : placeholder === 'dir' ? 'directory' : 'text' };
}

/** A command and all below it. */
export const allOf = (entry: CommandEntry): CommandEntry[] => [entry, ...entry.commands.flatMap(allOf)];

/** The name of the last word. */
export const nameOf = ({ path }: CommandEntry): string => path.at(-1) ?? '';
