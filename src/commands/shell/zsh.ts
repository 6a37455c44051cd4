import { allOf, type CommandEntry, nameOf, type OptionEntry } from './tree.ts';
import { quoted } from './words.ts';

/** The completion for zsh: a file `_wrtmeter` in the function path, or sourced. */
export function zshCompletion(program: CommandEntry): string {
  const entries = allOf(program);
  const paths = entries.slice(1).map(({ path }) => quoted(pathText(path)));
  return `#compdef wrtmeter
# zsh completion for wrtmeter; written by "wrtmeter completion zsh".
_wrtmeter() {
  local command='' files='' word
  local -a commands options
  for word in "\${(@)words[2,CURRENT-1]}"; do
    case "$command $word" in
      (${paths.join('|')}) command="$command $word" ;;
    esac
  done
  case "$command|\${words[CURRENT-1]}" in
${entries.flatMap(valueCases).join('\n')}
  esac
  case "$command" in
${entries.map(wordCase).join('\n')}
  esac
  if [[ \${words[CURRENT]} == -* ]]; then
    _describe option options
  else
    (( $#commands )) && _describe command commands
    [[ -z $files ]] || _files
  fi
}
if [[ \${funcstack[1]} == _wrtmeter ]]; then
  _wrtmeter "$@"
else
  compdef _wrtmeter wrtmeter
fi
`;
}

const pathText = (path: readonly string[]): string => path.map((word) => ` ${word}`).join('');

function valueCases({ path, options }: CommandEntry): string[] {
  return options.flatMap((option) => {
    const does = completing(option);
    const names = option.names.map((name) => quoted(`${pathText(path)}|${name}`)).join('|');
    return does === null ? [] : [`    (${names}) ${does}; return ;;`];
  });
}

function completing({ value, description }: OptionEntry): string | null {
  switch (value.kind) {
    case 'none':
      return null;
    case 'text':
      return `_message ${quoted(description)}`;
    case 'file':
      return '_files';
    case 'directory':
      return '_files -/';
    case 'word':
      return `compadd -- ${value.words.map(quoted).join(' ')}`;
    default:
      return value satisfies never;
  }
}

function wordCase({ path, commands, options, takesFiles }: CommandEntry): string {
  const described = (word: string, description: string) => quoted(`${word}:${description}`);
  const set = [
    `commands=(${commands.map((command) => described(nameOf(command), command.description)).join(' ')})`,
    `options=(${options.flatMap(({ names, description }) => names.map((name) => described(name, description))).join(' ')})`,
    ...(takesFiles ? ['files=yes'] : []),
  ];
  return `    (${quoted(pathText(path))})\n      ${set.join('\n      ')} ;;`;
}
