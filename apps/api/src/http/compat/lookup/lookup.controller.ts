import { Body, Controller, Get, HttpCode, Post, Query } from '@nestjs/common';
import { CurrentPrincipal } from '@sfm/auth';
import { AuthorizedReads, RequestLimits } from '@sfm/edge';
import { coordinateKey, type JsonObject, type Principal } from '@sfm/memory';
import { SchemaPipe } from '../../requests/schema.pipe.js';
import { compatible } from '../wire/errors.dto.js';
import { flatPayload } from '../wire/flat-payload.mapper.js';
import {
  CoordsSchema,
  KeywordSearchRequestSchema,
  PayloadsRequestSchema,
  PayloadsSchema,
  RangeQuerySchema,
  type KeywordSearchRequest,
  type PayloadsRequest,
  type RangeQuery,
} from './lookup.dto.js';
import { PayloadResultsSchema } from '../recall/recall.dto.js';

/** Routes of the compatible API that read by word, by place and by coordinate. */
@Controller()
export class CompatLookupController {
  constructor(
    private readonly memories: AuthorizedReads,
    private readonly limits: RequestLimits,
  ) {}

  @Post('keyword_search')
  @HttpCode(200)
  @compatible({
    id: 'keywordSearch',
    tag: 'recall (compatible)',
    summary: 'Find a literal text in payloads',
    body: KeywordSearchRequestSchema,
    answers: [{ status: 200, description: 'Payloads, newest first.', schema: PayloadResultsSchema }],
    errors: [413, 422, 503],
  })
  async keywordSearch(
    @CurrentPrincipal() principal: Principal,
    @Body(new SchemaPipe(KeywordSearchRequestSchema)) body: KeywordSearchRequest,
  ): Promise<{ results: JsonObject[] }> {
    const found = await this.memories.keywordSearch(principal, {
      term: this.limits.text(body.term, 'term'),
      exact: body.exact,
      caseSensitive: body.case_sensitive,
      limit: this.limits.topK(body.top_k),
      ...(body.type ? { type: body.type } : {}),
    });
    return { results: found.map(flatPayload) };
  }

  @Get('range')
  @compatible({
    id: 'range',
    tag: 'memories (compatible)',
    summary: 'List the coordinates inside a box',
    description: 'Both corners are included. Only the leading dimensions that a coordinate and a corner share count.',
    query: RangeQuerySchema,
    answers: [{ status: 200, description: 'Coordinates.', schema: CoordsSchema }],
    errors: [400, 422, 503],
  })
  async range(
    @CurrentPrincipal() principal: Principal,
    @Query(new SchemaPipe(RangeQuerySchema, 'query')) query: RangeQuery,
  ): Promise<{ coords: readonly (readonly number[])[] }> {
    const box = { min: this.limits.coordinate(query.min, 'min'), max: this.limits.coordinate(query.max, 'max') };
    return { coords: await this.memories.range(principal, query.type ? { ...box, type: query.type } : box) };
  }

  @Post('payloads')
  @HttpCode(200)
  @compatible({
    id: 'payloads',
    tag: 'memories (compatible)',
    summary: 'Read the memories at given coordinates',
    body: PayloadsRequestSchema,
    answers: [{ status: 200, description: 'Payloads.', schema: PayloadsSchema }],
    errors: [400, 413, 422, 503],
  })
  async payloads(
    @CurrentPrincipal() principal: Principal,
    @Body(new SchemaPipe(PayloadsRequestSchema)) { coords }: PayloadsRequest,
  ): Promise<{ payloads: { payload: JsonObject; coord: string }[] }> {
    this.limits.count(coords.length, this.limits.bounds.maxBulkItems, 'coords');
    const asked = coords.map((coord, index) => ({
      coord,
      coordinate: this.limits.coordinate(coord, `coords.${index}`),
    }));
    const found = await this.memories.getMany(
      principal,
      asked.map(({ coordinate }) => coordinate),
    );
    const byKey = new Map(found.map((memory) => [memory.key, memory]));
    const payloads = asked.flatMap(({ coord, coordinate }) => {
      const memory = byKey.get(coordinateKey(coordinate));
      return memory ? [{ payload: flatPayload(memory), coord }] : [];
    });
    return { payloads };
  }
}
