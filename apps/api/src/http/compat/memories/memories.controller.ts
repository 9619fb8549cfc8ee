import { Body, Controller, Delete, Get, HttpCode, Param, Post, Query, Res } from '@nestjs/common';
import { CurrentPrincipal } from '@sfm/auth';
import { AuthorizedReads, AuthorizedRecall, AuthorizedWrites, RequestLimits } from '@sfm/edge';
import type { Principal } from '@sfm/memory';
import type { FastifyReply } from 'fastify';
import { coordinateText } from '../../openapi/operation.js';
import { SchemaPipe } from '../../requests/schema.pipe.js';
import { markDegraded } from '../wire/degraded.js';
import { markLag } from '../wire/index-lag.js';
import { compatible } from '../wire/errors.dto.js';
import { clientType, withClientType } from '../../../client-words/client-type.js';
import {
  CreatedMemorySchema,
  CreateMemoryRequestSchema,
  DeletedMemorySchema,
  FoundMemoriesSchema,
  MemoryEnvelopeSchema,
  SearchQuerySchema,
  SearchRequestSchema,
  type CreateMemoryRequest,
  type SearchQuery,
  type SearchRequest,
} from './memories.dto.js';
import { lastOfEach, storedType, typeOrNone } from '../wire/fields.js';
import { QuestionReader } from '../wire/question.js';
import { warn } from '../wire/warnings.js';

const TAG = 'memories (compatible)';
const COORD = [coordinateText('coord')];

/** The newer compatible API: the same memories under `/memories`. */
@Controller('memories')
export class CompatMemoriesController {
  private readonly questions: QuestionReader;

  constructor(
    private readonly writes: AuthorizedWrites,
    private readonly reads: AuthorizedReads,
    private readonly recaller: AuthorizedRecall,
    private readonly limits: RequestLimits,
  ) {
    this.questions = new QuestionReader(limits);
  }

  @Post()
  @HttpCode(200)
  @compatible({
    id: 'createMemory',
    tag: TAG,
    summary: 'Keep one memory',
    body: CreateMemoryRequestSchema,
    answers: [{ status: 200, description: 'Kept.', schema: CreatedMemorySchema }],
    errors: [400, 413, 422, 503],
  })
  async create(
    @CurrentPrincipal() principal: Principal,
    @Body(new SchemaPipe(CreateMemoryRequestSchema)) { coord, payload, memory_type }: CreateMemoryRequest,
  ) {
    const memory = {
      coordinate: this.limits.coordinate(coord),
      payload: withClientType(payload, memory_type),
      type: storedType(memory_type),
    };
    await this.writes.store(principal, memory);
    return { coord, memory_type: memory_type || memory.type, ok: true };
  }

  @Post('search')
  @HttpCode(200)
  @compatible({
    id: 'searchMemories',
    tag: TAG,
    summary: 'Recall memories',
    body: SearchRequestSchema,
    answers: [{ status: 200, description: 'Best first.', schema: FoundMemoriesSchema }],
    errors: [413, 422, 503],
  })
  search(
    @CurrentPrincipal() principal: Principal,
    @Body(new SchemaPipe(SearchRequestSchema)) body: SearchRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    return this.find({ principal, reply }, body);
  }

  @Get('search')
  @compatible({
    id: 'searchMemoriesByQuery',
    tag: TAG,
    summary: 'Recall memories, asked in the query string',
    query: SearchQuerySchema,
    answers: [{ status: 200, description: 'Best first.', schema: FoundMemoriesSchema }],
    errors: [422, 503],
  })
  searchByQuery(
    @CurrentPrincipal() principal: Principal,
    @Query(new SchemaPipe(lastOfEach(SearchQuerySchema), 'query')) query: SearchQuery,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    return this.find({ principal, reply }, query);
  }

  @Get(':coord')
  @compatible({
    id: 'readMemory',
    tag: TAG,
    summary: 'Read one memory',
    params: COORD,
    answers: [{ status: 200, description: 'The memory.', schema: MemoryEnvelopeSchema }],
    errors: [400, 404, 503],
  })
  async read(@CurrentPrincipal() principal: Principal, @Param('coord') coord: string) {
    const memory = await this.reads.get(principal, this.limits.coordinate(coord));
    return {
      memory: {
        coordinate: memory.coordinate,
        payload: memory.payload,
        memory_type: clientType(memory),
        access_count: memory.accessCount,
        metadata: {},
        importance: memory.importance ?? 0,
        created_at: memory.createdAt.toISOString(),
        updated_at: memory.updatedAt.toISOString(),
      },
    };
  }

  @Delete(':coord')
  @compatible({
    id: 'deleteMemory',
    tag: TAG,
    summary: 'Delete one memory',
    params: COORD,
    answers: [{ status: 200, description: 'Gone.', schema: DeletedMemorySchema }],
    errors: [400, 503],
  })
  async remove(@CurrentPrincipal() principal: Principal, @Param('coord') coord: string) {
    const deleted = await this.writes.forget(principal, [this.limits.coordinate(coord)]);
    return { coord, deleted: deleted > 0 };
  }

  private async find(
    { principal, reply }: { readonly principal: Principal; readonly reply: FastifyReply },
    search: SearchQuery & Pick<Partial<SearchRequest>, 'memory_type'>,
  ) {
    const { query, top_k: topK, filters } = search;
    const offset = Math.max(0, search.offset);
    const asked = { query, topK, offset, filters, type: typeOrNone(search.memory_type) };
    const { request, warnings } = this.questions.read(asked);
    const result = await this.recaller.recall(principal, request);
    warn(reply, warnings);
    markDegraded(reply, result.degraded);
    markLag(reply, [result]);
    return {
      memories: result.hits.slice(offset).map(({ memory, score }) => ({
        coordinate: memory.coordinate,
        coord: memory.key,
        payload: memory.payload,
        memory_type: clientType(memory),
        importance: memory.importance ?? 0,
        score,
      })),
    };
  }
}
