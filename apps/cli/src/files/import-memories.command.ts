import type { Command } from 'commander';
import { memoryCommand, onMemories } from '../session/memory-command.js';

interface ImportFlags {
  readonly path: string;
  readonly replace?: boolean;
}

/** `soma import-memories`: stores the payloads of a file. */
export function importMemoriesCommand(): Command {
  return memoryCommand('import-memories', 'store the memories of a file that export-memories wrote', [
    'soma import-memories --path memories.jsonl --replace',
  ])
    .requiredOption('--path <file>', 'the file')
    .option('--replace', 'delete what is at a coordinate first, with its links')
    .action(
      onMemories<ImportFlags>(async ({ client, output }, { path, replace = false }) => {
        const { MemoryLines } = await import('./memory-lines.js');
        const { keepEach } = await import('./keeping.js');
        const { removeEach } = await import('../answers/remove-each.js');
        const { CommandError, EXIT } = await import('../ending/exit-codes.js');
        const { ProgressBar } = await import('../terminal/progress-bar.js');
        const { stat } = await import('node:fs/promises');
        const bar = new ProgressBar();
        await bar.start('importing', (await stat(path)).size);
        const lines = new MemoryLines(path);
        const { stored, problems } = await keepEach(client, lines.items(), async (portion) => {
          if (replace)
            await removeEach(
              client,
              portion.map(({ memory }) => memory['coordinate'] ?? null),
            );
          bar.done(lines.bytes);
        }).finally(() => bar.stop());
        if (lines.skipped > 0) output.note(`skipped ${lines.skipped} lines that hold no memory`);
        await output.text(`{"imported": ${stored}}`);
        if (problems.length > 0) throw new CommandError(EXIT.failed, problems.join('\n'));
      }),
    );
}
