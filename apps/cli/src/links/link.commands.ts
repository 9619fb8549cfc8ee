import { InvalidArgumentError, type Command } from 'commander';
import { positiveInteger } from '../terminal/positive-integer.js';
import { memoryCommand, onMemories } from '../session/memory-command.js';

interface EndsFlags {
  readonly from: string;
  readonly to: string;
  readonly type?: string;
}

/** `soma link`: links two memories. */
export function linkCommand(): Command {
  return memoryCommand('link', 'link one memory to another', [
    'soma link --from 1,1,1 --to 2,2,2 --type causes --weight 0.5',
  ])
    .requiredOption('--from <numbers>', 'where the link begins; a memory must live there')
    .requiredOption('--to <numbers>', 'where it leads')
    .option('--type <type>', 'what the link means', 'related')
    .option('--weight <number>', 'what it costs to go along it, 0 or more', weight, 1)
    .action(
      onMemories<EndsFlags & { readonly weight: number }>(
        async ({ client, output, isJson }, { from, to, type = 'related', weight: cost }) => {
          const body = { from_coord: from, to_coord: to, type, weight: cost };
          const answer = await client.call('link', { body });
          await (isJson ? output.line(answer) : output.text('OK'));
        },
      ),
    );
}

/** `soma path`: finds the way whose links weigh least. */
export function pathCommand(): Command {
  return memoryCommand('path', 'find the path between two memories whose links weigh least', [
    'soma path --from 1,1,1 --to 3,3,3',
  ])
    .requiredOption('--from <numbers>', 'where it begins')
    .requiredOption('--to <numbers>', 'where it leads')
    .option('--type <type>', 'only along links of this type')
    .action(
      onMemories<EndsFlags>(async ({ client, output, isJson }, { from, to, type }) => {
        const { coordinateLists } = await import('../answers/fields.js');
        const answer = await client.call('path', { query: { frm: from, to, link_type: type } });
        const { path } = answer;
        await (isJson ? output.line(answer) : output.text(coordinateLists(Array.isArray(path) ? path : [])));
      }),
    );
}

/** `soma neighbors`: lists where the links of a memory lead. */
export function neighborsCommand(): Command {
  return memoryCommand('neighbors', 'list the coordinates that the links of a memory lead to', [
    'soma neighbors --coord 1,1,1 --limit 10',
  ])
    .requiredOption('--coord <numbers>', 'whose links')
    .option('--type <type>', 'only links of this type')
    .option('--limit <n>', 'how many at most', positiveInteger)
    .action(
      onMemories<{ readonly coord: string; readonly type?: string; readonly limit?: number }>(
        async ({ client, output, isJson }, { coord, type, limit }) => {
          const { coordinateLists } = await import('../answers/fields.js');
          const answer = await client.call('neighbors', {
            query: { coord, link_type: type, limit: limit?.toString() },
          });
          if (isJson) return output.line(answer);
          const pairs = Array.isArray(answer['neighbors']) ? answer['neighbors'] : [];
          return output.text(coordinateLists(pairs.map((pair) => (Array.isArray(pair) ? (pair[0] ?? null) : null))));
        },
      ),
    );
}

function weight(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value) || value < 0) throw new InvalidArgumentError('must be 0 or more');
  return value;
}
