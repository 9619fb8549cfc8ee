import { Body, Controller, Delete, Get, HttpCode, Param, Patch, Post, Query, Res } from '@nestjs/common';
import { CurrentPrincipal } from '@sfm/auth';
import {
  AmendmentSchema,
  AuthorizedPast,
  AuthorizedReads,
  AuthorizedWrites,
  fullMemoryView,
  IdempotentRequests,
  NewMemorySchema,
  PageCursor,
  pageView,
  RequestLimits,
  toAmendment,
  toListQuery,
  toNewMemory,
  WrittenMemorySchema,
  type AmendmentBody,
  type NewMemoryBody,
} from '@sfm/edge';
import { coordinateKey, MemoryNotFoundError, type Principal } from '@sfm/memory';
import type { FastifyReply } from 'fastify';
import { coordinateList } from '../../openapi/operation.js';
import { SchemaPipe } from '../../requests/schema.pipe.js';
import { v1 } from '../wire/errors.dto.js';
import { placeOf } from '../wire/place.js';
import { IDEMPOTENCY_HEADER, repeatable, repeatableAt } from '../wire/idempotency.js';
import {
  AmendmentDoc,
  ListQuerySchema,
  MemoryDoc,
  MemoryPageDoc,
  NewMemoryDoc,
  ReadQuerySchema,
  WrittenMemoryDoc,
  type ListMemoriesQuery,
  type ReadQuery,
} from './memory.dto.js';

const TAG = 'memories';
const COORDINATE = [coordinateList('coordinate')];

/** The part of a write response stored under its idempotency key. */
const WRITTEN = WrittenMemorySchema.omit({ coordinate: true });

/** Memories as a resource. */
@Controller('v1/memories')
export class MemoriesController {
  constructor(
    private readonly writes: AuthorizedWrites,
    private readonly reads: AuthorizedReads,
    private readonly past: AuthorizedPast,
    private readonly repeated: IdempotentRequests,
    private readonly limits: RequestLimits,
    private readonly cursors: PageCursor,
  ) {}

  @Post()
  @v1({
    id: 'v1CreateMemory',
    tag: TAG,
    summary: 'Keep one memory',
    description:
      'Answered after the write is committed. A memory already at the coordinate is replaced, or with `expected_version` ' +
      'only the one that was read. With `supersedes` it takes the place of others, which get a version that says so.',
    body: NewMemoryDoc,
    headers: [IDEMPOTENCY_HEADER],
    answers: [
      { status: 201, description: 'Kept at a new coordinate.', schema: WrittenMemoryDoc },
      { status: 200, description: 'Replaced what was at the coordinate.', schema: WrittenMemoryDoc },
    ],
    errors: [400, 409, 413, 415],
  })
  async create(
    @CurrentPrincipal() principal: Principal,
    @Res({ passthrough: true }) reply: FastifyReply,
    @Body(new SchemaPipe(NewMemorySchema)) body: NewMemoryBody,
  ) {
    const memory = toNewMemory(body, this.limits);
    const call = repeatable(reply.request, principal, 'store');
    const { version, created } = await this.repeated.once(call, WRITTEN, async () => {
      const stored = await this.writes.store(principal, memory);
      return { answer: { version: stored.version, created: stored.created }, isFinal: true };
    });
    void reply
      .status(created ? 201 : 200)
      .header('location', `/v1/memories/${coordinateKey(memory.coordinate)}`)
      .header('etag', `"${version}"`);
    return { coordinate: memory.coordinate, version, created };
  }

  @Get()
  @v1({
    id: 'v1ListMemories',
    tag: TAG,
    summary: 'List memories',
    description:
      'Memories that hold at present, or at `valid_at`, without those that others have taken the place of. In creation ' +
      'order, a page at a time: everything acknowledged before the last page is read, each memory once. A ' +
      'page looks at a bounded number of memories, so with a rare filter it may hold few or none: go on while ' +
      '`next_cursor` is there.',
    query: ListQuerySchema,
    answers: [{ status: 200, description: 'A page.', schema: MemoryPageDoc }],
    errors: [404],
  })
  async list(
    @CurrentPrincipal() principal: Principal,
    @Query(new SchemaPipe(ListQuerySchema, 'query')) query: ListMemoriesQuery,
  ) {
    const { namespace } = principal;
    const asked = toListQuery(namespace, query, { limits: this.limits, cursors: this.cursors });
    const page =
      query.as_known_at === undefined
        ? await this.reads.list(principal, asked)
        : await this.past.listKnownAt(principal, asked, new Date(query.as_known_at));
    return pageView(namespace, page, this.cursors);
  }

  @Get(':coordinate')
  @v1({
    id: 'v1ReadMemory',
    tag: TAG,
    summary: 'Read one memory',
    description:
      'As it is or, with `as_known_at`, as it was then; also if it does not hold any more, or another took its place.',
    params: COORDINATE,
    query: ReadQuerySchema,
    answers: [{ status: 200, description: 'The memory.', schema: MemoryDoc }],
    errors: [404, 410],
  })
  async read(
    @CurrentPrincipal() principal: Principal,
    @Param('coordinate') coordinate: string,
    @Query(new SchemaPipe(ReadQuerySchema, 'query')) { as_known_at: knownAt }: ReadQuery,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    const place = placeOf(coordinate, this.limits);
    const memory =
      knownAt === undefined
        ? await this.reads.get(principal, place)
        : await this.past.getKnownAt(principal, place, new Date(knownAt));
    void reply.header('etag', `"${memory.version}"`);
    return fullMemoryView(memory);
  }

  @Patch(':coordinate')
  @v1({
    id: 'v1AmendMemory',
    tag: TAG,
    summary: 'Change importance, expiry, validity or metadata of one memory',
    description:
      'Makes a new version of the memory, without sending it anew; what others write meanwhile is not lost. With ' +
      '`expected_version` only the version that was read is changed.',
    params: COORDINATE,
    body: AmendmentDoc,
    headers: [IDEMPOTENCY_HEADER],
    answers: [{ status: 200, description: 'Changed.', schema: WrittenMemoryDoc }],
    errors: [400, 404, 409, 413, 415],
  })
  async amend(
    @CurrentPrincipal() principal: Principal,
    @Param('coordinate') text: string,
    @Res({ passthrough: true }) reply: FastifyReply,
    @Body(new SchemaPipe(AmendmentSchema)) body: AmendmentBody,
  ) {
    const coordinate = placeOf(text, this.limits);
    const amendment = toAmendment(body, this.limits);
    const call = repeatableAt(coordinate, repeatable(reply.request, principal, 'amend'));
    const { version, created } = await this.repeated.once(call, WRITTEN, async () => {
      const stored = await this.writes.amend(principal, coordinate, amendment);
      return { answer: { version: stored.version, created: stored.created }, isFinal: true };
    });
    void reply.header('etag', `"${version}"`);
    return { coordinate, version, created };
  }

  @Delete(':coordinate')
  @HttpCode(204)
  @v1({
    id: 'v1DeleteMemory',
    tag: TAG,
    summary: 'Delete one memory',
    description: 'Gone from every read and recall as soon as this is answered.',
    params: COORDINATE,
    answers: [{ status: 204, description: 'Gone.' }],
    errors: [404],
  })
  async remove(@CurrentPrincipal() principal: Principal, @Param('coordinate') coordinate: string): Promise<void> {
    const place = placeOf(coordinate, this.limits);
    const deleted = await this.writes.forget(principal, [place]);
    if (deleted === 0) throw new MemoryNotFoundError(principal.namespace, coordinateKey(place));
  }
}
