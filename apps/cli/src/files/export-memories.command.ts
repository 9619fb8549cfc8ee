import type { Command } from 'commander';
import { memoryCommand, onMemories } from '../session/memory-command.js';

interface FileFlags {
  readonly path: string;
}

/** `soma export-memories`: writes payloads to a file. */
export function exportMemoriesCommand(): Command {
  return memoryCommand(
    'export-memories',
    'write the memories to a file, one payload per line with its coordinate; see export for versions, times and links too',
    ['soma export-memories --path memories.jsonl'],
  )
    .requiredOption('--path <file>', 'the file; replaced where there is one')
    .action(
      onMemories<FileFlags>(async ({ client, output, signal }, { path }) => {
        const { stringifyJson } = await import('@sfm/memory');
        const { paged } = await import('../answers/pages.js');
        const { payloadOf } = await import('../answers/recalled.js');
        const { OutputFile } = await import('./output-file.js');
        const file = new OutputFile(path, 'w');
        let exported = 0;
        for await (const memory of paged(client, { operation: 'list', query: {}, list: 'memories' })) {
          signal.throwIfAborted();
          await file.write(`${stringifyJson(payloadOf(memory))}\n`);
          exported += 1;
        }
        await file.close();
        await output.text(`{"exported": ${exported}}`);
      }),
    );
}
