import { Body, Controller, Delete, Get, Param, Post, Query, Res } from '@nestjs/common';
import { CurrentPrincipal } from '@sfm/auth';
import {
  AuthorizedConsolidations,
  consolidationDetailView,
  consolidationPageView,
  consolidationPlanView,
  finishedConsolidationView,
  NewConsolidationSchema,
  PageCursor,
  RequestLimits,
  toConsolidationRequest,
  type NewConsolidationBody,
} from '@sfm/edge';
import type { Principal } from '@sfm/memory';
import type { FastifyReply } from 'fastify';
import { SchemaPipe } from '../../requests/schema.pipe.js';
import { v1 } from '../wire/errors.dto.js';
import {
  ConsolidationDetailDoc,
  ConsolidationPageDoc,
  ConsolidationPlanDoc,
  ConsolidationsQuerySchema,
  FinishedConsolidationDoc,
  NewConsolidationDoc,
  type ConsolidationsQuery,
} from './consolidations.dto.js';

const TAG = 'consolidation';
const ID = [{ name: 'id', schema: { type: 'string', format: 'uuid' } }];

/** Episodic memories that become semantic ones. */
@Controller('v1/consolidations')
export class ConsolidationsController {
  constructor(
    private readonly consolidations: AuthorizedConsolidations,
    private readonly limits: RequestLimits,
    private readonly cursors: PageCursor,
  ) {}

  @Post()
  @v1({
    id: 'v1Consolidate',
    tag: TAG,
    summary: 'Make semantic memories of clusters of episodic ones',
    description:
      'The new memories quote their sources and are linked with them; the sources stay. What is found and where it is kept ' +
      'follow from the memories and the request, so the same request twice changes nothing, and completes a run that was ' +
      'interrupted. 409 while another run is at work in the namespace.',
    body: NewConsolidationDoc,
    answers: [
      { status: 201, description: 'Done.', schema: FinishedConsolidationDoc },
      { status: 200, description: 'What would be done, for a dry run.', schema: ConsolidationPlanDoc },
    ],
    errors: [400, 409, 413, 415],
  })
  async create(
    @CurrentPrincipal() principal: Principal,
    @Res({ passthrough: true }) reply: FastifyReply,
    @Body(new SchemaPipe(NewConsolidationSchema)) body: NewConsolidationBody,
  ) {
    const request = toConsolidationRequest(body);
    if (body.dry_run) {
      void reply.status(200);
      return consolidationPlanView(await this.consolidations.previewConsolidation(principal, request));
    }
    const finished = await this.consolidations.consolidate(principal, request);
    void reply.status(201).header('location', `/v1/consolidations/${finished.run.id}`);
    return finishedConsolidationView(finished);
  }

  @Get()
  @v1({
    id: 'v1ListConsolidations',
    tag: TAG,
    summary: 'List consolidations',
    description: 'Newest first, a page at a time. The newest thousand are kept.',
    query: ConsolidationsQuerySchema,
    answers: [{ status: 200, description: 'A page.', schema: ConsolidationPageDoc }],
    errors: [404],
  })
  async list(
    @CurrentPrincipal() principal: Principal,
    @Query(new SchemaPipe(ConsolidationsQuerySchema, 'query')) { limit, cursor }: ConsolidationsQuery,
  ) {
    const { namespace } = principal;
    const before = cursor === undefined ? {} : { before: this.cursors.read(namespace, cursor).id };
    const query = { limit: this.limits.topK(limit, 'limit'), ...before };
    return consolidationPageView(
      namespace,
      await this.consolidations.listConsolidations(principal, query),
      this.cursors,
    );
  }

  @Get(':id')
  @v1({
    id: 'v1ReadConsolidation',
    tag: TAG,
    summary: 'Read a consolidation, and what it wrote',
    params: ID,
    answers: [{ status: 200, description: 'The consolidation.', schema: ConsolidationDetailDoc }],
    errors: [404],
  })
  async read(@CurrentPrincipal() principal: Principal, @Param('id') id: string) {
    return consolidationDetailView(await this.consolidations.findConsolidation(principal, id));
  }

  @Delete(':id')
  @v1({
    id: 'v1UndoConsolidation',
    tag: TAG,
    summary: 'Undo a consolidation',
    description:
      'Deletes the memories that it made, with their links, and gives those that it changed their version of before. What ' +
      'others have changed since is left, and the answer says so. Undoing twice is harmless.',
    params: ID,
    answers: [{ status: 200, description: 'Undone.', schema: ConsolidationDetailDoc }],
    errors: [404, 409],
  })
  async undo(@CurrentPrincipal() principal: Principal, @Param('id') id: string) {
    return consolidationDetailView(await this.consolidations.undoConsolidation(principal, id));
  }
}
