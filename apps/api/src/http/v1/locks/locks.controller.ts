import { Body, Controller, Delete, Get, HttpCode, Param, Post, Query, type OnModuleDestroy } from '@nestjs/common';
import { CurrentPrincipal } from '@sfm/auth';
import {
  AcquireLockSchema,
  AuthorizedLocks,
  heldLockView,
  LOCK_NAME_SCHEMA,
  lockView,
  RenewLockSchema,
  type AcquireLockBody,
  type RenewLockBody,
} from '@sfm/edge';
import type { Principal } from '@sfm/memory';
import { SchemaPipe } from '../../requests/schema.pipe.js';
import { v1 } from '../wire/errors.dto.js';
import {
  AcquireLockDoc,
  HeldLockDoc,
  LockDoc,
  ReleasedLockDoc,
  ReleaseLockQuerySchema,
  RenewLockDoc,
  type ReleaseLockQuery,
} from './locks.dto.js';

const TAG = 'locks';
const NAME = [{ name: 'name', schema: LOCK_NAME_SCHEMA }];

/** Locks by name, for agents that must not do the same thing at once. */
@Controller('v1/locks')
export class LocksController implements OnModuleDestroy {
  private readonly stopping = new AbortController();

  constructor(private readonly locks: AuthorizedLocks) {}

  /** A stopping service has nobody wait any longer: they would keep it from ending. */
  onModuleDestroy(): void {
    this.stopping.abort();
  }

  @Post(':name')
  @HttpCode(200)
  @v1({
    id: 'v1AcquireLock',
    tag: TAG,
    summary: 'Acquire a lock',
    description:
      'Held until it is released or expires. The owner of a held lock gets it again, with the same token and for longer, so ' +
      'that the same request twice is harmless. 409 `lock_held` when others hold it until the end of the wait.',
    params: NAME,
    body: AcquireLockDoc,
    answers: [{ status: 200, description: 'Acquired.', schema: HeldLockDoc }],
    errors: [400, 409, 413, 415],
  })
  async acquire(
    @CurrentPrincipal() principal: Principal,
    @Param('name') name: string,
    @Body(new SchemaPipe(AcquireLockSchema)) body: AcquireLockBody,
  ) {
    const { owner, ttl_seconds: ttlSeconds, wait_seconds: waitSeconds } = body;
    const patience = this.stopping.signal;
    const request = { name, ttlSeconds, waitSeconds, patience, ...(owner === undefined ? {} : { owner }) };
    return heldLockView(name, await this.locks.acquireLock(principal, request));
  }

  @Post(':name/renew')
  @HttpCode(200)
  @v1({
    id: 'v1RenewLock',
    tag: TAG,
    summary: 'Hold a lock for longer',
    description: '409 `lock_lost` when it is not held with this owner and token any more.',
    params: NAME,
    body: RenewLockDoc,
    answers: [{ status: 200, description: 'Renewed.', schema: HeldLockDoc }],
    errors: [400, 409, 413, 415],
  })
  async renew(
    @CurrentPrincipal() principal: Principal,
    @Param('name') name: string,
    @Body(new SchemaPipe(RenewLockSchema)) { owner, token, ttl_seconds: ttlSeconds }: RenewLockBody,
  ) {
    return heldLockView(name, await this.locks.renewLock(principal, { name, owner, token }, ttlSeconds));
  }

  @Get(':name')
  @v1({
    id: 'v1ReadLock',
    tag: TAG,
    summary: 'Read who holds a lock',
    params: NAME,
    answers: [{ status: 200, description: 'The lock, held or not.', schema: LockDoc }],
  })
  async read(@CurrentPrincipal() principal: Principal, @Param('name') name: string) {
    return lockView(name, await this.locks.findLock(principal, name));
  }

  @Delete(':name')
  @v1({
    id: 'v1ReleaseLock',
    tag: TAG,
    summary: 'Release a lock',
    description: 'Ends no other hold than the one of this owner and token.',
    params: NAME,
    query: ReleaseLockQuerySchema,
    answers: [{ status: 200, description: 'Released, or over before.', schema: ReleasedLockDoc }],
  })
  async release(
    @CurrentPrincipal() principal: Principal,
    @Param('name') name: string,
    @Query(new SchemaPipe(ReleaseLockQuerySchema, 'query')) { owner, token }: ReleaseLockQuery,
  ) {
    return { released: await this.locks.releaseLock(principal, { name, owner, token }) };
  }
}
