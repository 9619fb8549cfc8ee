import { readShape } from '@sfm/edge';
import { mapInTurns, VersionConflictError, type NewMemory, type StoredMemory } from '@sfm/memory';
import { z } from 'zod';
import { idOf } from './memory-id.js';
import { AgentMemorySchema, toAddedMemory } from './new-memory.js';
import { refusalOf } from './refusal.js';
import { ADDS, defineTool, type ToolCall } from './tool.js';

export const addMemory = defineTool({
  name: 'add_memory',
  title: 'Add a memory',
  description:
    'Keeps one memory for later: a fact (`semantic`) or something that happened (`episodic`). Never replaces another: the ' +
    'same content again is the same memory; to change one use update_memory. Answers with the `id` of the memory.',
  hints: ADDS,
  input: AgentMemorySchema,
  run: async (call, body) => {
    const memory = toAddedMemory(body, call.places.limits);
    const known = body.coordinate === undefined;
    try {
      return written(memory, await call.places.writes.store(call.principal, memory));
    } catch (error) {
      return already(error, memory, known);
    }
  },
});

export const addMemories = defineTool({
  name: 'add_memories',
  title: 'Add several memories',
  description:
    'Keeps several memories, each on its own, as add_memory does. Answers for each, in their order, with its `id` or why it ' +
    'was not kept.',
  hints: ADDS,
  input: z.strictObject({
    memories: z
      .array(z.unknown())
      .min(1)
      .describe('Each as for add_memory.')
      .meta({
        'x-at-most': 'maxBulkItems',
        items: z.toJSONSchema(AgentMemorySchema, { io: 'input', unrepresentable: 'any' }),
      }),
  }),
  run: async (call, { memories }) => {
    const { limits, writes } = call.places;
    limits.count(memories.length, limits.bounds.maxBulkItems, 'memories');
    const attempts = await mapInTurns(memories, (one) => attempt(call, one));
    const accepted = attempts.flatMap((one) => ('memory' in one ? [one.memory] : []));
    const outcomes = (await writes.storeEach(call.principal, accepted))[Symbol.iterator]();
    const results = attempts.map((one, index) => {
      if ('error' in one) return { index, error: refusalOf(one.error) };
      const outcome = outcomes.next().value ?? { error: new Error('no outcome') };
      try {
        if ('error' in outcome) return { index, ...already(outcome.error, one.memory, one.isDerived) };
        return { index, ...written(one.memory, outcome.stored) };
      } catch (error) {
        return { index, error: refusalOf(error) };
      }
    });
    const failed = results.filter((result) => 'error' in result).length;
    return { kept: results.length - failed, failed, results };
  },
});

type Attempt = { readonly memory: NewMemory; readonly isDerived: boolean } | { readonly error: unknown };

function attempt({ places }: ToolCall, given: unknown): Attempt {
  try {
    const body = readShape(AgentMemorySchema, given);
    return { memory: toAddedMemory(body, places.limits), isDerived: body.coordinate === undefined };
  } catch (error) {
    return { error };
  }
}

function written(
  { coordinate }: Pick<NewMemory, 'coordinate'>,
  { version, created }: Pick<StoredMemory, 'version' | 'created'>,
) {
  return { id: idOf(coordinate), coordinate, version, created };
}

/** What was added before is there, which is what was asked for. */
function already(error: unknown, memory: NewMemory, isDerived: boolean) {
  if (!isDerived || !(error instanceof VersionConflictError)) throw error;
  return written(memory, { version: error.conflict.actual, created: false });
}
