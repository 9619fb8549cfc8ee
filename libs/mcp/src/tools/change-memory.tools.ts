import { AmendmentSchema, coordinateInput, payloadInput, toAmendment, type AmendmentBody } from '@sfm/edge';
import { coordinateOfKey, InvalidRequestError, type Coordinate, type JsonObject, type NewMemory } from '@sfm/memory';
import { z } from 'zod';
import { idOf } from './memory-id.js';
import { CHANGES, defineTool, type ToolCall } from './tool.js';

/** Most memories that one call deletes. */
const MAX_DELETED = 100;

const UpdateSchema = z
  .strictObject({
    id: coordinateInput().describe('The id of the memory, or its coordinate.'),
    text: z.string().optional().describe('Replaces the field `text` of the payload; the other fields stay.'),
    payload: payloadInput().optional().describe('Replaces the whole payload.'),
    ...AmendmentSchema.shape,
  })
  .describe('What is to change of a memory; what is not named stays.')
  .meta({ examples: [{ id: '1,2,3', text: 'The user prefers coffee now' }] });

const WHAT = [
  'text',
  'payload',
  'importance',
  'expires_at',
  'valid_from',
  'valid_to',
  'supersedes',
  'metadata',
] as const;

export const updateMemory = defineTool({
  name: 'update_memory',
  title: 'Change a memory',
  description:
    'Makes a new version of one memory: its text or payload, importance, expiry, validity or metadata. Earlier versions stay in ' +
    'its history. With `expected_version` only the version that you read is changed.',
  hints: { ...CHANGES, idempotentHint: false },
  input: UpdateSchema,
  run: async (call, { id, text, payload, ...changes }) => {
    const { limits, writes } = call.places;
    const given = { text, payload, ...changes };
    if (!WHAT.some((name) => given[name] !== undefined)) {
      throw new InvalidRequestError('text', `must be there, or ${WHAT.slice(1).join(', ')}`);
    }
    const coordinate = limits.coordinateOf(id, 'id');
    const { version } =
      text === undefined && payload === undefined
        ? await writes.amend(call.principal, coordinate, toAmendment(changes, limits))
        : await writes.store(call.principal, await rewritten(call, coordinate, { text, payload, ...changes }));
    return { id: idOf(coordinate), coordinate, version };
  },
});

interface Rewriting extends AmendmentBody {
  readonly text: string | undefined;
  readonly payload: JsonObject | undefined;
}

/** The memory as it is, with what is to change, as the next version. @throws MemoryNotFoundError, InvalidRequestError */
async function rewritten({ places, principal }: ToolCall, coordinate: Coordinate, body: Rewriting): Promise<NewMemory> {
  const { text, payload, metadata, ...changes } = body;
  if (metadata !== undefined) {
    throw new InvalidRequestError('metadata', 'must be part of the payload, or changed in a call of its own');
  }
  const current = await places.reads.get(principal, coordinate);
  const kept = {
    importance: current.importance,
    expiresAt: current.expiresAt,
    validFrom: toDate(current.validity?.fromMs),
    validTo: toDate(current.validity?.toMs),
    supersedes: (current.validity?.supersedes ?? []).map(coordinateOfKey),
    expectedVersion: current.version,
    ...toAmendment(changes, places.limits),
  };
  return {
    coordinate,
    type: current.type,
    payload: { ...(payload ?? current.payload), ...(text === undefined ? {} : { text }) },
    expectedVersion: kept.expectedVersion,
    ...(kept.importance === null ? {} : { importance: kept.importance }),
    ...(kept.expiresAt === null ? {} : { expiresAt: kept.expiresAt }),
    ...(kept.validFrom === null ? {} : { validFrom: kept.validFrom }),
    ...(kept.validTo === null ? {} : { validTo: kept.validTo }),
    ...(kept.supersedes.length === 0 ? {} : { supersedes: kept.supersedes }),
  };
}

function toDate(ms: number | null | undefined): Date | null {
  return ms === null || ms === undefined ? null : new Date(ms);
}

export const deleteMemories = defineTool({
  name: 'delete_memories',
  title: 'Delete memories',
  description:
    `Deletes memories by their ids, at most ${MAX_DELETED} at once; their links go with them. There is no deleting by a search: find ` +
    'them first, and name them. Ids of memories that are not there are passed over.',
  hints: CHANGES,
  input: z.strictObject({
    ids: z.array(coordinateInput()).min(1).max(MAX_DELETED).describe('Ids of the memories, or their coordinates.'),
  }),
  run: async ({ places, principal }, { ids }) => {
    const coordinates = places.limits.coordinatesOf(ids, 'ids');
    const deleted = await places.writes.forget(principal, coordinates);
    return { deleted, not_there: new Set(coordinates.map(idOf)).size - deleted };
  },
});
