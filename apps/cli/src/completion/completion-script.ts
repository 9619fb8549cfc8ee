import type { Command, Option } from 'commander';

/** What can follow the words of a command. */
interface Place {
  /** The words, `dlq/list`; empty for the program itself. */
  readonly path: string;
  readonly commands: readonly Command[];
  /** Words that an argument may be. */
  readonly choices: readonly string[];
  readonly flags: readonly Option[];
}

/** A script that knows every command and flag, so that completing starts no program. */
export function completionScript(shell: 'bash' | 'zsh' | 'fish', program: Command): string {
  const places = placesOf(program, '');
  if (shell === 'fish') return fishScript(places);
  return shell === 'bash' ? bashScript(places) : zshScript(places);
}

function bashScript(places: readonly Place[]): string {
  return `_soma() {
  local current="\${COMP_WORDS[COMP_CWORD]}" place='' next='' word
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
${placeCase(places)}
  done
${nextCase(places)}
  COMPREPLY=($(compgen -W "$next" -- "$current"))
  [ \${#COMPREPLY[@]} -gt 0 ] || COMPREPLY=($(compgen -f -- "$current"))
}
complete -F _soma soma`;
}

/** Serves as a file of `fpath`, which is run as the function itself, and to be sourced. */
function zshScript(places: readonly Place[]): string {
  return `#compdef soma
_soma() {
  local place='' next='' word
  for word in "\${(@)words[2,CURRENT-1]}"; do
${placeCase(places)}
  done
${nextCase(places)}
  compadd -- \${=next} || _files
}
if [[ "\${funcstack[1]}" == _soma ]]; then
  _soma "$@"
else
  (( \${+functions[compdef]} )) || { autoload -U compinit && compinit -i; }
  compdef _soma soma
fi`;
}

/** Goes one command further when the word is one. */
function placeCase(places: readonly Place[]): string {
  const paths = places.map(({ path }) => path).filter((path) => path !== '');
  return `    case " ${paths.join(' ')} " in
      *" \${place:+$place/}$word "*) place="\${place:+$place/}$word" ;;
    esac`;
}

function nextCase(places: readonly Place[]): string {
  const cases = places.map(({ path, commands, choices, flags }) => {
    const next = [...commands.map((each) => each.name()), ...choices, ...flags.map(({ long }) => long), '--help'];
    return `    '${path}') next='${next.join(' ')}' ;;`;
  });
  return `  case "$place" in
${cases.join('\n')}
  esac`;
}

function fishScript(places: readonly Place[]): string {
  const paths = places.map(({ path }) => path).filter((path) => path !== '');
  const lines = places.flatMap(({ path, commands, choices, flags }) => {
    const here = `complete -c soma -n '__soma_at "${path}"'`;
    return [
      ...commands.map((each) => `${here} -f -a ${each.name()} -d ${quoted(each.description())}`),
      ...choices.map((choice) => `${here} -f -a ${choice}`),
      ...flags.map(({ long = '', description, required }) => {
        const value = required ? ' -r' : '';
        return `${here} -l ${long.slice(2)}${value} -d ${quoted(description)}`;
      }),
    ];
  });
  return `function __soma_at
  set -l place ''
  for word in (commandline -opc)[2..-1]
    set -l further (string trim -l -c / -- "$place/$word")
    if contains -- $further ${paths.join(' ')}
      set place $further
    end
  end
  test "$place" = "$argv[1]"
end
${lines.join('\n')}
complete -c soma -l help -d 'show help'`;
}

function placesOf(command: Command, path: string): readonly Place[] {
  const flags = command.options.filter(({ long, hidden }) => long && !hidden);
  const choices = command.registeredArguments.flatMap(({ argChoices = [] }) => argChoices);
  return [
    { path, commands: command.commands, choices, flags },
    ...command.commands.flatMap((each) => placesOf(each, path === '' ? each.name() : `${path}/${each.name()}`)),
  ];
}

function quoted(text: string): string {
  return `'${text.replaceAll(/['\\]/g, String.raw`\$&`)}'`;
}
