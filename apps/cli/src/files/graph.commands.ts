import type { Command } from 'commander';
import { memoryCommand, onMemories } from '../session/memory-command.js';

interface FileFlags {
  readonly path: string;
}

/** `soma export-graph`: writes links to a file. */
export function exportGraphCommand(): Command {
  return memoryCommand('export-graph', 'write the links between memories to a file, as GraphML', [
    'soma export-graph --path links.graphml',
  ])
    .requiredOption('--path <file>', 'the file; replaced where there is one')
    .action(
      onMemories<FileFlags>(async ({ client, output, signal }, { path }) => {
        const { writeGraph } = await import('./graph-file.js');
        await output.text(`{"exported": ${await writeGraph(client, path, signal)}}`);
      }),
    );
}

/** `soma import-graph`: links memories as a file says. */
export function importGraphCommand(): Command {
  return memoryCommand('import-graph', 'link memories as a GraphML file says, that of the earlier service too', [
    'soma import-graph --path links.graphml',
  ])
    .requiredOption('--path <file>', 'the file')
    .action(
      onMemories<FileFlags>(async ({ client, output, isJson }, { path }) => {
        const { open } = await import('node:fs/promises');
        const { numberIn, objectIn } = await import('../answers/fields.js');
        const input = (await open(path)).createReadStream();
        const report = await client.import(input, {
          format: 'earlier-graphml',
          onConflict: 'replace',
          fromLine: 1,
          verifies: false,
        });
        if (isJson) return output.line(report);
        const { imported, replaced, unchanged, skipped } = objectIn(report['links']);
        if (numberIn(skipped) > 0) output.note(`skipped ${numberIn(skipped)} links`);
        return output.text(`{"imported": ${numberIn(imported) + numberIn(replaced) + numberIn(unchanged)}}`);
      }),
    );
}
