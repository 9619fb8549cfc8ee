import type { Command } from 'commander';
import { positiveInteger } from '../terminal/positive-integer.js';
import { memoryCommand, onMemories } from '../session/memory-command.js';

interface HistoryFlags {
  readonly limit: number;
}

const HEADINGS = ['VERSION', 'KIND', 'AT', 'TYPE', 'SAYS'];

/** `soma history`: lists what one memory was. */
export function historyCommand(): Command {
  return memoryCommand('history', 'list the versions of one memory, newest first', ['soma history 1,2,3'])
    .argument('<coord>', 'where, such as 1,2,3')
    .option('--limit <n>', 'how many at most', positiveInteger, 20)
    .action(
      onMemories<HistoryFlags>(async ({ client, output, isJson }, { limit }, [coord = '']) => {
        const { paged } = await import('../answers/pages.js');
        const { excerptOf } = await import('../answers/fields.js');
        const found = paged(client, { operation: 'history', place: coord, query: {}, list: 'versions', enough: limit });
        if (isJson) {
          for await (const version of found) await output.line(version);
          return;
        }
        const rows: unknown[][] = [];
        for await (const { version, kind, at, type, payload, withheld } of found) {
          rows.push([version, kind, at, type, withheld === null ? excerptOf(payload) : `(${String(withheld)})`]);
        }
        await output.table(HEADINGS, rows);
      }),
    );
}
