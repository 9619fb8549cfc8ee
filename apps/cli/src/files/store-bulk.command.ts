import type { Command } from 'commander';
import { memoryCommand, onMemories } from '../session/memory-command.js';

interface BulkFlags {
  readonly file: string;
}

/** `soma store-bulk`: stores what a file lists. */
export function storeBulkCommand(): Command {
  return memoryCommand('store-bulk', 'store the memories of a JSON array of {coord, payload, type}', [
    'soma store-bulk --file memories.json',
  ])
    .requiredOption('--file <path>', 'the file')
    .action(
      onMemories<BulkFlags>(async ({ client, output }, { file }) => {
        const { bulkItems } = await import('./bulk-file.js');
        const { keepEach } = await import('./keeping.js');
        const { CommandError, EXIT } = await import('../ending/exit-codes.js');
        const { ProgressBar } = await import('../terminal/progress-bar.js');
        const items = await bulkItems(file);
        const bar = new ProgressBar();
        await bar.start('storing', items.length);
        let sent = 0;
        const { stored, problems } = await keepEach(client, each(items), (portion) => {
          bar.done((sent += portion.length));
        }).finally(() => bar.stop());
        await output.text(`{"stored": ${stored}}`);
        if (problems.length > 0) throw new CommandError(EXIT.failed, problems.join('\n'));
      }),
    );
}

async function* each<Item>(items: readonly Item[]): AsyncGenerator<Item> {
  yield* items;
}
