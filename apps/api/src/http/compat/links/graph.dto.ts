import { jsonObject, linkDirectionField } from '@sfm/edge';
import { z } from 'zod';
import { apiSchema } from '../../openapi/schema-registry.js';
import { coordField, coordText, integerField } from '../wire/fields.js';
import { anyLinkTypeParameter, linkType, weight } from './links.dto.js';

const METADATA = 'What else there is to say about the link.';
const metadata = () => jsonObject(METADATA, { why: 'same room' });

const typeText = () =>
  z
    .string()
    .describe('What the link means.')
    .meta({ examples: ['related'] });

export const GraphLinkRequestSchema = apiSchema(
  'GraphLinkRequest',
  z
    .object({
      from_coord: coordField('Where the link begins.'),
      to_coord: coordField('Where it leads.'),
      link_type: linkType(),
      strength: weight(),
      metadata: metadata().nullish().describe(METADATA),
    })
    .describe('A link to make; the one of the same ends and type is changed. Unknown fields are ignored.')
    .meta({ examples: [{ from_coord: '1.0,2.0,3.0', to_coord: '4.0,5.0,6.0', link_type: 'related', strength: 1 }] }),
);
export type GraphLinkRequest = z.output<typeof GraphLinkRequestSchema>;

export const GraphLinkedSchema = apiSchema(
  'GraphLinked',
  z
    .object({
      from_coord: coordText('As it was sent.'),
      to_coord: coordText('As it was sent.'),
      link_type: typeText(),
      ok: z.literal(true).describe('The link is committed.'),
    })
    .describe('The memories are linked.'),
);

export const GraphNeighborsQuerySchema = z.object({
  coord: coordField('Whose neighbours are wanted.'),
  k_hop: integerField(1, 'How many links away they may be, at least one and at most 6.').meta({ type: 'integer' }),
  limit: integerField(10, 'How many; none for 0 and less, and never more than the configured maximum.').meta({
    type: 'integer',
  }),
  offset: integerField(0, 'How many of the nearest to skip.').meta({ type: 'integer' }),
  link_type: anyLinkTypeParameter(),
  direction: linkDirectionField('`out`: where links lead; `in`: where they come from; `both`.').default('out'),
});
export type GraphNeighborsQuery = z.output<typeof GraphNeighborsQuerySchema>;

const GraphNeighborSchema = apiSchema(
  'GraphNeighbor',
  z
    .object({
      coord: coordText('Where it lives.'),
      coordinate: z.array(z.number()).describe('The same as numbers.'),
      link_type: typeText(),
      strength: z.number().describe('The weight of the link.'),
      metadata: metadata(),
      hops: z.int().describe('How many links away it is.'),
      direction: z.enum(['out', 'in']).describe('Whether the last of these links leads to it or from it.'),
    })
    .describe('What is linked with the memory.'),
);

export const GraphNeighborsSchema = apiSchema(
  'GraphNeighbors',
  z
    .object({
      coord: coordText('As it was sent.'),
      neighbors: z.array(GraphNeighborSchema).describe('The nearest first, and of those as near the last linked.'),
    })
    .describe('What is linked with a memory.'),
);

export const GraphPathQuerySchema = z.object({
  from_coord: coordField('Where the path begins.'),
  to_coord: coordField('Where it leads.'),
  max_length: integerField(10, 'Most links of the path.').meta({ type: 'integer' }),
  link_type: anyLinkTypeParameter(),
});
export type GraphPathQuery = z.output<typeof GraphPathQuerySchema>;

export const GraphPathSchema = apiSchema(
  'GraphPath',
  z
    .object({
      from_coord: coordText('As it was sent.'),
      to_coord: coordText('As it was sent.'),
      path: z.array(coordText()).describe('Both ends included; empty when there is none.'),
      link_types: z.array(typeText()).describe('The types of the links between them.'),
      found: z.boolean().describe('false: there is no path.'),
    })
    .describe('The path with the fewest links.'),
);
