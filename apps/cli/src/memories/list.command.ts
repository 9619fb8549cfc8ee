import { Option, type Command } from 'commander';
import { positiveInteger } from '../terminal/positive-integer.js';
import { memoryCommand, onMemories } from '../session/memory-command.js';

interface ListFlags {
  readonly limit: number;
  readonly type?: string;
  readonly filter?: string;
  readonly asKnownAt?: string;
}

const HEADINGS = ['COORDINATE', 'TYPE', 'VERSION', 'UPDATED AT', 'SAYS'];

/** `soma list`: lists memories in the order of their creation. */
export function listCommand(): Command {
  return memoryCommand('list', 'list memories in the order of their creation', [
    'soma list --limit 20',
    `soma list --type semantic --filter '{"room": "kitchen"}' --json`,
  ])
    .option('--limit <n>', 'how many at most', positiveInteger, 50)
    .addOption(new Option('--type <type>', 'only of this kind').choices(['episodic', 'semantic']))
    .option('--filter <json>', 'only those whose payload has these values')
    .option('--as-known-at <time>', 'as it was then, ISO 8601 with zone')
    .action(
      onMemories<ListFlags>(async ({ client, output, isJson }, { limit, type, filter, asKnownAt }) => {
        const { paged } = await import('../answers/pages.js');
        const { coordinateText, excerptOf, objectOption } = await import('../answers/fields.js');
        if (filter !== undefined) objectOption('--filter', filter);
        const query = { type, filter, as_known_at: asKnownAt };
        const found = paged(client, { operation: 'list', query, list: 'memories', enough: limit });
        if (isJson) {
          for await (const memory of found) await output.line(memory);
          return;
        }
        const rows: unknown[][] = [];
        for await (const { coordinate, type: kind, version, updated_at: updatedAt, payload } of found) {
          rows.push([coordinateText(coordinate), kind, version, updatedAt, excerptOf(payload)]);
        }
        await output.table(HEADINGS, rows);
      }),
    );
}
