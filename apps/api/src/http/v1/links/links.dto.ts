import {
  COORDINATE_PATTERN,
  LinkPageSchema,
  linkDirectionField,
  linkTypeField,
  MAX_PATH_DEPTH,
  NeighborsSchema,
  NewLinkSchema,
  PruneBodySchema,
  RemovedLinksSchema,
  ShortestPathSchema,
  WrittenLinkSchema,
} from '@sfm/edge';
import { MAX_NEIGHBOUR_HOPS } from '@sfm/memory';
import { z } from 'zod';
import { apiSchema } from '../../openapi/schema-registry.js';
import { queryInteger } from '../../requests/query-types.js';

export const NewLinkDoc = apiSchema('NewLink', NewLinkSchema);
export const WrittenLinkDoc = apiSchema('WrittenLink', WrittenLinkSchema);
export const LinkPageDoc = apiSchema('LinkPage', LinkPageSchema);
export const RemovedLinksDoc = apiSchema('RemovedLinks', RemovedLinksSchema);
export const PruneDoc = apiSchema('Prune', PruneBodySchema);
export const NeighborsDoc = apiSchema('Neighbors', NeighborsSchema);
export const ShortestPathDoc = apiSchema('ShortestPath', ShortestPathSchema);

const coordinateParameter = (description: string) =>
  z
    .string()
    .describe(`${description} Numbers separated by commas.`)
    .meta({ pattern: COORDINATE_PATTERN, examples: ['1,2,3'] });

const typeParameter = () => linkTypeField('Only links of this type.').optional();

const directionParameter = (description: string) => linkDirectionField(description).default('out');

const limitParameter = (description: string) =>
  queryInteger(description, { least: 1, otherwise: 50 }).meta({ 'x-at-most': 'maxTopK' });

/** An integer in a query string from 1 to `most`. */
const upTo = (most: number, description: string, otherwise: number) => {
  const field = queryInteger(description, { least: 1, otherwise });
  return field.refine((value) => value <= most, `must be at most ${most}`).meta({ ...field.meta(), maximum: most });
};

export const ListLinksQuerySchema = z.strictObject({
  coordinate: coordinateParameter('Whose links are wanted.'),
  direction: directionParameter(
    'Which of them: `out`, those that lead from there; `in`, those that lead there; `both`.',
  ),
  other: coordinateParameter('Only links from or to this coordinate.').optional(),
  type: typeParameter(),
  limit: limitParameter('Links per page, at most the configured maximum.'),
  cursor: z.string().optional().describe('`next_cursor` of the page before.'),
});
export type ListLinksQuery = z.output<typeof ListLinksQuerySchema>;

export const RemoveLinksQuerySchema = z.strictObject({
  from: coordinateParameter('Where the links begin.'),
  to: coordinateParameter('Where they lead.'),
  type: typeParameter(),
});
export type RemoveLinksQuery = z.output<typeof RemoveLinksQuerySchema>;

export const NeighborsOfQuerySchema = z.strictObject({
  coordinate: coordinateParameter('Whose neighbours are wanted.'),
  k_hop: upTo(MAX_NEIGHBOUR_HOPS, `How many links away they may be, at most ${MAX_NEIGHBOUR_HOPS}.`, 1),
  direction: directionParameter('`out`: where links lead; `in`: where they come from; `both`.'),
  type: typeParameter(),
  limit: limitParameter('How many, at most the configured maximum.'),
});
export type NeighborsOfQuery = z.output<typeof NeighborsOfQuerySchema>;

export const PathBetweenQuerySchema = z.strictObject({
  from: coordinateParameter('Where the path begins.'),
  to: coordinateParameter('Where it leads.'),
  type: typeParameter(),
  max_depth: upTo(MAX_PATH_DEPTH, `Most links of the path, at most ${MAX_PATH_DEPTH}.`, MAX_PATH_DEPTH),
  cost: z
    .enum(['weight', 'links'])
    .describe('What is to be small: the sum of the weights, or the number of links.')
    .default('weight'),
});
export type PathBetweenQuery = z.output<typeof PathBetweenQuerySchema>;
