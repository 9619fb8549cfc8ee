import { z } from 'zod';
import { apiSchema } from '../../openapi/schema-registry.js';
import { queryInteger, queryJsonObject } from '../../requests/wire-types.js';
import { FieldErrorSchema } from '../wire/errors.dto.js';
import { FILTER_RULE } from '../wire/filter-syntax.js';
import { coordinateInput, instant, memoryType, payloadInput, timeBounds } from '../wire/fields.js';

export const NewMemorySchema = apiSchema(
  'NewMemory',
  z
    .strictObject({
      coordinate: coordinateInput(),
      payload: payloadInput(),
      type: memoryType('`episodic`: something that happened; `semantic`: something that is known.').default('episodic'),
      importance: z.number().optional().describe('How much it matters; any scale, normalised against the namespace.'),
      expires_at: instant('From this time on the memory is not found any more.').optional(),
    })
    .describe('One memory to keep; a memory already at the coordinate is replaced.')
    .meta({ examples: [{ coordinate: [1, 2, 3], payload: { text: 'The kettle is blue' }, type: 'semantic' }] }),
);
export type NewMemoryBody = z.output<typeof NewMemorySchema>;

export const NewMemoryBatchSchema = apiSchema(
  'NewMemoryBatch',
  z
    .strictObject({
      memories: z
        .array(z.unknown())
        .min(1)
        .describe('The memories, kept each on its own.')
        .meta({ items: { $ref: '#/components/schemas/NewMemory' } }),
    })
    .describe('Several memories to keep, each on its own.'),
);
export type NewMemoryBatch = z.output<typeof NewMemoryBatchSchema>;

const coordinate = () =>
  z
    .array(z.number())
    .describe('Where the memory lives.')
    .meta({ examples: [[1, 2, 3]] });
const version = () => z.int().describe('Grows by one with every write at the coordinate.');

export const WrittenMemorySchema = apiSchema(
  'WrittenMemory',
  z
    .object({
      coordinate: coordinate(),
      version: version(),
      created: z.boolean().describe('false: a memory at the coordinate was replaced.'),
    })
    .describe('A committed write.'),
);

const BatchItemSchema = apiSchema(
  'BatchItem',
  z
    .object({
      index: z.int().describe('Place in the request, from 0.'),
      status: z.int().describe('What a request for this memory alone would have answered.'),
      coordinate: coordinate().optional(),
      version: version().optional(),
      error: z
        .object({
          code: z.string().describe('Kind of error.'),
          detail: z.string().describe('What is wrong.'),
          errors: z.array(FieldErrorSchema).optional().describe('Every value that is not allowed.'),
        })
        .optional()
        .describe('Why the memory was not kept.'),
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

/** Fields of a memory in answers. */
export const memoryFields = {
  coordinate: coordinate(),
  type: memoryType('Memory type.'),
  payload: payloadInput(),
  importance: z.number().nullable().describe("The caller's importance; null when none was given."),
  importance_norm: z.number().describe('Importance normalised to 0..1.'),
  version: version(),
  created_at: z.string().describe('When the coordinate was first written, ISO 8601.'),
  updated_at: z.string().describe('When it was last written, ISO 8601.'),
};

export const MemorySchema = apiSchema(
  'Memory',
  z
    .object({
      ...memoryFields,
      content_hash: z.string().describe('SHA-256 (hex) of type, importance and payload.'),
      last_accessed_at: z.string().nullable().describe('When it was last read, ISO 8601; approximate.'),
      access_count: z.int().describe('How often it was read; approximate.'),
      expires_at: z.string().nullable().describe('From when on it is not found any more, ISO 8601.'),
    })
    .describe('A memory.'),
);

export const MemoryPageSchema = apiSchema(
  'MemoryPage',
  z
    .object({
      memories: z.array(MemorySchema).describe('In creation order.'),
      next_cursor: z.string().nullable().describe('Asks for the next page; null on the last.'),
    })
    .describe('A page of memories.'),
);

export const ListQuerySchema = z.strictObject({
  limit: queryInteger('Memories per page, at most the configured maximum.', { least: 1, otherwise: 50 }),
  cursor: z.string().optional().describe('`next_cursor` of the page before.'),
  type: memoryType('Only memories of this type.').optional(),
  ...timeBounds,
  filter: queryJsonObject(FILTER_RULE, '{"tag":"kitchen"}'),
});
export type ListMemoriesQuery = z.output<typeof ListQuerySchema>;
