import { Option, type Command } from 'commander';
import { memoryCommand, onMemories } from '../session/memory-command.js';

interface RangeFlags {
  readonly min: string;
  readonly max: string;
  readonly type?: string;
}

/** `soma range`: lists the coordinates inside a box. */
export function rangeCommand(): Command {
  return memoryCommand('range', 'list the coordinates of memories inside a box, both corners included', [
    'soma range --min 0,0,0 --max 9,9,9',
  ])
    .requiredOption('--min <numbers>', 'its lower corner')
    .requiredOption('--max <numbers>', 'its upper corner')
    .addOption(new Option('--type <type>', 'only of this kind').choices(['episodic', 'semantic']))
    .action(
      onMemories<RangeFlags>(async ({ client, output, isJson }, { min, max, type }) => {
        const { pages } = await import('../answers/pages.js');
        const { coordinateLists } = await import('../answers/fields.js');
        const found = [];
        for await (const page of pages(client, { operation: 'range', query: { min, max, type }, list: 'coords' })) {
          found.push(...page);
        }
        await (isJson ? output.line({ coords: found }) : output.text(coordinateLists(found)));
      }),
    );
}
