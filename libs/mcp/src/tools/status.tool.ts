import { hasScope } from '@sfm/memory';
import { z } from 'zod';
import { defineTool, READS } from './tool.js';

export const getStatus = defineTool({
  name: 'get_status',
  title: 'Tell how the memory is',
  description:
    'Tells which namespace this is, how many memories and links it has, whether you may write, and whether all parts answer.',
  hints: READS,
  input: z.strictObject({}),
  run: async ({ places, principal }) => {
    const [memories, links, health] = await Promise.all([
      places.reads.counts(principal),
      places.links.countLinks(principal, 'here'),
      places.health.read(),
    ]);
    return {
      namespace: principal.namespace,
      memories,
      links,
      may_write: hasScope(principal, 'write'),
      is_ready: health.obstacle === undefined,
      parts: health.components.map(({ name, healthy }) => ({ name, healthy })),
    };
  },
});
