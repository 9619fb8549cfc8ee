import { MAX_NEIGHBOUR_HOPS } from '@sfm/memory';
import { z } from 'zod';
import { coordinateInput } from './fields.js';
import { linkDirectionField, linkTypeField } from './link.schemas.js';
import { cursorField, limitField } from './list.schemas.js';

/** Questions about links, where a door takes them as one body. */

/** Most links of a path that is asked for. */
export const MAX_PATH_DEPTH = 6;

const typeField = () => linkTypeField('Only links of this type.').optional();
const directionField = () => linkDirectionField('Which of them.').default('out');

export const UnlinkBodySchema = z.strictObject({ from: coordinateInput(), to: coordinateInput(), type: typeField() });

export const LinksBodySchema = z.strictObject({
  coordinate: coordinateInput(),
  direction: directionField(),
  other: coordinateInput().optional(),
  type: typeField(),
  limit: limitField(),
  cursor: cursorField(),
});

export const NeighborsBodySchema = z.strictObject({
  coordinate: coordinateInput(),
  k_hop: z.int().min(1).max(MAX_NEIGHBOUR_HOPS).default(1),
  direction: directionField(),
  type: typeField(),
  limit: limitField(),
});

export const PathBodySchema = z.strictObject({
  from: coordinateInput(),
  to: coordinateInput(),
  type: typeField(),
  max_depth: z.int().min(1).max(MAX_PATH_DEPTH).default(MAX_PATH_DEPTH),
  cost: z.enum(['weight', 'links']).default('weight'),
});
