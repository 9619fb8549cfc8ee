import { coordinateInput } from '@sfm/edge';
import { MAX_LINK_TYPE_LENGTH } from '@sfm/memory';
import { z } from 'zod';
import { apiSchema } from '../../openapi/schema-registry.js';
import { coordField, flagField, integerField, numberField } from '../wire/fields.js';

const TYPE = 'What the link means; `related` when empty or null.';
const ANY_TYPE = 'Only links of this type; empty or null for all.';

/** For the API document; the core checks the same. Empty is as if it were not given. */
const BOUNDS = { pattern: String.raw`^[^\u0000]*$`, maxLength: MAX_LINK_TYPE_LENGTH };
const typeText = (description: string) =>
  z
    .string()
    .nullish()
    .meta({ ...BOUNDS, description });

export const linkType = () => typeText(TYPE);
export const anyLinkType = () => typeText(ANY_TYPE);
export const anyLinkTypeParameter = () =>
  z
    .string()
    .optional()
    .meta({ ...BOUNDS, description: 'Only links of this type; empty for all.' });

/** A number in text form, for the API document. */
const NOT_NEGATIVE = String.raw`^ *\+?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]{1,2})? *$`;

/** The cost of going along a link. */
export const weight = (description = 'What it costs to go along the link, 0 or more.') => {
  const field = numberField(1, description);
  return field.meta({ ...field.meta(), minimum: 0, pattern: NOT_NEGATIVE });
};

/** A bound that need not be given. */
const bound = (description: string) =>
  z
    .custom<number | string | null>((value) => value === null || isNumeric(value), 'must be a number')
    .optional()
    .transform((value) => (value === undefined || value === null ? undefined : Number(value)))
    .meta({ type: ['number', 'null'], minimum: 0, description });

const isNumeric = (value: unknown) =>
  typeof value === 'number' || (typeof value === 'string' && value.trim() !== '' && Number.isFinite(Number(value)));

export const LinkRequestSchema = apiSchema(
  'LinkRequest',
  z
    .object({
      from_coord: coordField('Where the link begins; a memory must live there.'),
      to_coord: coordField('Where it leads.'),
      type: linkType(),
      weight: weight(),
    })
    .describe('A link to make; the one of the same ends and type is changed. Unknown fields are ignored.')
    .meta({ examples: [{ from_coord: '1.0,2.0,3.0', to_coord: '4.0,5.0,6.0', type: 'related', weight: 1 }] }),
);
export type LinkRequest = z.output<typeof LinkRequestSchema>;

export const NeighborsQuerySchema = z.object({
  coord: coordField('Whose links are wanted.'),
  link_type: anyLinkTypeParameter(),
  limit: bound('How many; none for 0 and less, all when not given.').meta({ type: 'integer' }),
});
export type NeighborsQuery = z.output<typeof NeighborsQuerySchema>;

const LinkRecordSchema = apiSchema(
  'LinkRecord',
  z
    .object({
      to: z.array(z.number()).describe('Where the link leads.'),
      type: z.string().describe('What it means.'),
      timestamp: z.number().describe('When it was made, in epoch seconds.'),
      weight: z.number().describe('What it costs to go along it.'),
    })
    .describe('A link.'),
);

export const NeighborPairsSchema = apiSchema(
  'NeighborPairs',
  z
    .object({
      neighbors: z
        .array(z.tuple([z.array(z.number()), LinkRecordSchema]))
        .describe('Pairs of a coordinate and the link to it, in the order in which they were linked.'),
    })
    .describe('Where links lead.')
    .meta({
      examples: [{ neighbors: [[[4, 5, 6], { to: [4, 5, 6], type: 'related', timestamp: 1769860800, weight: 1 }]] }],
    }),
);

export const EdgesRequestSchema = apiSchema(
  'EdgesRequest',
  z
    .object({
      from_coord: coordinateInput(),
      type: anyLinkType(),
      limit: integerField(0, 'How many; all for 0 and less.'),
    })
    .describe('Whose links are wanted. Unknown fields are ignored.')
    .meta({ examples: [{ from_coord: [1, 2, 3], type: null, limit: 10 }] }),
);
export type EdgesRequest = z.output<typeof EdgesRequestSchema>;

export const EdgesSchema = apiSchema(
  'Edges',
  z
    .object({
      edges: z
        .array(
          z
            .object({
              from: z.array(z.number()).describe('Where the link begins.'),
              to: z.array(z.number()).describe('Where it leads.'),
              type: z.string().describe('What it means.'),
              weight: z.number().describe('What it costs to go along it.'),
            })
            .describe('A link.'),
        )
        .describe('In the order in which they were made.'),
    })
    .describe('Where links lead.')
    .meta({ examples: [{ edges: [{ from: [1, 2, 3], to: [4, 5, 6], type: 'related', weight: 1 }] }] }),
);

export const UnlinkRequestSchema = apiSchema(
  'UnlinkRequest',
  z
    .object({ from_coord: coordinateInput(), to_coord: coordinateInput(), type: anyLinkType() })
    .describe('The links to remove. Unknown fields are ignored.')
    .meta({ examples: [{ from_coord: [1, 2, 3], to_coord: [4, 5, 6], type: null }] }),
);
export type UnlinkRequest = z.output<typeof UnlinkRequestSchema>;

const removed = () => z.int().describe('How many links were removed.');

export const UnlinkedSchema = apiSchema(
  'Unlinked',
  z.object({ ok: z.literal(true).describe('The links are gone.'), removed: removed() }).describe('What was removed.'),
);

export const PruneRequestSchema = apiSchema(
  'PruneRequest',
  z
    .object({
      from_coord: coordinateInput(),
      weight_below: bound('Links that weigh less are removed.'),
      max_degree: bound('Of the heaviest links, this many stay.').meta({ type: ['integer', 'null'] }),
      type: anyLinkType(),
      allow_all: flagField(false, 'Must be true to remove all links that are looked at.'),
    })
    .describe('Which links of a memory are to be removed. Unknown fields are ignored.')
    .meta({ examples: [{ from_coord: [1, 2, 3], weight_below: 0.1, max_degree: null, type: null }] }),
);
export type PruneRequest = z.output<typeof PruneRequestSchema>;

export const PrunedSchema = apiSchema('Pruned', z.object({ removed: removed() }).describe('What was removed.'));

export const ShortestPathQuerySchema = z.object({
  frm: coordField('Where the path begins.'),
  to: coordField('Where it leads.'),
  link_type: anyLinkTypeParameter(),
});
export type ShortestPathQuery = z.output<typeof ShortestPathQuerySchema>;

export const PathSchema = apiSchema(
  'Path',
  z
    .object({ path: z.array(z.array(z.number())).describe('Both ends included; empty when there is none.') })
    .describe('The path whose links weigh least.')
    .meta({
      examples: [
        {
          path: [
            [1, 2, 3],
            [4, 5, 6],
          ],
        },
      ],
    }),
);
