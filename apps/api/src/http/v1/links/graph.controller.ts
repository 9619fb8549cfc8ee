import { Controller, Get, Query } from '@nestjs/common';
import { CurrentPrincipal } from '@sfm/auth';
import { AuthorizedLinks, neighborView, pathView, RequestLimits } from '@sfm/edge';
import type { Principal } from '@sfm/memory';
import { SchemaPipe } from '../../requests/schema.pipe.js';
import { v1 } from '../wire/errors.dto.js';
import {
  NeighborsDoc,
  NeighborsOfQuerySchema,
  PathBetweenQuerySchema,
  ShortestPathDoc,
  type NeighborsOfQuery,
  type PathBetweenQuery,
} from './links.dto.js';

const TAG = 'links';

/** Questions about how memories are linked. */
@Controller('v1/graph')
export class GraphController {
  constructor(
    private readonly links: AuthorizedLinks,
    private readonly limits: RequestLimits,
  ) {}

  @Get('neighbors')
  @v1({
    id: 'v1Neighbors',
    tag: TAG,
    summary: 'Find what is linked with a memory',
    description:
      'A direct neighbour comes once for each link to it, one further away once. Refused with 422 when too many links ' +
      'would have to be looked at.',
    query: NeighborsOfQuerySchema,
    answers: [{ status: 200, description: 'The nearest first.', schema: NeighborsDoc }],
    errors: [404],
  })
  async neighbors(
    @CurrentPrincipal() principal: Principal,
    @Query(new SchemaPipe(NeighborsOfQuerySchema, 'query')) query: NeighborsOfQuery,
  ) {
    const limit = this.limits.topK(query.limit, 'limit');
    const of = this.limits.coordinate(query.coordinate, 'coordinate');
    const { direction, k_hop: hops, type } = query;
    const asked = {
      of,
      direction,
      hops,
      order: 'newest',
      limit: limit + 1,
      ...(type === undefined ? {} : { type }),
    } as const;
    const found = await this.links.neighbours(principal, asked, 'refuse');
    return { neighbors: found.slice(0, limit).map(neighborView), has_more: found.length > limit };
  }

  @Get('shortest-path')
  @v1({
    id: 'v1ShortestPath',
    tag: TAG,
    summary: 'Find the shortest path between two memories',
    description: 'Along the links. Refused with 422 when too many memories would have to be looked at.',
    query: PathBetweenQuerySchema,
    answers: [{ status: 200, description: 'The path, or none.', schema: ShortestPathDoc }],
    errors: [404],
  })
  async shortestPath(
    @CurrentPrincipal() principal: Principal,
    @Query(new SchemaPipe(PathBetweenQuerySchema, 'query')) query: PathBetweenQuery,
  ) {
    const from = this.limits.coordinate(query.from, 'from');
    const to = this.limits.coordinate(query.to, 'to');
    const { cost, max_depth: maxLinks, type } = query;
    return pathView(
      await this.links.shortestPath(
        principal,
        { from, to, cost, maxLinks, ...(type === undefined ? {} : { type }) },
        'refuse',
      ),
    );
  }
}
