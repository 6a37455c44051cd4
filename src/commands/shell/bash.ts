import { allOf, type CommandEntry, nameOf, type OptionEntry } from './tree.ts';
import { quoted } from './words.ts';

/** The completion for bash 4 and later. */
export function bashCompletion(program: CommandEntry): string {
  const entries = allOf(program);
  const paths = entries.slice(1).map(({ path }) => quoted(pathText(path)));
  return `# bash completion for wrtmeter; written by "wrtmeter completion bash".
_wrtmeter() {
  local current=\${COMP_WORDS[COMP_CWORD]} command='' commands='' options='' files='' word
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case "$command $word" in
      ${paths.join('|')}) command="$command $word" ;;
    esac
  done
  COMPREPLY=()
  case "$command|\${COMP_WORDS[COMP_CWORD-1]}" in
${entries.flatMap(valueCases).join('\n')}
  esac
  case "$command" in
${entries.map(wordCase).join('\n')}
  esac
  if [[ $current == -* ]]; then
    mapfile -t COMPREPLY < <(compgen -W "$options" -- "$current")
  else
    mapfile -t COMPREPLY < <(compgen -W "$commands" -- "$current"; [[ -z $files ]] || compgen -f -- "$current")
    [[ -z $files ]] || compopt -o filenames 2>/dev/null
  fi
}
complete -F _wrtmeter wrtmeter
`;
}

/** As the function builds it: a space before each word. */
const pathText = (path: readonly string[]): string => path.map((word) => ` ${word}`).join('');

function valueCases({ path, options }: CommandEntry): string[] {
  return options.flatMap((option) => {
    const does = completing(option);
    const names = option.names.map((name) => quoted(`${pathText(path)}|${name}`)).join('|');
    return does === null ? [] : [`    ${names})\n      ${does}\n      return ;;`];
  });
}

function completing({ value }: OptionEntry): string | null {
  switch (value.kind) {
    case 'none':
      return null;
    case 'text':
      return 'true';
    case 'file':
      return 'mapfile -t COMPREPLY < <(compgen -f -- "$current"); compopt -o filenames 2>/dev/null';
    case 'directory':
      return 'mapfile -t COMPREPLY < <(compgen -d -- "$current"); compopt -o filenames 2>/dev/null';
    case 'word':
      return `mapfile -t COMPREPLY < <(compgen -W ${quoted(value.words.join(' '))} -- "$current")`;
    default:
      return value satisfies never;
  }
}

function wordCase({ path, commands, options, takesFiles }: CommandEntry): string {
  const set = [
    `commands=${quoted(commands.map(nameOf).join(' '))}`,
    `options=${quoted(options.flatMap(({ names }) => names).join(' '))}`,
    ...(takesFiles ? ['files=yes'] : []),
  ];
  return `    ${quoted(pathText(path))}) ${set.join(' ')} ;;`;
}
