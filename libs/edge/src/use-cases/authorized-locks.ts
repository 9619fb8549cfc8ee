import type { HeldLock, LockHold, LockRequest, LockService, Principal } from '@sfm/memory';
import { admit } from './admission.js';

/** Locks in the principal's namespace. Every method throws ScopeForbiddenError if the principal may not do it. */
export class AuthorizedLocks {
  constructor(private readonly locks: LockService) {}

  /** See `LockService.acquire`. */
  async acquireLock(principal: Principal, request: LockRequest): Promise<LockHold> {
    admit(principal, 'acquireLock');
    return this.locks.acquire(principal.namespace, request);
  }

  /** See `LockService.renew`. */
  async renewLock(principal: Principal, held: HeldLock, ttlSeconds?: number): Promise<LockHold> {
    admit(principal, 'renewLock');
    return this.locks.renew(principal.namespace, held, ttlSeconds);
  }

  /** See `LockService.release`. */
  async releaseLock(principal: Principal, held: HeldLock): Promise<boolean> {
    admit(principal, 'releaseLock');
    return this.locks.release(principal.namespace, held);
  }

  /** See `LockService.find`. */
  async findLock(principal: Principal, name: string): Promise<LockHold | undefined> {
    admit(principal, 'findLock');
    return this.locks.find(principal.namespace, name);
  }
}
