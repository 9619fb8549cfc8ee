import { Body, Controller, HttpCode, Post } from '@nestjs/common';
import { CurrentPrincipal } from '@sfm/auth';
import { AuthorizedWrites, RequestLimits } from '@sfm/edge';
import {
  coordinateKey,
  InvalidBulkItemError,
  InvalidRequestError,
  mapInTurns,
  type NewMemory,
  type Principal,
} from '@sfm/memory';
import { SchemaPipe } from '../../requests/schema.pipe.js';
import { compatible } from '../wire/errors.dto.js';
import {
  RememberedSchema,
  StoreBulkRequestSchema,
  StoredBulkSchema,
  StoredSchema,
  StoreRequestSchema,
  type StoreBulkRequest,
  type StoreRequest,
} from './store.dto.js';
import { storedType } from '../wire/fields.js';

const TAG = 'memories (compatible)';
const BODY_ERRORS = [400, 413, 422, 503];

/** Write routes of the compatible API. */
@Controller()
export class CompatStoreController {
  constructor(
    private readonly memories: AuthorizedWrites,
    private readonly limits: RequestLimits,
  ) {}

  @Post('store')
  @HttpCode(200)
  @compatible({
    id: 'store',
    tag: TAG,
    summary: 'Keep one memory',
    description: 'Keeps one memory; answered after the write is committed. The same request twice is harmless.',
    body: StoreRequestSchema,
    answers: [{ status: 200, description: 'Kept.', schema: StoredSchema }],
    errors: BODY_ERRORS,
  })
  async store(
    @CurrentPrincipal() principal: Principal,
    @Body(new SchemaPipe(StoreRequestSchema)) body: StoreRequest,
  ): Promise<{ ok: true }> {
    await this.memories.store(principal, this.toMemory(body));
    return { ok: true };
  }

  @Post('remember')
  @HttpCode(200)
  @compatible({
    id: 'remember',
    tag: TAG,
    summary: 'Keep one memory and learn where',
    description: 'Like `/store`, and answers with the canonical coordinate.',
    body: StoreRequestSchema,
    answers: [{ status: 200, description: 'Kept.', schema: RememberedSchema }],
    errors: BODY_ERRORS,
  })
  async remember(
    @CurrentPrincipal() principal: Principal,
    @Body(new SchemaPipe(StoreRequestSchema)) body: StoreRequest,
  ): Promise<{ ok: true; coord: string }> {
    const memory = this.toMemory(body);
    await this.memories.store(principal, memory);
    return { ok: true, coord: coordinateKey(memory.coordinate) };
  }

  @Post('store_bulk')
  @HttpCode(200)
  @compatible({
    id: 'storeBulk',
    tag: TAG,
    summary: 'Keep several memories',
    description:
      'When an item is not allowed, it is named by its index and nothing is kept. Up to the configured maximum of items ' +
      'are one transaction, kept all or none; more are kept in several, one after the other.',
    body: StoreBulkRequestSchema,
    answers: [{ status: 200, description: 'All kept.', schema: StoredBulkSchema }],
    errors: BODY_ERRORS,
  })
  async storeBulk(
    @CurrentPrincipal() principal: Principal,
    @Body(new SchemaPipe(StoreBulkRequestSchema)) { items }: StoreBulkRequest,
  ): Promise<{ stored: number }> {
    const memories = await mapInTurns(items, (item, index) => this.toBulkMemory(item, index));
    await this.memories.storePortions(principal, memories);
    return { stored: items.length };
  }

  private toMemory({ coord, payload, type }: StoreRequest): NewMemory {
    return { coordinate: this.limits.coordinate(coord), payload, type: storedType(type) };
  }

  private toBulkMemory(item: StoreRequest, index: number): NewMemory {
    try {
      return this.toMemory(item);
    } catch (error) {
      if (error instanceof InvalidRequestError) throw new InvalidBulkItemError(index, error);
      throw error;
    }
  }
}
