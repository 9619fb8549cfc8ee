import { Option, type Command } from 'commander';
import { positiveInteger } from '../terminal/positive-integer.js';
import { memoryCommand, onMemories } from '../session/memory-command.js';

interface RecallFlags {
  readonly query: string;
  readonly topK: number;
  readonly type?: string;
  readonly filter?: string;
  readonly explain?: boolean;
}

/** `soma recall`: finds memories that answer a question. */
export function recallCommand(): Command {
  return memoryCommand('recall', 'recall the memories that answer a question, as a JSON list of their payloads', [
    'soma recall --query "where is the kettle"',
    'soma recall --query "where is the kettle" --explain',
    `soma recall --query kettle --filter '{"room": "kitchen"}' --json`,
  ])
    .requiredOption('--query <text>', 'the question')
    .option('--top-k <n>', 'how many at most', positiveInteger, 5)
    .addOption(new Option('--type <type>', 'only of this kind').choices(['episodic', 'semantic']))
    .option('--filter <json>', 'only those whose payload has these values')
    .option('--explain', 'a table that says how each score came about')
    .action(
      onMemories<RecallFlags>(async ({ client, output, isJson }, { query, topK, type, filter, explain = false }) => {
        const { explainedRows, payloadsOf } = await import('../answers/recalled.js');
        const { objectOption } = await import('../answers/fields.js');
        const answer = await client.call('recall', {
          body: {
            query,
            top_k: topK,
            explain,
            ...(type === undefined ? {} : { type }),
            ...(filter === undefined ? {} : { filter: objectOption('--filter', filter) }),
          },
        });
        if (isJson) return output.line(answer);
        if (Array.isArray(answer['degraded']) && answer['degraded'].length > 0) {
          output.note(`answered without ${answer['degraded'].join(', ')}`);
        }
        if (explain)
          return output.table(['SCORE', 'COORDINATE', 'TYPE', 'LANES', 'WHY', 'SAYS'], explainedRows(answer));
        return output.line(payloadsOf(answer['hits']));
      }),
    );
}
