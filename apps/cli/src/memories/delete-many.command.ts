import type { Command } from 'commander';
import { memoryCommand, onMemories } from '../session/memory-command.js';

interface DeleteFlags {
  readonly coords: string;
}

/** `soma delete-many`: deletes memories. */
export function deleteManyCommand(): Command {
  return memoryCommand('delete-many', 'delete memories; prints how many there were', [
    'soma delete-many --coords "1,1,1;2,2,2"',
  ])
    .requiredOption('--coords <list>', 'where, with semicolons between: "1,1,1;2,2,2"')
    .action(
      onMemories<DeleteFlags>(async ({ client, output }, { coords }) => {
        const { removeEach } = await import('../answers/remove-each.js');
        const places = coords.split(';').flatMap((text) => (text.trim() === '' ? [] : [text.trim()]));
        const deleted = await removeEach(client, new Set(places));
        await output.text(`{"deleted": ${deleted}}`);
      }),
    );
}
