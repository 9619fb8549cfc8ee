import { z } from 'zod';
import { jsonObject } from './json-object.js';
import { coordinateInput, futureInstant, memoryType, payloadInput } from './fields.js';
import { supersedesInput, validFromInput, validityFields, validToInput } from './validity-fields.js';

/** Versions are 32-bit integers in the store. */
export const MAX_VERSION = 2_147_483_647;

/** The version that a change requires. */
export const expectedVersion = (description: string, least: 0 | 1) =>
  z.int().min(least).max(MAX_VERSION).optional().describe(description);

export const NewMemorySchema = z
  .strictObject({
    coordinate: coordinateInput(),
    payload: payloadInput(),
    type: memoryType('`episodic`: something that happened; `semantic`: something that is known.').default('episodic'),
    importance: z.number().optional().describe('How much it matters; any scale, normalised against the namespace.'),
    expires_at: futureInstant('From this time on, which must lie ahead, the memory is not found any more.').optional(),
    valid_from: validFromInput().optional(),
    valid_to: validToInput().optional(),
    supersedes: supersedesInput().optional(),
    expected_version: expectedVersion(
      'Kept only if this version lives at the coordinate, 0 for nothing; otherwise 409 `version_conflict`.',
      0,
    ),
  })
  .describe('One memory to keep; a memory already at the coordinate is replaced.')
  .meta({ examples: [{ coordinate: [1, 2, 3], payload: { text: 'The kettle is blue' }, type: 'semantic' }] });
export type NewMemoryBody = z.output<typeof NewMemorySchema>;

/**
 * The items follow `NewMemorySchema` but are checked one by one, so that an invalid one does not prevent the others
 * from being stored.
 */
export const NewMemoryBatchSchema = z
  .strictObject({
    memories: z
      .array(z.unknown())
      .min(1)
      .describe('The memories, kept each on its own.')
      .meta({ 'x-at-most': 'maxBulkItems' }),
  })
  .describe('Several memories to keep, each on its own.');
export type NewMemoryBatch = z.output<typeof NewMemoryBatchSchema>;

/** What a change may name. */
const AMENDED = ['importance', 'expires_at', 'valid_from', 'valid_to', 'supersedes', 'metadata'] as const;

export const AmendmentSchema = z
  .strictObject({
    importance: z
      .number()
      .nullable()
      .optional()
      .describe('How much it matters; null for what the payload says, if anything.'),
    expires_at: futureInstant('')
      .nullable()
      .optional()
      .describe('From this time on, which must lie ahead, the memory is not found any more; null for never.'),
    valid_from: validFromInput()
      .nullable()
      .optional()
      .describe('From this time on it holds; null for always or, where it supersedes others, for now.'),
    valid_to: validToInput().nullable().optional().describe('Until this time it holds, not at it; null for no end.'),
    supersedes: supersedesInput()
      .optional()
      .describe('Memories whose place it takes; those that it took before and that are not named are found again.'),
    metadata: jsonObject('', { reviewed: true })
      .nullable()
      .optional()
      .describe(
        "Merged into the payload's field `metadata` (RFC 7396): members are replaced, null removes one; null in place of the object " +
          'removes the field.',
      ),
    expected_version: expectedVersion(
      'Changed only if this version lives at the coordinate; otherwise 409 `version_conflict`.',
      1,
    ),
  })
  .refine(
    (body) => AMENDED.some((name) => body[name] !== undefined),
    `must name ${AMENDED.slice(0, -1).join(', ')} or ${AMENDED.at(-1)}`,
  )
  .describe('What is to change of a memory; what is not named stays.')
  .meta({
    anyOf: AMENDED.map((name) => ({ required: [name] })),
    examples: [{ importance: 8, metadata: { reviewed: true, draft: null } }],
  });
export type AmendmentBody = z.output<typeof AmendmentSchema>;

/** Location of a memory, in answers. */
export const placeField = () =>
  z
    .array(z.number())
    .describe('Where the memory lives.')
    .meta({ examples: [[1, 2, 3]] });

/** The version of a memory, in answers. */
export const versionField = () => z.int().describe('Grows by one with every write at the coordinate.');

export const WrittenMemorySchema = z
  .object({
    coordinate: placeField(),
    version: versionField(),
    created: z.boolean().describe('false: a memory at the coordinate was replaced.'),
  })
  .describe('A committed write.');

/** Fields of a memory in answers. */
export const memoryFields = {
  coordinate: placeField(),
  type: memoryType('Memory type.'),
  payload: payloadInput(),
  importance: z.number().nullable().describe("The caller's importance; null when none was given."),
  importance_norm: z.number().describe('Importance normalised to 0..1, by those of the namespace when it was written.'),
  version: versionField(),
  created_at: z.string().describe('When the coordinate was first written, ISO 8601.'),
  updated_at: z.string().describe('When it was last written, ISO 8601.'),
  ...validityFields,
};

export const MemorySchema = z
  .object({
    ...memoryFields,
    content_hash: z.string().describe('SHA-256 (hex) of type, importance and payload.'),
    last_accessed_at: z.string().nullable().describe('When it was last read, ISO 8601; approximate.'),
    access_count: z.int().describe('How often it was read; approximate.'),
    expires_at: z.string().nullable().describe('From when on it is not found any more, ISO 8601.'),
  })
  .describe('A memory.');

export const MemoryPageSchema = z
  .object({
    memories: z
      .array(MemorySchema)
      .describe('In creation order. A page may hold fewer than `limit`, or none, though others follow.'),
    next_cursor: z.string().nullable().describe('Asks for the next page; null on the last, and only there.'),
  })
  .describe('A page of memories.');
