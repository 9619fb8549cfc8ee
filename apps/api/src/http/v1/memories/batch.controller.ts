import { Body, Controller, HttpCode, Post, Req } from '@nestjs/common';
import { CurrentPrincipal } from '@sfm/auth';
import {
  AuthorizedWrites,
  IdempotentRequests,
  NewMemoryBatchSchema,
  NewMemorySchema,
  readShape,
  RequestLimits,
  toNewMemory,
  type NewMemoryBatch,
  type Outcome,
} from '@sfm/edge';
import {
  isJsonObject,
  mapInTurns,
  type JsonObject,
  type NewMemory,
  type Principal,
  type StoreOutcome,
} from '@sfm/memory';
import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { SchemaPipe } from '../../requests/schema.pipe.js';
import { v1 } from '../wire/errors.dto.js';
import { IDEMPOTENCY_HEADER, repeatable } from '../wire/idempotency.js';
import { itemFailure, type ItemAnswer } from '../wire/item-failure.js';
import { BatchResultSchema, NewMemoryBatchDoc } from './memory.dto.js';

type Attempt = { readonly memory: NewMemory } | { readonly error: unknown };

/** The whole response is stored under the idempotency key. */
const ANSWER = z.custom<JsonObject>(isJsonObject);

/** Several writes in one request; each succeeds or fails on its own. */
@Controller('v1')
export class MemoryBatchController {
  constructor(
    private readonly writes: AuthorizedWrites,
    private readonly repeated: IdempotentRequests,
    private readonly limits: RequestLimits,
  ) {}

  // The router reads `::` as a literal colon.
  @Post('memories::batch')
  @HttpCode(200)
  @v1({
    id: 'v1CreateMemories',
    tag: 'memories',
    summary: 'Keep several memories, each on its own',
    description: 'Every memory is kept or refused by itself; the answer tells for each.',
    body: NewMemoryBatchDoc,
    headers: [IDEMPOTENCY_HEADER],
    answers: [{ status: 200, description: 'What became of each.', schema: BatchResultSchema }],
    errors: [400, 409, 413, 415],
  })
  create(
    @CurrentPrincipal() principal: Principal,
    @Req() request: FastifyRequest,
    @Body(new SchemaPipe(NewMemoryBatchSchema)) { memories }: NewMemoryBatch,
  ): Promise<JsonObject> {
    this.limits.count(memories.length, this.limits.bounds.maxBulkItems, 'memories');
    const call = repeatable(request, principal, 'storeEach');
    return this.repeated.once(call, ANSWER, () => this.storeEach(principal, memories));
  }

  private async storeEach(principal: Principal, bodies: readonly unknown[]): Promise<Outcome<JsonObject>> {
    const attempts = await mapInTurns(bodies, (body) => this.attempt(body));
    const accepted = attempts.flatMap((attempt) => ('memory' in attempt ? [attempt.memory] : []));
    const outcomes = await this.writes.storeEach(principal, accepted);
    const inOrder = outcomes[Symbol.iterator]();
    const results = attempts.map((attempt, index): ItemAnswer => {
      if ('error' in attempt) return { index, ...itemFailure(attempt.error) };
      const outcome: StoreOutcome = inOrder.next().value ?? { error: new Error('no outcome') };
      if ('error' in outcome) return { index, ...itemFailure(outcome.error) };
      const { created, version } = outcome.stored;
      return { index, status: created ? 201 : 200, coordinate: [...attempt.memory.coordinate], version };
    });
    const stored = results.filter(({ status }) => status < 300).length;
    const answer = { stored, failed: results.length - stored, results };
    return { answer, isFinal: !results.some(({ status }) => status >= 500) };
  }

  private attempt(body: unknown): Attempt {
    try {
      return { memory: toNewMemory(readShape(NewMemorySchema, body), this.limits) };
    } catch (error) {
      return { error };
    }
  }
}
