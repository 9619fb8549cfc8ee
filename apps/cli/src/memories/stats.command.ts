import type { JsonObject } from '@sfm/memory';
import type { Command } from 'commander';
import type { Session } from '../session/session.js';
import { memoryCommand, onMemories } from '../session/memory-command.js';

/** `soma stats`: counts memories. */
export function statsCommand(): Command {
  return memoryCommand(
    'stats',
    'count the memories of a namespace; without one, of all that the token may use; vector_count: those whose newest version is indexed',
    ['soma stats', 'soma stats --namespace team_a'],
  ).action(
    onMemories(async (session) => {
      const { numberIn, objectIn } = await import('../answers/fields.js');
      const counts = { total_memories: 0, episodic: 0, semantic: 0, vector_count: 0 };
      for await (const { memories, index_lag: lag } of namespacesOf(session)) {
        const { total, episodic, semantic } = objectIn(memories);
        counts.total_memories += numberIn(total);
        counts.episodic += numberIn(episodic);
        counts.semantic += numberIn(semantic);
        counts.vector_count += Math.max(0, numberIn(total) - numberIn(objectIn(lag)['pending']));
      }
      await (session.isJson ? session.output.line(counts) : session.output.json(counts));
    }),
  );
}

async function* namespacesOf({ client, namespace }: Session): AsyncGenerator<JsonObject> {
  if (namespace !== undefined) {
    yield await client.call('namespace', { place: namespace });
    return;
  }
  const { paged } = await import('../answers/pages.js');
  yield* paged(client, { operation: 'namespaces', query: {}, list: 'namespaces' });
}
