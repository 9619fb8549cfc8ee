import { Body, Controller, Get, HttpCode, Post, Query, Res } from '@nestjs/common';
import { CountsAs, CurrentPrincipal } from '@sfm/auth';
import { AuthorizedRecall, RequestLimits } from '@sfm/edge';
import { isJsonObject, type JsonObject, type RecallHit, type RecallRequest, type Principal } from '@sfm/memory';
import type { FastifyReply } from 'fastify';
import { HttpOptions } from '../../options/http-options.js';
import { SchemaPipe } from '../../requests/schema.pipe.js';
import { markDegraded } from '../wire/degraded.js';
import { compatible } from '../wire/errors.dto.js';
import { flatPayload } from '../wire/flat-payload.mapper.js';
import {
  BatchesSchema,
  ContextRecallRequestSchema,
  HybridRecallRequestSchema,
  MatchesSchema,
  PayloadResultsSchema,
  RecallBatchRequestSchema,
  RecallQuerySchema,
  RecallRequestSchema,
  ScoredRecallRequestSchema,
  ScoredResultsSchema,
  type ContextRecallRequest,
  type HybridRecallRequest,
  type RecallBatchRequest,
  type RecallQuery,
  type RecallRequestBody,
  type ScoredRecallRequest,
} from './recall.dto.js';
import { equalityFilter } from '../wire/fields.js';

const TAG = 'recall (compatible)';
const ERRORS = [413, 422, 503];

interface ScoredPayload {
  readonly payload: JsonObject;
  readonly score: number;
}

/** The caller and the reply of one request. */
interface Call {
  readonly principal: Principal;
  readonly reply: FastifyReply;
}

/** Recall routes of the compatible API. */
@Controller()
export class CompatRecallController {
  constructor(
    private readonly recaller: AuthorizedRecall,
    private readonly limits: RequestLimits,
    private readonly options: HttpOptions,
  ) {}

  @Post('recall')
  @HttpCode(200)
  @compatible({
    id: 'recall',
    tag: TAG,
    summary: 'Recall memories',
    body: RecallRequestSchema,
    answers: [{ status: 200, description: 'Payloads, best first.', schema: MatchesSchema }],
    errors: ERRORS,
  })
  async recall(
    @CurrentPrincipal() principal: Principal,
    @Body(new SchemaPipe(RecallRequestSchema)) body: RecallRequestBody,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<{ matches: JsonObject[] }> {
    return { matches: await this.payloads({ principal, reply }, this.toRequest(body)) };
  }

  @Get('recall')
  @compatible({
    id: 'recallByQuery',
    tag: TAG,
    summary: 'Recall memories, asked in the query string',
    query: RecallQuerySchema,
    answers: [{ status: 200, description: 'Payloads, best first.', schema: MatchesSchema }],
    errors: [422, 503],
  })
  async recallByQuery(
    @CurrentPrincipal() principal: Principal,
    @Query(new SchemaPipe(RecallQuerySchema, 'query')) query: RecallQuery,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<{ matches: JsonObject[] }> {
    return { matches: await this.payloads({ principal, reply }, this.toRequest(query)) };
  }

  @Post('recall_batch')
  @HttpCode(200)
  @CountsAs(queriesIn)
  @compatible({
    id: 'recallBatch',
    tag: TAG,
    summary: 'Recall for several questions',
    body: RecallBatchRequestSchema,
    answers: [{ status: 200, description: 'One list per question.', schema: BatchesSchema }],
    errors: ERRORS,
  })
  async recallBatch(
    @CurrentPrincipal() principal: Principal,
    @Body(new SchemaPipe(RecallBatchRequestSchema)) { queries, ...settings }: RecallBatchRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<{ batches: JsonObject[][] }> {
    this.limits.count(queries.length, this.limits.bounds.maxBatchQueries, 'queries');
    const requests = queries.map((query, index) => this.toRequest({ ...settings, query }, `queries.${index}`));
    const results = await this.recaller.recallEach(principal, requests);
    markDegraded(reply, [...new Set(results.flatMap(({ degraded }) => degraded))]);
    return { batches: results.map(({ hits }) => hits.map(({ memory }) => flatPayload(memory))) };
  }

  @Post('recall_with_scores')
  @HttpCode(200)
  @compatible({
    id: 'recallWithScores',
    tag: TAG,
    summary: 'Recall memories with their scores',
    body: ScoredRecallRequestSchema,
    answers: [{ status: 200, description: 'Payloads and scores, best first.', schema: ScoredResultsSchema }],
    errors: ERRORS,
  })
  async recallWithScores(
    @CurrentPrincipal() principal: Principal,
    @Body(new SchemaPipe(ScoredRecallRequestSchema)) body: ScoredRecallRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<{ results: ScoredPayload[] }> {
    return { results: await this.scored({ principal, reply }, this.toRequest(body)) };
  }

  @Post('hybrid_recall_with_scores')
  @HttpCode(200)
  @compatible({
    id: 'hybridRecallWithScores',
    tag: TAG,
    summary: 'Recall memories with extra weight on given words',
    body: HybridRecallRequestSchema,
    answers: [{ status: 200, description: 'Payloads and scores, best first.', schema: ScoredResultsSchema }],
    errors: ERRORS,
  })
  async hybridRecallWithScores(
    @CurrentPrincipal() principal: Principal,
    @Body(new SchemaPipe(HybridRecallRequestSchema)) body: HybridRecallRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<{ results: ScoredPayload[] }> {
    const terms = (body.terms ?? []).map((term, index) => this.limits.text(term, `terms.${index}`));
    this.limits.count(terms.length, this.limits.bounds.maxBatchQueries, 'terms');
    const request = this.toRequest({ ...body, hybrid: true });
    const { boost, exact, case_sensitive: caseSensitive } = body;
    const keywords = terms.length > 0 ? { terms, boost, exact, caseSensitive } : undefined;
    return { results: await this.scored({ principal, reply }, { ...request, ...(keywords ? { keywords } : {}) }) };
  }

  @Post('recall_with_context')
  @HttpCode(200)
  @compatible({
    id: 'recallWithContext',
    tag: TAG,
    summary: 'Recall memories in a situation',
    body: ContextRecallRequestSchema,
    answers: [{ status: 200, description: 'Payloads, best first.', schema: PayloadResultsSchema }],
    errors: ERRORS,
  })
  async recallWithContext(
    @CurrentPrincipal() principal: Principal,
    @Body(new SchemaPipe(ContextRecallRequestSchema)) body: ContextRecallRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<{ results: JsonObject[] }> {
    const context = this.limits.json(body.context, 'context');
    return { results: await this.payloads({ principal, reply }, { ...this.toRequest(body), context }) };
  }

  private async payloads(call: Call, request: RecallRequest): Promise<JsonObject[]> {
    return (await this.hits(call, request)).map(({ memory }) => flatPayload(memory));
  }

  private async scored(call: Call, request: RecallRequest): Promise<ScoredPayload[]> {
    return (await this.hits(call, request)).map(({ memory, score }) => ({ payload: flatPayload(memory), score }));
  }

  private async hits({ principal, reply }: Call, request: RecallRequest): Promise<readonly RecallHit[]> {
    const { hits, degraded } = await this.recaller.recall(principal, request);
    markDegraded(reply, degraded);
    return hits;
  }

  private toRequest(
    body: Partial<RecallRequestBody> & { query: string; top_k: number },
    field = 'query',
  ): RecallRequest {
    const filters = body.filters ? this.limits.json(body.filters, 'filters') : undefined;
    const filter = equalityFilter(body.type, filters);
    return {
      query: this.limits.text(body.query, field),
      topK: this.limits.topK(body.top_k),
      mode: (body.hybrid ?? this.options.hybridDefault) ? 'hybrid' : 'vector',
      ...(filter ? { filter } : {}),
    };
  }
}

/** Each question of a batch is a recall. */
function queriesIn(body: unknown): number {
  const queries: unknown = isJsonObject(body) ? body['queries'] : undefined;
  return Array.isArray(queries) ? queries.length : 1;
}
