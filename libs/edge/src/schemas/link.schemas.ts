import { LINK_DIRECTIONS, MAX_LINK_TYPE_LENGTH } from '@sfm/memory';
import { z } from 'zod';
import { coordinateInput } from './fields.js';
import { jsonObject } from './json-object.js';
import { placeField } from './memory.schemas.js';

/** A name of a type that can be kept, for the API document; the core checks the same. */
export const LINK_TYPE_PATTERN = String.raw`^[^\u0000]+$`;

export const linkTypeField = (description: string) =>
  z
    .string()
    .describe(description)
    .meta({ pattern: LINK_TYPE_PATTERN, minLength: 1, maxLength: MAX_LINK_TYPE_LENGTH, examples: ['related'] });

export const weightField = (description: string) => z.number().min(0, 'must be 0 or more').describe(description);

export const metadataField = () => jsonObject('What else there is to say about the link.', { why: 'same room' });

export const linkDirectionField = (description: string) => z.enum(LINK_DIRECTIONS).describe(description);

const WEIGHT = 'What it costs to go along the link, 0 or more; paths add it up.';

export const NewLinkSchema = z
  .strictObject({
    from: coordinateInput(),
    to: coordinateInput(),
    type: linkTypeField('What the link means.').default('related'),
    weight: weightField(WEIGHT).default(1),
    metadata: metadataField().optional(),
  })
  .describe('A link between two memories; the one of the same from, to and type is changed.')
  .meta({ examples: [{ from: [1, 2, 3], to: [4, 5, 6], type: 'related', weight: 0.5 }] });
export type NewLinkBody = z.output<typeof NewLinkSchema>;

const ends = { from: placeField(), to: placeField(), type: linkTypeField('What the link means.') };
const linkVersion = () => z.int().describe('Grows by one with every change of the link.');

export const WrittenLinkSchema = z
  .object({
    ...ends,
    version: linkVersion(),
    created: z.boolean().describe('false: there was such a link.'),
    changed: z.boolean().describe('false: it was already as it was to be.'),
  })
  .describe('A committed link.')
  .meta({
    examples: [{ from: [1, 2, 3], to: [4, 5, 6], type: 'related', version: 1, created: true, changed: true }],
  });

export const LinkSchema = z
  .object({
    ...ends,
    weight: weightField(WEIGHT),
    metadata: metadataField(),
    version: linkVersion(),
    created_at: z.string().describe('When it was made, ISO 8601.'),
    updated_at: z.string().describe('When it was last changed, ISO 8601.'),
  })
  .describe('A link.')
  .meta({
    examples: [
      {
        from: [1, 2, 3],
        to: [4, 5, 6],
        type: 'related',
        weight: 0.5,
        metadata: {},
        version: 1,
        created_at: '2026-01-31T12:00:00.000Z',
        updated_at: '2026-01-31T12:00:00.000Z',
      },
    ],
  });

export const LinkPageSchema = z
  .object({
    links: z.array(LinkSchema).describe('In the order in which they were made.'),
    next_cursor: z.string().nullable().describe('Asks for the next page; null on the last, and only there.'),
  })
  .describe('A page of links.');

export const RemovedLinksSchema = z
  .object({ removed: z.int().describe('How many links were removed.') })
  .describe('What was removed.')
  .meta({ examples: [{ removed: 1 }] });

export const PruneBodySchema = z
  .strictObject({
    from: coordinateInput(),
    type: linkTypeField('Only links of this type are looked at.').optional(),
    weight_below: weightField('Links that weigh less are removed.').optional(),
    max_degree: z.int().min(0).max(1_000_000).optional().describe('Of the heaviest links, this many stay.'),
    allow_all: z.boolean().default(false).describe('Must be true to remove all links that are looked at.'),
  })
  .describe('Which of the links that lead from a memory are to be removed.')
  .meta({ examples: [{ from: [1, 2, 3], weight_below: 0.1 }] });
export type PruneBody = z.output<typeof PruneBodySchema>;

const NeighborSchema = z
  .object({
    coordinate: placeField(),
    hops: z.int().describe('How many links away it is.'),
    direction: z.enum(['out', 'in']).describe('Whether the last of these links leads to it or from it.'),
    link: LinkSchema.describe('The last of these links.'),
  })
  .describe('A memory that is linked.');

export const NeighborsSchema = z
  .object({
    neighbors: z.array(NeighborSchema).describe('The nearest first, and of those as near the last linked.'),
    has_more: z.boolean().describe('true: there are others beyond `limit`.'),
  })
  .describe('What is linked with a memory.');

export const ShortestPathSchema = z
  .object({
    found: z.boolean().describe('false: there is no path of so few links.'),
    path: z.array(z.array(z.number())).describe('The coordinates on the way, both ends included.'),
    links: z
      .array(
        z
          .object({ type: linkTypeField('Its type.'), weight: weightField('Its weight.') })
          .describe('One link of the path.'),
      )
      .describe('The links between them.'),
    cost: z.number().nullable().describe('The sum of the weights, or the number of links; null without a path.'),
  })
  .describe('The shortest path from one memory to another.')
  .meta({
    examples: [
      {
        found: true,
        path: [
          [1, 2, 3],
          [4, 5, 6],
        ],
        links: [{ type: 'related', weight: 0.5 }],
        cost: 0.5,
      },
    ],
  });
