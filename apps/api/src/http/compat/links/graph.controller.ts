import { Body, Controller, Get, HttpCode, Post, Query, Res } from '@nestjs/common';
import { CurrentPrincipal } from '@sfm/auth';
import { AuthorizedLinks, RequestLimits } from '@sfm/edge';
import { checkWeight, coordinateOfKey, MAX_NEIGHBOUR_HOPS, MAX_PATH_LINKS, type Principal } from '@sfm/memory';
import type { FastifyReply } from 'fastify';
import { SchemaPipe } from '../../requests/schema.pipe.js';
import { compatible } from '../wire/errors.dto.js';
import { lastOfEach } from '../wire/fields.js';
import { pythonCoord } from '../../../client-words/python-coord.js';
import { warn } from '../wire/warnings.js';
import {
  GraphLinkedSchema,
  GraphLinkRequestSchema,
  GraphNeighborsQuerySchema,
  GraphNeighborsSchema,
  GraphPathQuerySchema,
  GraphPathSchema,
  type GraphLinkRequest,
  type GraphNeighborsQuery,
  type GraphPathQuery,
} from './graph.dto.js';
import { ofType } from './link-type.js';
import { noneWhereGivenUp } from './search-given-up.js';

const TAG = 'links (compatible)';

/** Links in the words of the newer compatible API: between any coordinates, whether memories live there or not. */
@Controller('graph')
export class CompatGraphController {
  constructor(
    private readonly links: AuthorizedLinks,
    private readonly limits: RequestLimits,
  ) {}

  @Post('link')
  @HttpCode(200)
  @compatible({
    id: 'graphLink',
    tag: TAG,
    summary: 'Link two coordinates',
    description: 'Answered after the link is committed. No memory has to live at either end.',
    body: GraphLinkRequestSchema,
    answers: [{ status: 200, description: 'Linked.', schema: GraphLinkedSchema }],
    errors: [400, 413, 422, 503],
  })
  async link(
    @CurrentPrincipal() principal: Principal,
    @Body(new SchemaPipe(GraphLinkRequestSchema)) body: GraphLinkRequest,
  ) {
    const { from_coord, to_coord, strength: weight, metadata } = body;
    const from = this.limits.coordinate(from_coord, 'from_coord');
    const to = this.limits.coordinate(to_coord, 'to_coord');
    checkWeight(weight, 'strength');
    const { type: link_type = 'related' } = ofType(body.link_type);
    const link = { from, to, type: link_type, weight, allowsSelf: true, ...(metadata ? { metadata } : {}) };
    await this.links.link(principal, link, 'none');
    return { from_coord, to_coord, link_type, ok: true };
  }

  @Get('neighbors')
  @compatible({
    id: 'graphNeighbors',
    tag: TAG,
    summary: 'Find what is linked with a memory',
    description: 'Find what is linked with a memory. Empty for a coordinate that nothing is known of.',
    query: GraphNeighborsQuerySchema,
    answers: [{ status: 200, description: 'The nearest first.', schema: GraphNeighborsSchema }],
    errors: [400, 422, 503],
  })
  async neighbors(
    @CurrentPrincipal() principal: Principal,
    @Query(new SchemaPipe(lastOfEach(GraphNeighborsQuerySchema), 'query')) query: GraphNeighborsQuery,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    const { coord, direction, link_type } = query;
    const { maxTopK } = this.limits.bounds;
    const of = this.limits.coordinate(coord);
    const hops = Math.min(Math.max(query.k_hop, 1), MAX_NEIGHBOUR_HOPS);
    const limit = Math.min(query.limit, maxTopK);
    const page = { hops, limit, offset: Math.max(0, query.offset) };
    warn(reply, [
      ...(query.k_hop > MAX_NEIGHBOUR_HOPS ? [`k_hop: cut to ${MAX_NEIGHBOUR_HOPS}`] : []),
      ...(query.limit > maxTopK ? [`limit: cut to ${maxTopK}`] : []),
    ]);
    const asked = { of, direction, order: 'newest', ...ofType(link_type), ...page } as const;
    const found = limit < 1 ? [] : await this.links.neighbours(principal, asked, 'empty');
    return {
      coord,
      neighbors: found.map(({ coordinate, link, ...way }) => ({
        coord: pythonCoord(coordinate),
        coordinate,
        link_type: link.type,
        strength: link.weight,
        metadata: link.metadata,
        hops: way.hops,
        direction: way.direction,
      })),
    };
  }

  @Get('path')
  @compatible({
    id: 'graphPath',
    tag: TAG,
    summary: 'Find the path with the fewest links',
    description:
      'Find the path with the fewest links, along their direction. None where too many links would have to be read; the header ' +
      '`Warning` says so.',
    query: GraphPathQuerySchema,
    answers: [{ status: 200, description: 'The path, or none.', schema: GraphPathSchema }],
    errors: [400, 422, 503],
  })
  async path(
    @CurrentPrincipal() principal: Principal,
    @Query(new SchemaPipe(lastOfEach(GraphPathQuerySchema), 'query')) query: GraphPathQuery,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    const { from_coord, to_coord, link_type, max_length } = query;
    const from = this.limits.coordinate(from_coord, 'from_coord');
    const to = this.limits.coordinate(to_coord, 'to_coord');
    const maxLinks = Math.min(Math.max(max_length, 1), MAX_PATH_LINKS);
    const asked = { from, to, maxLinks, cost: 'links', ...ofType(link_type) } as const;
    const found = await noneWhereGivenUp(reply, this.links.shortestPath(principal, asked, 'empty'));
    return {
      from_coord,
      to_coord,
      path: (found?.nodes ?? []).map((key) => pythonCoord(coordinateOfKey(key))),
      link_types: (found?.steps ?? []).map(({ type }) => type),
      found: found !== undefined,
    };
  }
}
