import { Body, Controller, Delete, Get, HttpCode, Post, Query, Res } from '@nestjs/common';
import { CurrentPrincipal } from '@sfm/auth';
import {
  AuthorizedLinks,
  linkView,
  NewLinkSchema,
  PageCursor,
  PruneBodySchema,
  RequestLimits,
  type NewLinkBody,
  type PruneBody,
} from '@sfm/edge';
import type { Principal } from '@sfm/memory';
import type { FastifyReply } from 'fastify';
import { SchemaPipe } from '../../requests/schema.pipe.js';
import { v1 } from '../wire/errors.dto.js';
import {
  LinkPageDoc,
  ListLinksQuerySchema,
  NewLinkDoc,
  PruneDoc,
  RemovedLinksDoc,
  RemoveLinksQuerySchema,
  WrittenLinkDoc,
  type ListLinksQuery,
  type RemoveLinksQuery,
} from './links.dto.js';

const TAG = 'links';

/** Links as a resource. */
@Controller('v1/links')
export class LinksController {
  constructor(
    private readonly links: AuthorizedLinks,
    private readonly limits: RequestLimits,
    private readonly cursors: PageCursor,
  ) {}

  @Post()
  @v1({
    id: 'v1CreateLink',
    tag: TAG,
    summary: 'Link two memories',
    description:
      'Answered after the link is committed; the same request twice is harmless. A link goes with the first of its ' +
      'memories that is deleted or expires, and does not come back with it.',
    body: NewLinkDoc,
    answers: [
      { status: 201, description: 'Linked.', schema: WrittenLinkDoc },
      { status: 200, description: 'There was such a link; it is now as asked.', schema: WrittenLinkDoc },
    ],
    errors: [400, 404, 413, 415],
  })
  async create(
    @CurrentPrincipal() principal: Principal,
    @Res({ passthrough: true }) reply: FastifyReply,
    @Body(new SchemaPipe(NewLinkSchema)) body: NewLinkBody,
  ) {
    const from = this.limits.coordinateOf(body.from, 'from');
    const to = this.limits.coordinateOf(body.to, 'to');
    const { type, weight, metadata } = body;
    const link = { from, to, type, weight, ...(metadata ? { metadata } : {}) };
    const receipt = await this.links.link(principal, link, 'both');
    void reply.status(receipt.created ? 201 : 200);
    return { from, to, type, ...receipt };
  }

  @Get()
  @v1({
    id: 'v1ListLinks',
    tag: TAG,
    summary: 'List the links of a memory',
    description: 'In the order in which they were made, a page at a time.',
    query: ListLinksQuerySchema,
    answers: [{ status: 200, description: 'A page.', schema: LinkPageDoc }],
    errors: [404],
  })
  async list(
    @CurrentPrincipal() principal: Principal,
    @Query(new SchemaPipe(ListLinksQuerySchema, 'query')) query: ListLinksQuery,
  ) {
    const { namespace } = principal;
    const { links, next } = await this.links.listLinks(principal, {
      of: this.limits.coordinate(query.coordinate, 'coordinate'),
      direction: query.direction,
      limit: this.limits.topK(query.limit, 'limit'),
      ...(query.other === undefined ? {} : { other: this.limits.coordinate(query.other, 'other') }),
      ...(query.type === undefined ? {} : { type: query.type }),
      ...(query.cursor === undefined ? {} : { after: this.cursors.read(namespace, query.cursor).id }),
    });
    const cursor = next === undefined ? null : this.cursors.write(namespace, { createdAtMs: 0, id: next });
    return { links: links.map(linkView), next_cursor: cursor };
  }

  @Delete()
  @v1({
    id: 'v1DeleteLinks',
    tag: TAG,
    summary: 'Remove links between two memories',
    description: 'Of one type, or of all. None is removed where there is none.',
    query: RemoveLinksQuerySchema,
    answers: [{ status: 200, description: 'Gone.', schema: RemovedLinksDoc }],
  })
  async remove(
    @CurrentPrincipal() principal: Principal,
    @Query(new SchemaPipe(RemoveLinksQuerySchema, 'query')) query: RemoveLinksQuery,
  ) {
    const removed = await this.links.unlink(principal, {
      from: this.limits.coordinate(query.from, 'from'),
      to: this.limits.coordinate(query.to, 'to'),
      ...(query.type === undefined ? {} : { type: query.type }),
    });
    return { removed };
  }

  @Post('prune')
  @HttpCode(200)
  @v1({
    id: 'v1PruneLinks',
    tag: TAG,
    summary: 'Remove the weakest links of a memory',
    description: 'Removes links that weigh too little, and those beyond the heaviest. None, when neither is given.',
    body: PruneDoc,
    answers: [{ status: 200, description: 'Gone.', schema: RemovedLinksDoc }],
    errors: [400, 413, 415],
  })
  async prune(@CurrentPrincipal() principal: Principal, @Body(new SchemaPipe(PruneBodySchema)) body: PruneBody) {
    const removed = await this.links.prune(principal, {
      from: this.limits.coordinateOf(body.from, 'from'),
      allowsAll: body.allow_all,
      ...(body.type === undefined ? {} : { type: body.type }),
      ...(body.weight_below === undefined ? {} : { weightBelow: body.weight_below }),
      ...(body.max_degree === undefined ? {} : { maxDegree: body.max_degree }),
    });
    return { removed };
  }
}
