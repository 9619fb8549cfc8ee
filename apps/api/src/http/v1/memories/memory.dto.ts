import {
  AmendmentSchema,
  knownAtField,
  FILTER_RULE,
  FILTER_SCHEMA,
  INCLUDE_SUPERSEDED,
  MemoryPageSchema,
  memoryType,
  MemorySchema,
  NewMemoryBatchSchema,
  NewMemorySchema,
  placeField,
  timeBounds,
  validAtField,
  versionField,
  WrittenMemorySchema,
} from '@sfm/edge';
import { z } from 'zod';
import { apiSchema, componentUri } from '../../openapi/schema-registry.js';
import { queryBoolean, queryInteger, queryJsonObject } from '../../requests/query-types.js';
import { itemErrorField } from '../wire/item-failure.js';

export const NewMemoryDoc = apiSchema('NewMemory', NewMemorySchema);

/** Documents the schema of the items, which are validated one by one. */
export const NewMemoryBatchDoc = apiSchema(
  'NewMemoryBatch',
  NewMemoryBatchSchema.extend({
    memories: NewMemoryBatchSchema.shape.memories.meta({
      'x-at-most': 'maxBulkItems',
      items: { anyOf: [{ $ref: componentUri('NewMemory') }, { description: 'Anything else is refused by itself.' }] },
    }),
  }).describe(NewMemoryBatchSchema.description ?? ''),
);

export const AmendmentDoc = apiSchema('Amendment', AmendmentSchema);

export const WrittenMemoryDoc = apiSchema('WrittenMemory', WrittenMemorySchema);

const BatchItemSchema = apiSchema(
  'BatchItem',
  z
    .object({
      index: z.int().describe('Place in the request, from 0.'),
      status: z.int().describe('What a request for this memory alone would have answered.'),
      coordinate: placeField().optional(),
      version: versionField().optional(),
      error: itemErrorField('Why the memory was not kept.'),
    })
    .describe('What became of one memory.'),
);

export const BatchResultSchema = apiSchema(
  'BatchResult',
  z
    .object({
      stored: z.int().describe('How many were kept.'),
      failed: z.int().describe('How many were not.'),
      results: z.array(BatchItemSchema).describe('In the order of the request.'),
    })
    .describe('What became of each memory.'),
);

export const MemoryDoc = apiSchema('Memory', MemorySchema);
export const MemoryPageDoc = apiSchema('MemoryPage', MemoryPageSchema);

export const ListQuerySchema = z.strictObject({
  limit: queryInteger('Memories per page, at most the configured maximum.', { least: 1, otherwise: 50 }).meta({
    'x-at-most': 'maxTopK',
  }),
  cursor: z.string().optional().describe('`next_cursor` of the page before.'),
  type: memoryType('Only memories of this type.').optional(),
  ...timeBounds,
  as_known_at: knownAtField(),
  valid_at: validAtField(),
  include_superseded: queryBoolean(INCLUDE_SUPERSEDED),
  filter: queryJsonObject(FILTER_RULE, FILTER_SCHEMA),
});
export type ListMemoriesQuery = z.output<typeof ListQuerySchema>;

export const ReadQuerySchema = z.strictObject({ as_known_at: knownAtField() });
export type ReadQuery = z.output<typeof ReadQuerySchema>;
