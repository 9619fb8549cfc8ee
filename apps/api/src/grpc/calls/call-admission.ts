import { Injectable } from '@nestjs/common';
import { CallerAdmission, CallerRates, Refusals } from '@sfm/auth';
import { ConsistentRequests } from '@sfm/edge';
import { RateLimitExceededError, UnknownWriteError } from '@sfm/memory';
import type { GrpcCall } from './grpc-call.js';

export const CONSISTENCY_KEY = 'x-soma-consistency';

/** Services about the service itself, which tell nothing of anybody's memories. */
const OPEN_SERVICES = /^grpc\.(?:health\.v1\.Health|reflection\.v1(?:alpha)?\.ServerReflection)$/;
/** As `/health` needs none. */
const OPEN_METHOD = 'somafractalmemory.MemoryService/Health';

/** Decides by the same rules as HTTP whether a call is admitted, and as whom; before any message of it is read. */
@Injectable()
export class CallAdmission {
  constructor(
    private readonly callers: CallerAdmission,
    private readonly rates: CallerRates,
    private readonly refusals: Refusals,
    private readonly consistent: ConsistentRequests,
  ) {}

  isOpen({ facts: { service, method } }: GrpcCall): boolean {
    return OPEN_SERVICES.test(service) || `${service}/${method}` === OPEN_METHOD;
  }

  /**
   * @throws MissingTokenError, InvalidTokenError, NamespaceForbiddenError, InvalidRequestError for a name that is none,
   * RateLimitExceededError
   */
  async admit(call: GrpcCall): Promise<void> {
    const { request } = call.facts;
    await this.callers.admit(request, undefined);
    this.refusals.assertFew(request);
    const counted = await this.rates.count(request);
    if (counted === undefined) return;
    call.headers.set('ratelimit-limit', String(counted.limit));
    call.headers.set('ratelimit-remaining', String(counted.remaining));
    call.headers.set('ratelimit-reset', String(Math.ceil(counted.resetMs / 1000)));
    if (!counted.allowed) throw new RateLimitExceededError(Math.max(1, Math.ceil(counted.retryAfterMs / 1000)));
  }

  /** Looks at the token of a call again that lasts. @throws as `admit`, when it is not valid any more */
  async reassert({ facts: { request } }: GrpcCall): Promise<void> {
    const { principal: _, ...afresh } = request;
    await this.callers.admit(afresh, undefined);
  }

  /** Resolves when the call sees the write that it names, if it names one. @throws as `ConsistentRequests.open` */
  async openScope(call: GrpcCall): Promise<void> {
    const token = call.facts.request.headers[CONSISTENCY_KEY];
    if (token === undefined) return;
    if (typeof token !== 'string') throw new UnknownWriteError('X-Soma-Consistency', 'must be sent once');
    call.scope = await this.consistent.open(call.principal, token, 'X-Soma-Consistency');
  }

  /** Notes the token of what the call wrote among its trailers. */
  async closeScope(call: GrpcCall): Promise<void> {
    if (!call.scope.isWriting) return;
    const token = await this.consistent.tokenOf(call.principal, call.scope);
    if (token !== undefined) call.trailers.set(CONSISTENCY_KEY, token);
  }
}
