import { Body, Controller, Get, HttpCode, Post, Query, Res } from '@nestjs/common';
import { CurrentPrincipal } from '@sfm/auth';
import { AuthorizedReads, PageCursor, RequestLimits } from '@sfm/edge';
import { coordinateKey, mapInTurns, type JsonObject, type Principal } from '@sfm/memory';
import type { FastifyReply } from 'fastify';
import { SchemaPipe } from '../../requests/schema.pipe.js';
import { continued } from '../wire/continued.js';
import { compatible } from '../wire/errors.dto.js';
import { flatPayload } from '../wire/flat-payload.mapper.js';
import {
  CoordsSchema,
  MAX_COORDINATES,
  KeywordSearchRequestSchema,
  PayloadsRequestSchema,
  PayloadsSchema,
  RangeQuerySchema,
  type KeywordSearchRequest,
  type PayloadsRequest,
  type RangeQuery,
} from './lookup.dto.js';
import { PayloadResultsSchema } from '../recall/recall.dto.js';
import { lastOfEach, typeOrNone } from '../wire/fields.js';
import { warn } from '../wire/warnings.js';
import { readKeywordQuery } from './keyword-query.js';

const CONTINUED =
  'Where others follow, the answer has the headers `Warning` and `X-Soma-Next-Cursor`: send the latter as `cursor`.';

/** Routes of the compatible API that read by word, by place and by coordinate. */
@Controller()
export class CompatLookupController {
  constructor(
    private readonly memories: AuthorizedReads,
    private readonly limits: RequestLimits,
    private readonly cursors: PageCursor,
  ) {}

  @Post('keyword_search')
  @HttpCode(200)
  @compatible({
    id: 'keywordSearch',
    tag: 'recall (compatible)',
    summary: 'Find a literal text in payloads',
    description: `Looks at a bounded number of memories, the newest first. ${CONTINUED}`,
    body: KeywordSearchRequestSchema,
    answers: [{ status: 200, description: 'Payloads, newest first.', schema: PayloadResultsSchema }],
    errors: [404, 413, 422, 503],
  })
  async keywordSearch(
    @CurrentPrincipal() principal: Principal,
    @Body(new SchemaPipe(KeywordSearchRequestSchema)) body: KeywordSearchRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<{ results: JsonObject[] }> {
    const { namespace } = principal;
    const before = body.cursor == null ? undefined : this.cursors.read(namespace, body.cursor);
    const { query, warnings } = readKeywordQuery(body, this.limits.bounds);
    const { memories, next } = await this.memories.keywordSearch(
      principal,
      query && before ? { ...query, before } : query,
    );
    warn(reply, [...warnings, ...continued(reply, next && this.cursors.write(namespace, next))]);
    return { results: memories.map(flatPayload) };
  }

  @Get('range')
  @compatible({
    id: 'range',
    tag: 'memories (compatible)',
    summary: 'List the coordinates inside a box',
    description:
      'Both corners are included. Only the leading dimensions that a coordinate and a corner share count. Looks at a ' +
      `bounded number of memories, the oldest first. ${CONTINUED}`,
    query: RangeQuerySchema,
    answers: [{ status: 200, description: 'Coordinates.', schema: CoordsSchema }],
    errors: [400, 404, 422, 503],
  })
  async range(
    @CurrentPrincipal() principal: Principal,
    @Query(new SchemaPipe(lastOfEach(RangeQuerySchema), 'query')) query: RangeQuery,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<{ coords: readonly (readonly number[])[] }> {
    const type = typeOrNone(query.type);
    const box = { min: this.limits.coordinate(query.min, 'min'), max: this.limits.coordinate(query.max, 'max') };
    const { namespace } = principal;
    const { coordinates, next } = await this.memories.range(principal, {
      ...box,
      limit: Math.min(Math.max(query.limit, 1), MAX_COORDINATES),
      ...(type ? { type } : {}),
      ...(query.cursor === undefined ? {} : { after: this.cursors.read(namespace, query.cursor) }),
    });
    warn(reply, continued(reply, next && this.cursors.write(namespace, next)));
    return { coords: coordinates };
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
    const asked = await mapInTurns(coords, (coord, index) => ({
      coord,
      coordinate: this.limits.coordinate(coord, `coords.${index}`),
    }));
    const { maxBulkItems } = this.limits.bounds;
    // Made once for each memory: one that is large may be asked for thousands of times.
    const byKey = new Map<string, JsonObject>();
    let start = 0;
    do {
      const portion = asked.slice(start, start + maxBulkItems).map(({ coordinate }) => coordinate);
      for (const memory of await this.memories.getMany(principal, portion)) byKey.set(memory.key, flatPayload(memory));
      start += maxBulkItems;
    } while (start < asked.length);
    const payloads = await mapInTurns(asked, ({ coord, coordinate }) => {
      const payload = byKey.get(coordinateKey(coordinate));
      return payload && { payload, coord };
    });
    return { payloads: payloads.filter((one) => one !== undefined) };
  }
}
