import type { Command } from 'commander';

/**
 * What is wrong with the words after `soma` as they are written in a document; undefined when they can be given so.
 * Words in capitals and dots stand for something.
 */
export function problemWith(words: readonly string[], program: Command): string | undefined {
  let command = program;
  const rest = [...words];
  while (command.commands.length > 0) {
    const word = rest.shift();
    if (word === undefined) return undefined;
    if (word === '--help' || word === '…') return undefined;
    const next = command.commands.find((candidate) => candidate.name() === word);
    if (!next) return `${command.name()} has no command ${word}`;
    command = next;
  }
  const flags = rest.filter((word) => word.startsWith('--') && word !== '--help');
  const unknown = flags.find((flag) => !command.options.some(({ long }) => long === flag));
  if (unknown !== undefined) return `${command.name()} has no option ${unknown}`;
  const [first] = rest;
  const choices = command.registeredArguments[0]?.argChoices;
  if (choices && first !== undefined && /^[a-z]+$/.test(first) && !choices.includes(first)) {
    return `${command.name()} takes ${choices.join(' or ')}, not ${first}`;
  }
  return undefined;
}
