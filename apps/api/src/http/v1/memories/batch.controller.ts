import { Body, Controller, HttpCode, Post, Req } from '@nestjs/common';
import { CurrentPrincipal, type GuardedRequest } from '@sfm/auth';
import {
  AuthorizedWrites,
  NewMemoryBatchSchema,
  NewMemorySchema,
  readShape,
  RequestLimits,
  toNewMemory,
  type NewMemoryBatch,
} from '@sfm/edge';
import { type NewMemory, type StoreOutcome, type Principal } from '@sfm/memory';
import type { FastifyRequest } from 'fastify';
import { describeHttpError } from '../../errors/describe-http-error.js';
import { problemResponse } from '../../errors/problem-body.js';
import { SchemaPipe } from '../../requests/schema.pipe.js';
import { v1 } from '../wire/errors.dto.js';
import { IDEMPOTENCY_HEADER, IdempotentAnswers } from './idempotency.js';
import { BatchResultSchema, NewMemoryBatchDoc } from './memory.dto.js';

type Attempt = { readonly memory: NewMemory } | { readonly error: unknown };

/** Several writes in one request, each succeeding or failing on its own. */
@Controller('v1')
export class MemoryBatchController {
  private readonly repeated = new IdempotentAnswers<object>();

  constructor(
    private readonly writes: AuthorizedWrites,
    private readonly limits: RequestLimits,
  ) {}

  // The router reads `::` as a plain colon.
  @Post('memories::batch')
  @HttpCode(200)
  @v1({
    id: 'v1CreateMemories',
    tag: 'memories',
    summary: 'Keep several memories, each on its own',
    description: 'Every memory is kept or refused by itself; the answer tells for each.',
    body: NewMemoryBatchDoc,
    headers: IDEMPOTENCY_HEADER,
    answers: [{ status: 200, description: 'What became of each.', schema: BatchResultSchema }],
    errors: [400, 413, 415],
  })
  create(
    @CurrentPrincipal() principal: Principal,
    @Req() request: FastifyRequest & GuardedRequest,
    @Body(new SchemaPipe(NewMemoryBatchSchema)) { memories }: NewMemoryBatch,
  ): Promise<object> {
    this.limits.count(memories.length, this.limits.bounds.maxBulkItems, 'memories');
    return this.repeated.answer(request, () => this.storeEach(principal, memories));
  }

  private async storeEach(principal: Principal, bodies: readonly unknown[]): Promise<object> {
    const attempts = bodies.map((body) => this.attempt(body));
    const accepted = attempts.flatMap((attempt) => ('memory' in attempt ? [attempt.memory] : []));
    const outcomes = await this.writes.storeEach(principal, accepted);
    const inOrder = outcomes[Symbol.iterator]();
    const results = attempts.map((attempt, index) => {
      if ('error' in attempt) return { index, ...failure(attempt.error) };
      const outcome: StoreOutcome = inOrder.next().value ?? { error: new Error('no outcome') };
      if ('error' in outcome) return { index, ...failure(outcome.error) };
      const { created, version } = outcome.stored;
      return { index, status: created ? 201 : 200, coordinate: attempt.memory.coordinate, version };
    });
    const stored = results.filter(({ status }) => status < 300).length;
    return { stored, failed: results.length - stored, results };
  }

  private attempt(body: unknown): Attempt {
    try {
      return { memory: toNewMemory(readShape(NewMemorySchema, body), this.limits) };
    } catch (error) {
      return { error };
    }
  }
}

function failure(error: unknown) {
  const description = describeHttpError(error);
  const { status, body } = problemResponse(description, { path: '', id: '' });
  return {
    status,
    error: { code: description.code, detail: body.detail, ...(body.errors ? { errors: body.errors } : {}) },
  };
}
