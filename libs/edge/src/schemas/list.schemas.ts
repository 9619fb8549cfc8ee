import { z } from 'zod';
import { filterInput, knownAtField, memoryType, timeBounds } from './fields.js';
import { INCLUDE_SUPERSEDED, validAtField } from './validity-fields.js';

/** Memories, or links, of a page that does not say how many. */
export const DEFAULT_PAGE_SIZE = 50;

export const limitField = () => z.int().min(1).default(DEFAULT_PAGE_SIZE);
export const cursorField = () => z.string().optional();

/** A request for a page of memories, where a door takes it as one body. */
export const ListBodySchema = z.strictObject({
  limit: limitField(),
  cursor: cursorField(),
  type: memoryType('Only memories of this type.').optional(),
  ...timeBounds,
  as_known_at: knownAtField(),
  valid_at: validAtField(),
  include_superseded: z.boolean().default(false).describe(INCLUDE_SUPERSEDED),
  filter: filterInput().optional(),
});
