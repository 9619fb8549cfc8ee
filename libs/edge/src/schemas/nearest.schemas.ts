import { z } from 'zod';
import { coordinateInput, filterInput, memoryType, timeBounds } from './fields.js';
import { memoryFields } from './memory.schemas.js';
import { INCLUDE_SUPERSEDED, validAtField } from './validity-fields.js';

export const NearestBodySchema = z
  .strictObject({
    coordinate: coordinateInput(),
    top_k: z
      .int()
      .min(1)
      .default(10)
      .describe('How many memories to return; at most the configured maximum.')
      .meta({ 'x-at-most': 'maxTopK' }),
    max_distance: z.number().min(0).optional().describe('Leaves out memories farther away than this.'),
    filter: filterInput().optional(),
    type: memoryType('Only memories of this type.').optional(),
    ...timeBounds,
    valid_at: validAtField(),
    include_superseded: z.boolean().default(false).describe(INCLUDE_SUPERSEDED),
  })
  .describe('A place to look around.')
  .meta({ examples: [{ coordinate: [1, 2, 3], top_k: 5, max_distance: 10, filter: { tag: 'kitchen' } }] });
export type NearestBody = z.output<typeof NearestBodySchema>;

export const NearestSchema = z
  .object({
    hits: z
      .array(
        z
          .object({ ...memoryFields, distance: z.number().describe('Euclidean distance from the asked coordinate.') })
          .describe('A memory nearby.'),
      )
      .describe('Nearest first.'),
    complete: z
      .boolean()
      .describe(
        'false: the search ended at its bound of 100,000 memories, so nearer ones may be missing; give `max_distance`.',
      ),
  })
  .describe('What lives nearby.');
