import type { Command } from 'commander';

/** What can follow the words of a command, by these words: `dlq list` → its flags. */
type Words = ReadonlyMap<string, readonly string[]>;

/** A script that knows every command and flag, so that completing starts no program. */
export function completionScript(shell: 'bash' | 'zsh' | 'fish', program: Command): string {
  const words = wordsOf(program);
  if (shell === 'fish') return fishScript(program);
  return shell === 'bash'
    ? bashScript(words)
    : `#compdef soma\nautoload -U +X bashcompinit && bashcompinit\n${bashScript(words)}`;
}

function bashScript(words: Words): string {
  const cases = [...words].map(([path, next]) => `    '${path}') next='${next.join(' ')}' ;;`);
  return `_soma() {
  local current="\${COMP_WORDS[COMP_CWORD]}" place='' next='' word
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case " ${[...words.keys()]
      .filter((path) => path !== '')
      .map((path) => path.replaceAll(' ', '/'))
      .join(' ')} " in
      *" \${place:+$place/}$word "*) place="\${place:+$place/}$word" ;;
    esac
  done
  case "\${place//\\// }" in
${cases.join('\n')}
  esac
  COMPREPLY=($(compgen -W "$next" -- "$current"))
  [ \${#COMPREPLY[@]} -gt 0 ] || COMPREPLY=($(compgen -f -- "$current"))
}
complete -F _soma soma`;
}

function fishScript(program: Command): string {
  const lines = program.commands.flatMap((command) => [
    `complete -c soma -n __fish_use_subcommand -f -a ${command.name()} -d ${quoted(command.description())}`,
    ...command.commands.map(
      (each) =>
        `complete -c soma -n '__fish_seen_subcommand_from ${command.name()}' -f -a ${each.name()} -d ${quoted(each.description())}`,
    ),
    ...flagLines(command, command.name()),
    ...command.commands.flatMap((each) => flagLines(each, each.name(), command.name())),
  ]);
  return lines.join('\n');
}

function flagLines(command: Command, ...seen: readonly string[]): string[] {
  const condition = seen.map((name) => `__fish_seen_subcommand_from ${name}`).join('; and ');
  return command.options.flatMap(({ long, description, hidden }) =>
    long && !hidden ? [`complete -c soma -n '${condition}' -l ${long.slice(2)} -d ${quoted(description)}`] : [],
  );
}

function wordsOf(program: Command): Words {
  const words = new Map<string, readonly string[]>();
  const visit = (command: Command, path: string) => {
    const flags = command.options.flatMap(({ long, hidden }) => (long && !hidden ? [long] : []));
    const choices = command.registeredArguments.flatMap(({ argChoices = [] }) => argChoices);
    words.set(path, [...command.commands.map((each) => each.name()), ...choices, ...flags, '--help']);
    for (const each of command.commands) visit(each, path === '' ? each.name() : `${path} ${each.name()}`);
  };
  visit(program, '');
  return words;
}

function quoted(text: string): string {
  return `'${text.replaceAll(/['\\]/g, String.raw`\$&`)}'`;
}
