import type { MemorySystem } from '@sfm/composition';
import { AuthorizedLinks } from '@sfm/edge';
import { checkLinkType, coordinateOfKey, MAX_PATH_LINKS, type Coordinate } from '@sfm/memory';
import type { Call } from '../client/memory-client.js';
import type { Checks, EmbeddedOperations } from './operation.js';

/** As the older compatible routes do: the words of the reference's commands are theirs. */
export function linkOperations(
  { links, graph }: MemorySystem,
  { limits }: Checks,
): Pick<EmbeddedOperations, 'link' | 'neighbors' | 'path'> {
  const authorized = new AuthorizedLinks(links, graph);
  return {
    link: async (principal, { body = {} }) => {
      const { from_coord: from, to_coord: to, type, weight } = body;
      const link = {
        from: limits.coordinate(String(from), 'from_coord'),
        to: limits.coordinate(String(to), 'to_coord'),
        type: typeof type === 'string' && type !== '' ? type : 'related',
        weight: Number(weight),
        allowsSelf: true,
      };
      await authorized.link(principal, link, 'from');
      return { ok: true };
    },
    neighbors: async (principal, { query = {} }) => {
      const { coord = '', limit } = query;
      const asked = {
        of: limits.coordinate(coord),
        direction: 'out',
        hops: 1,
        order: 'oldest',
        ...linkTypeIn(query),
        ...(limit === undefined ? {} : { limit: Number(limit) }),
      } as const;
      const found = await authorized.neighbours(principal, asked, 'empty');
      return {
        neighbors: found.map(({ coordinate, link: { type, weight, createdAt } }) => [
          coordinate,
          { to: coordinate, type, timestamp: createdAt.getTime() / 1000, weight },
        ]),
      };
    },
    path: async (principal, { query = {} }) => {
      const ends: Readonly<Record<'from' | 'to', Coordinate>> = {
        from: limits.coordinate(query['frm'] ?? '', 'frm'),
        to: limits.coordinate(query['to'] ?? '', 'to'),
      };
      const asked = { ...ends, maxLinks: MAX_PATH_LINKS, cost: 'weight', ...linkTypeIn(query) } as const;
      const found = await authorized.shortestPath(principal, asked, 'empty');
      return { path: (found?.nodes ?? []).map(coordinateOfKey) };
    },
  };
}

function linkTypeIn({ link_type: type }: NonNullable<Call['query']>): { readonly type?: string } {
  if (type === undefined || type === '') return {};
  checkLinkType(type, 'link_type');
  return { type };
}
