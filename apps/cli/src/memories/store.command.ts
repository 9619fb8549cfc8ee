import { Option, type Command } from 'commander';
import { memoryCommand, onMemories } from '../session/memory-command.js';

interface StoreFlags {
  readonly coord: string;
  readonly payload: string;
  readonly type: string;
}

/** `soma store`: keeps one memory. */
export function storeCommand(): Command {
  return memoryCommand('store', 'store one memory; what is at its coordinate is replaced', [
    `soma store --coord 1,2,3 --payload '{"text": "The kettle is in the blue cupboard"}' --type semantic`,
  ])
    .requiredOption('--coord <numbers>', 'where, such as 1,2,3')
    .requiredOption('--payload <json>', 'what: a JSON object')
    .addOption(new Option('--type <type>', 'what kind').choices(['episodic', 'semantic']).default('episodic'))
    .action(
      onMemories<StoreFlags>(async ({ client, output, isJson }, { coord, payload, type }) => {
        const { objectOption } = await import('../answers/fields.js');
        const body = { coordinate: coord, payload: objectOption('--payload', payload), type };
        const answer = await client.call('store', { body });
        await (isJson ? output.line(answer) : output.text('OK'));
      }),
    );
}
