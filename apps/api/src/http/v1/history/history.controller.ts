import { Body, Controller, Get, HttpCode, Param, Post, Query, Res } from '@nestjs/common';
import { CurrentPrincipal } from '@sfm/auth';
import {
  AuthorizedHistory,
  diffView,
  historyView,
  IdempotentRequests,
  PageCursor,
  RequestLimits,
  RestoredSchema,
  RestoreSchema,
  toVersionsQuery,
  type RestoreBody,
} from '@sfm/edge';
import type { Principal } from '@sfm/memory';
import type { FastifyReply } from 'fastify';
import { coordinateList } from '../../openapi/operation.js';
import { SchemaPipe } from '../../requests/schema.pipe.js';
import { v1 } from '../wire/errors.dto.js';
import { IDEMPOTENCY_HEADER, repeatable, repeatableAt } from '../wire/idempotency.js';
import { placeOf } from '../wire/place.js';
import {
  DiffDoc,
  DiffQuerySchema,
  HistoryDoc,
  HistoryQuerySchema,
  RestoreDoc,
  RestoredDoc,
  type DiffQuery,
  type HistoryQuery,
} from './history.dto.js';

const TAG = 'history';
const COORDINATE = [coordinateList('coordinate')];

/** The part of an answer stored under its idempotency key. */
const RESTORED = RestoredSchema.pick({ version: true });

/** How one memory came to be what it is. */
@Controller('v1/memories')
export class HistoryController {
  constructor(
    private readonly histories: AuthorizedHistory,
    private readonly repeated: IdempotentRequests,
    private readonly limits: RequestLimits,
    private readonly cursors: PageCursor,
  ) {}

  @Get(':coordinate/history')
  @v1({
    id: 'v1ReadHistory',
    tag: TAG,
    summary: 'Read the history of one memory',
    description:
      'Every version of the coordinate, newest first, a page at a time. The versions of a memory that was deleted or has ' +
      'expired are listed without what they held.',
    params: COORDINATE,
    query: HistoryQuerySchema,
    answers: [{ status: 200, description: 'A page of versions.', schema: HistoryDoc }],
    errors: [404],
  })
  async history(
    @CurrentPrincipal() principal: Principal,
    @Param('coordinate') text: string,
    @Query(new SchemaPipe(HistoryQuerySchema, 'query')) query: HistoryQuery,
  ) {
    const { namespace } = principal;
    const coordinate = placeOf(text, this.limits);
    const asked = toVersionsQuery({ namespace, coordinate }, query, { limits: this.limits, cursors: this.cursors });
    const page = await this.histories.history(principal, coordinate, asked);
    return historyView({ namespace, coordinate }, page, this.cursors);
  }

  @Get(':coordinate/diff')
  @v1({
    id: 'v1CompareVersions',
    tag: TAG,
    summary: 'Compare two versions of one memory',
    description: 'What turns the one into the other, as a JSON Patch (RFC 6902) that also says what was there before.',
    params: COORDINATE,
    query: DiffQuerySchema,
    answers: [{ status: 200, description: 'The changes.', schema: DiffDoc }],
    errors: [404, 410],
  })
  async diff(
    @CurrentPrincipal() principal: Principal,
    @Param('coordinate') text: string,
    @Query(new SchemaPipe(DiffQuerySchema, 'query')) pair: DiffQuery,
  ) {
    const coordinate = placeOf(text, this.limits);
    return diffView(coordinate, pair, await this.histories.diff(principal, coordinate, pair));
  }

  @Post(':coordinate/restore')
  @HttpCode(200)
  @v1({
    id: 'v1RestoreVersion',
    tag: TAG,
    summary: 'Restore a former version of one memory',
    description:
      'Keeps what the version held as the newest one: payload, type, importance, expiry and validity. Where the memory was ' +
      'deleted or has expired, that is taken back, and its history can be read again.',
    params: COORDINATE,
    body: RestoreDoc,
    headers: [IDEMPOTENCY_HEADER],
    answers: [{ status: 200, description: 'Restored.', schema: RestoredDoc }],
    errors: [400, 404, 409, 410, 413, 415],
  })
  async restore(
    @CurrentPrincipal() principal: Principal,
    @Param('coordinate') text: string,
    @Res({ passthrough: true }) reply: FastifyReply,
    @Body(new SchemaPipe(RestoreSchema)) { version: restored, expected_version: expectedVersion }: RestoreBody,
  ) {
    const coordinate = placeOf(text, this.limits);
    const request = { version: restored, ...(expectedVersion === undefined ? {} : { expectedVersion }) };
    const call = repeatableAt(coordinate, repeatable(reply.request, principal, 'restore'));
    const { version } = await this.repeated.once(call, RESTORED, async () => {
      const stored = await this.histories.restore(principal, coordinate, request);
      return { answer: { version: stored.version }, isFinal: true };
    });
    void reply.header('etag', `"${version}"`);
    return { coordinate, version, restored };
  }
}
