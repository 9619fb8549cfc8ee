import type { Command } from 'commander';
import { memoryCommand, onMemories } from '../session/memory-command.js';

interface GetFlags {
  readonly asKnownAt?: string;
}

/** `soma get`: reads one memory. */
export function getCommand(): Command {
  return memoryCommand('get', 'read one memory', [
    'soma get 1,2,3',
    'soma get 1,2,3 --as-known-at 2026-01-31T12:00:00Z',
  ])
    .argument('<coord>', 'where, such as 1,2,3')
    .option('--as-known-at <time>', 'as it was then, ISO 8601 with zone')
    .action(
      onMemories<GetFlags>(async ({ client, output, isJson }, { asKnownAt }, [coord = '']) => {
        const memory = await client.call('get', { place: coord, query: { as_known_at: asKnownAt } });
        if (isJson) return output.json(memory);
        const { coordinateText } = await import('../answers/fields.js');
        const { payload, coordinate, ...facts } = memory;
        const rows = Object.entries({ coordinate: coordinateText(coordinate), ...facts });
        await output.table(
          ['FIELD', 'VALUE'],
          rows.map(([name, value]) => [
            name,
            typeof value === 'object' && value !== null ? JSON.stringify(value) : value,
          ]),
        );
        await output.json(payload);
      }),
    );
}
