import { INCLUDE_SUPERSEDED, MemoryPageSchema, memoryType, placeField, validAtField } from '@sfm/edge';
import { z } from 'zod';
import { apiSchema } from '../../openapi/schema-registry.js';
import { queryBoolean, queryInteger } from '../../requests/query-types.js';

export const SelectionDoc = apiSchema(
  'Selection',
  MemoryPageSchema.pick({ memories: true })
    .extend({ memories: MemoryPageSchema.shape.memories.describe('In the order that was asked for.') })
    .describe('Memories that were selected.'),
);

const SummarySchema = z
  .object({
    coordinate: placeField(),
    summary: z.string().describe("The payload's `task`, else its `fact`, else `<no summary>`."),
  })
  .describe('A memory in one line.');

export const SummariesDoc = apiSchema(
  'Summaries',
  z
    .object({ summaries: z.array(SummarySchema).describe('Newest first.') })
    .describe('The recent memories, in one line each.')
    .meta({ examples: [{ summaries: [{ coordinate: [1, 2, 3], summary: 'Boil the kettle' }] }] }),
);

export const SelectionQuerySchema = z.strictObject({
  limit: queryInteger('How many, at most the configured maximum.', { least: 1, otherwise: 10 }).meta({
    'x-at-most': 'maxTopK',
  }),
  type: memoryType('Only memories of this type.').optional(),
  valid_at: validAtField(),
  include_superseded: queryBoolean(INCLUDE_SUPERSEDED),
});
export type SelectionFields = z.output<typeof SelectionQuerySchema>;
