import { Command } from 'commander';
import { addConnectionFlags, flagsOf, type ConnectionFlags } from '../connection/flags.js';
import type { Session } from './session.js';

/** What a command does on memories, with its flags and the words after its name. */
export type Work<Flags extends object> = (session: Session, flags: Flags, words: readonly string[]) => Promise<void>;

/** A command on memories, with the flags that all have. */
export function memoryCommand(name: string, description: string, examples: readonly string[] = []): Command {
  const command = new Command(name).description(description).option('--json', 'print everything that was answered');
  addConnectionFlags(command);
  if (examples.length > 0) {
    command.addHelpText('after', `\nExamples:\n${examples.map((example) => `  $ ${example}`).join('\n')}`);
  }
  return command;
}

/** The action of such a command. What opens memories loads slowly, so help and usage errors do not load it. */
export function onMemories<Flags extends object>(work: Work<Flags>) {
  return async (...given: unknown[]): Promise<void> => {
    const command = given.at(-1);
    if (!(command instanceof Command)) throw new TypeError('commander gives the command last');
    const { withSession } = await import('./with-session.js');
    const flags = flagsOf<Flags & ConnectionFlags>(command);
    await withSession(flags, (session) => work(session, flags, command.args));
  };
}
