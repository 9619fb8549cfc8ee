import { CommandError, EXIT } from '../ending/exit-codes.js';
import { processTerminal } from '../terminal/terminal.js';

/** Asks whether to do what cannot be undone. @throws CommandError where nobody can be asked */
export async function assured(question: string): Promise<boolean> {
  if (!processTerminal.isInteractive) throw new CommandError(EXIT.usage, 'this needs --yes where nobody can be asked');
  return processTerminal.confirm(question);
}
