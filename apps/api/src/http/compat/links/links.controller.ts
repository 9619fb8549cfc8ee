import { Body, Controller, Get, HttpCode, Post, Query, Res } from '@nestjs/common';
import { CurrentPrincipal } from '@sfm/auth';
import { AuthorizedLinks, RequestLimits } from '@sfm/edge';
import { coordinateOfKey, MAX_PATH_LINKS, type Principal } from '@sfm/memory';
import type { FastifyReply } from 'fastify';
import { SchemaPipe } from '../../requests/schema.pipe.js';
import { compatible } from '../wire/errors.dto.js';
import { lastOfEach } from '../wire/fields.js';
import { StoredSchema } from '../memories/store.dto.js';
import {
  EdgesRequestSchema,
  EdgesSchema,
  LinkRequestSchema,
  NeighborPairsSchema,
  NeighborsQuerySchema,
  PathSchema,
  PrunedSchema,
  PruneRequestSchema,
  ShortestPathQuerySchema,
  UnlinkedSchema,
  UnlinkRequestSchema,
  type EdgesRequest,
  type LinkRequest,
  type NeighborsQuery,
  type PruneRequest,
  type ShortestPathQuery,
  type UnlinkRequest,
} from './links.dto.js';
import { ofType } from './link-type.js';
import { noneWhereGivenUp } from './search-given-up.js';

const TAG = 'links (compatible)';
const UNKNOWN_IS_EMPTY = 'Empty for a coordinate that nothing is known of.';

/** Links in the words of the older compatible API. */
@Controller()
export class CompatLinksController {
  constructor(
    private readonly links: AuthorizedLinks,
    private readonly limits: RequestLimits,
  ) {}

  @Post('link')
  @HttpCode(200)
  @compatible({
    id: 'link',
    tag: TAG,
    summary: 'Link two memories',
    description: 'Answered after the link is committed. The same request twice is harmless.',
    body: LinkRequestSchema,
    answers: [{ status: 200, description: 'Linked.', schema: StoredSchema }],
    errors: [400, 404, 413, 422, 503],
  })
  async link(
    @CurrentPrincipal() principal: Principal,
    @Body(new SchemaPipe(LinkRequestSchema)) body: LinkRequest,
  ): Promise<{ ok: true }> {
    const from = this.limits.coordinate(body.from_coord, 'from_coord');
    const to = this.limits.coordinate(body.to_coord, 'to_coord');
    const link = { from, to, type: body.type || 'related', weight: body.weight, allowsSelf: true };
    await this.links.link(principal, link, 'from');
    return { ok: true };
  }

  @Get('neighbors')
  @compatible({
    id: 'neighborPairs',
    tag: TAG,
    summary: 'List where the links of a memory lead, as pairs',
    description: `List where the links of a memory lead, as pairs. ${UNKNOWN_IS_EMPTY}`,
    query: NeighborsQuerySchema,
    answers: [{ status: 200, description: 'Pairs.', schema: NeighborPairsSchema }],
    errors: [400, 422, 503],
  })
  async neighborPairs(
    @CurrentPrincipal() principal: Principal,
    @Query(new SchemaPipe(lastOfEach(NeighborsQuerySchema), 'query')) query: NeighborsQuery,
  ) {
    const of = this.limits.coordinate(query.coord);
    const limit = query.limit === undefined ? {} : { limit: Math.max(0, Math.floor(query.limit)) };
    const asked = { of, direction: 'out', hops: 1, order: 'oldest', ...ofType(query.link_type), ...limit } as const;
    const found = limit.limit === 0 ? [] : await this.links.neighbours(principal, asked, 'empty');
    return {
      neighbors: found.map(({ coordinate, link: { type, weight, createdAt } }) => [
        coordinate,
        { to: coordinate, type, timestamp: createdAt.getTime() / 1000, weight },
      ]),
    };
  }

  @Post('neighbors')
  @HttpCode(200)
  @compatible({
    id: 'edges',
    tag: TAG,
    summary: 'List the links of a memory',
    description: `List the links that lead from a memory. ${UNKNOWN_IS_EMPTY}`,
    body: EdgesRequestSchema,
    answers: [{ status: 200, description: 'Links.', schema: EdgesSchema }],
    errors: [400, 413, 422, 503],
  })
  async edges(@CurrentPrincipal() principal: Principal, @Body(new SchemaPipe(EdgesRequestSchema)) body: EdgesRequest) {
    const of = this.limits.coordinateOf(body.from_coord, 'from_coord');
    const limit = body.limit > 0 ? { limit: body.limit } : {};
    const asked = { of, direction: 'out', hops: 1, order: 'oldest', ...ofType(body.type, 'type'), ...limit } as const;
    const found = await this.links.neighbours(principal, asked, 'empty');
    return {
      edges: found.map(({ link: { from, to, type, weight } }) => ({
        from: from.coordinate,
        to: to.coordinate,
        type,
        weight,
      })),
    };
  }

  @Post('unlink')
  @HttpCode(200)
  @compatible({
    id: 'unlink',
    tag: TAG,
    summary: 'Remove links between two memories',
    body: UnlinkRequestSchema,
    answers: [{ status: 200, description: 'Gone.', schema: UnlinkedSchema }],
    errors: [400, 413, 422, 503],
  })
  async unlink(
    @CurrentPrincipal() principal: Principal,
    @Body(new SchemaPipe(UnlinkRequestSchema)) body: UnlinkRequest,
  ) {
    const from = this.limits.coordinateOf(body.from_coord, 'from_coord');
    const to = this.limits.coordinateOf(body.to_coord, 'to_coord');
    const removed = await this.links.unlink(principal, { from, to, ...ofType(body.type, 'type') });
    return { ok: true, removed };
  }

  @Post('prune')
  @HttpCode(200)
  @compatible({
    id: 'prune',
    tag: TAG,
    summary: 'Remove the weakest links of a memory',
    description: 'Removes links that weigh too little, and those beyond the heaviest. None, when neither is given.',
    body: PruneRequestSchema,
    answers: [{ status: 200, description: 'Gone.', schema: PrunedSchema }],
    errors: [400, 413, 422, 503],
  })
  async prune(@CurrentPrincipal() principal: Principal, @Body(new SchemaPipe(PruneRequestSchema)) body: PruneRequest) {
    const { weight_below: weightBelow, max_degree: maxDegree, allow_all: allowsAll } = body;
    const removed = await this.links.prune(principal, {
      from: this.limits.coordinateOf(body.from_coord, 'from_coord'),
      ...ofType(body.type, 'type'),
      ...(weightBelow === undefined ? {} : { weightBelow }),
      ...(maxDegree === undefined ? {} : { maxDegree }),
      allowsAll,
    });
    return { removed };
  }

  @Get('shortest_path')
  @compatible({
    id: 'shortestPath',
    tag: TAG,
    summary: 'Find the path whose links weigh least',
    description:
      `Find the path whose links weigh least, along their direction. ${UNKNOWN_IS_EMPTY} None where too many memories would have to ` +
      'be looked at; the header `Warning` says so.',
    query: ShortestPathQuerySchema,
    answers: [{ status: 200, description: 'The path.', schema: PathSchema }],
    errors: [400, 422, 503],
  })
  async shortestPath(
    @CurrentPrincipal() principal: Principal,
    @Query(new SchemaPipe(lastOfEach(ShortestPathQuerySchema), 'query')) query: ShortestPathQuery,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    const from = this.limits.coordinate(query.frm, 'frm');
    const to = this.limits.coordinate(query.to, 'to');
    const asked = { from, to, maxLinks: MAX_PATH_LINKS, cost: 'weight', ...ofType(query.link_type) } as const;
    const found = await noneWhereGivenUp(reply, this.links.shortestPath(principal, asked, 'empty'));
    return { path: (found?.nodes ?? []).map(coordinateOfKey) };
  }
}
