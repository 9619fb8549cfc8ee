import { coordinateInput, linkTypeField, NewLinkSchema, pathView } from '@sfm/edge';
import { z } from 'zod';
import { idOf } from './memory-id.js';
import { ADDS, defineTool, READS } from './tool.js';

/** Most links of a path. */
const MAX_DEPTH = 6;

export const linkMemories = defineTool({
  name: 'link_memories',
  title: 'Link two memories',
  description:
    'Says that one memory has to do with another: search then finds the other too, and find_path follows. The same link again ' +
    'changes nothing more than its weight and metadata.',
  hints: ADDS,
  input: NewLinkSchema,
  run: async ({ places, principal }, body) => {
    const from = places.limits.coordinateOf(body.from, 'from');
    const to = places.limits.coordinateOf(body.to, 'to');
    const { type, weight, metadata } = body;
    const link = { from, to, type, weight, ...(metadata ? { metadata } : {}) };
    const receipt = await places.links.link(principal, link, 'both');
    return { from: idOf(from), to: idOf(to), type, ...receipt };
  },
});

export const findPath = defineTool({
  name: 'find_path',
  title: 'Find how two memories are linked',
  description: 'Finds the shortest chain of links from one memory to another, or says that there is none.',
  hints: READS,
  input: z.strictObject({
    from: coordinateInput().describe('The id of the memory where the path begins.'),
    to: coordinateInput().describe('The id of the memory where it leads.'),
    type: linkTypeField('Only along links of this type.').optional(),
    max_depth: z.int().min(1).max(MAX_DEPTH).default(MAX_DEPTH).describe('Most links of the path.'),
    cost: z
      .enum(['weight', 'links'])
      .default('weight')
      .describe('What is to be small: the sum of the weights, or the number of links.'),
  }),
  run: async ({ places, principal }, { from, to, type, cost, max_depth: maxLinks }) => {
    const query = {
      from: places.limits.coordinateOf(from, 'from'),
      to: places.limits.coordinateOf(to, 'to'),
      ...{ cost, maxLinks, ...(type === undefined ? {} : { type }) },
    };
    const { path, ...rest } = pathView(await places.links.shortestPath(principal, query, 'refuse'));
    return { path: path.map(idOf), ...rest };
  },
});
