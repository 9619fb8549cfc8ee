import { Body, Controller, Get, HttpCode, Post, Query, Res } from '@nestjs/common';
import { CountsAs, CurrentPrincipal } from '@sfm/auth';
import { AuthorizedRecall, RequestLimits } from '@sfm/edge';
import {
  isJsonObject,
  mapInTurns,
  type JsonObject,
  type KeywordBoost,
  type MemoryType,
  type Principal,
  type RecallHit,
} from '@sfm/memory';
import type { FastifyReply } from 'fastify';
import { HttpOptions } from '../../options/http-options.js';
import { SchemaPipe } from '../../requests/schema.pipe.js';
import { markDegraded } from '../wire/degraded.js';
import { compatible } from '../wire/errors.dto.js';
import { markLag } from '../wire/index-lag.js';
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
import { lastOfEach, storedType, typeOrNone, type UnreadableFilters } from '../wire/fields.js';
import { QuestionReader, type Asked } from '../wire/question.js';
import { warn } from '../wire/warnings.js';

const TAG = 'recall (compatible)';
const ERRORS = [413, 422, 503];
const MAX_BOOST = 1000;

interface ScoredPayload {
  readonly payload: JsonObject;
  readonly score: number;
}

/** The caller and the reply of one request. */
interface Call {
  readonly principal: Principal;
  readonly reply: FastifyReply;
}

/** The fields that every recall has. */
interface RecallFields {
  readonly query: string;
  readonly top_k: number;
  readonly type?: string | null | undefined;
  readonly filters?: JsonObject | UnreadableFilters | null | undefined;
  readonly hybrid?: boolean;
}

/** Recall routes of the compatible API. */
@Controller()
export class CompatRecallController {
  private readonly questions: QuestionReader;

  constructor(
    private readonly recaller: AuthorizedRecall,
    private readonly limits: RequestLimits,
    private readonly options: HttpOptions,
  ) {
    this.questions = new QuestionReader(limits);
  }

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
    return { matches: await this.payloads({ principal, reply }, this.asked(body, typeOrEpisodic)) };
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
    @Query(new SchemaPipe(lastOfEach(RecallQuerySchema), 'query')) query: RecallQuery,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<{ matches: JsonObject[] }> {
    return { matches: await this.payloads({ principal, reply }, this.asked(query, typeOrEpisodic)) };
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
    const questions = await mapInTurns(queries, (query) =>
      this.questions.read(this.asked({ ...settings, query }, typeOrEpisodic)),
    );
    const results = await this.recaller.recallEach(
      principal,
      questions.map(({ request }) => request),
    );
    const warnings = questions.flatMap((question) => question.warnings);
    warn(reply, warnings);
    markDegraded(reply, [...new Set(results.flatMap(({ degraded }) => degraded))]);
    markLag(reply, results);
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
    return { results: await this.scored({ principal, reply }, this.asked(body, typeOrNone)) };
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
    const { terms, boost, exact, case_sensitive: caseSensitive } = body;
    const keywords: KeywordBoost = {
      terms: terms ?? [],
      boost: Math.max(-MAX_BOOST, Math.min(boost, MAX_BOOST)),
      exact,
      caseSensitive,
    };
    const asked = this.asked({ ...body, hybrid: true }, typeOrNone);
    return { results: await this.scored({ principal, reply }, { ...asked, keywords }) };
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
    const asked = this.asked(body, typeOrNone);
    return { results: await this.payloads({ principal, reply }, { ...asked, context: body.context }) };
  }

  private async payloads(call: Call, asked: Asked): Promise<JsonObject[]> {
    return (await this.hits(call, asked)).map(({ memory }) => flatPayload(memory));
  }

  private async scored(call: Call, asked: Asked): Promise<ScoredPayload[]> {
    return (await this.hits(call, asked)).map(({ memory, score }) => ({ payload: flatPayload(memory), score }));
  }

  private async hits({ principal, reply }: Call, asked: Asked): Promise<readonly RecallHit[]> {
    const { request, warnings } = this.questions.read(asked);
    const result = await this.recaller.recall(principal, request);
    warn(reply, warnings);
    markDegraded(reply, result.degraded);
    markLag(reply, [result]);
    return result.hits;
  }

  /** @param readType what a type that only clients know means to the route, as in the reference */
  private asked(
    { query, top_k: topK, type, filters, hybrid = false }: RecallFields,
    readType: (type: string | null | undefined) => MemoryType | undefined,
  ): Asked {
    const isHybrid = hybrid || this.options.hybridDefault;
    return { query, topK, type: readType(type), filters, mode: isHybrid ? 'hybrid' : 'vector' };
  }
}

function typeOrEpisodic(type: string | null | undefined): MemoryType | undefined {
  return type ? storedType(type) : undefined;
}

/** Each question of a batch is a recall. */
function queriesIn(body: unknown): number {
  const queries: unknown = isJsonObject(body) ? body['queries'] : undefined;
  return Array.isArray(queries) ? queries.length : 1;
}
