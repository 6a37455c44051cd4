import { allOf, type CommandEntry, nameOf, type OptionEntry } from './tree.ts';
import { quotedForFish } from './words.ts';

/** The completion for fish 3 and later. */
export function fishCompletion(program: CommandEntry): string {
  const entries = allOf(program);
  const paths = entries.slice(1).map(({ path }) => quotedForFish(path.join(' ')));
  return `# fish completion for wrtmeter; written by "wrtmeter completion fish".
function __wrtmeter_at
    set -l path
    for word in (commandline -opc)[2..]
        if contains -- (string join ' ' -- $path $word) ${paths.join(' ')}
            set -a path $word
        end
    end
    test "$path" = "$argv"
end
complete -c wrtmeter -f
${entries.flatMap(linesOf).join('\n')}
`;
}

function linesOf({ path, commands, options, takesFiles }: CommandEntry): string[] {
  const line = (rest: string) => `complete -c wrtmeter -n ${quotedForFish(['__wrtmeter_at', ...path].join(' '))} ${rest}`;
  return [
    ...commands.map((command) => line(`-a ${nameOf(command)} -d ${quotedForFish(command.description)}`)),
    ...(takesFiles ? [line('-F')] : []),
    ...options.map((option) => line(optionText(option))),
  ];
}

function optionText({ names, description, value }: OptionEntry): string {
  const named = names.map((name) => (name.startsWith('--') ? `-l ${name.slice(2)}` : `-s ${name.slice(1)}`));
  return [...named, valueText(value), `-d ${quotedForFish(description)}`].filter((part) => part !== '').join(' ');
}

function valueText(value: OptionEntry['value']): string {
  switch (value.kind) {
    case 'none':
      return '';
    case 'text':
      return '-x';
    case 'file':
      return '-r -F';
    case 'directory':
      return "-x -a '(__fish_complete_directories)'";
    case 'word':
      return `-x -a ${quotedForFish(value.words.join(' '))}`;
    default:
      return value satisfies never;
  }
}
