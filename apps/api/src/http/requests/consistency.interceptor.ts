import { Injectable, type CallHandler, type ExecutionContext, type NestInterceptor } from '@nestjs/common';
import type { GuardedRequest } from '@sfm/auth';
import { ConsistentRequests } from '@sfm/edge';
import { ConsistencyScope, UnknownWriteError, withConsistency, type Principal } from '@sfm/memory';
import type { FastifyReply } from 'fastify';
import { from, mergeMap, Observable, of } from 'rxjs';

export const CONSISTENCY_HEADER = 'X-Soma-Consistency';

const NAME = CONSISTENCY_HEADER.toLowerCase();

/**
 * Gives every write the header with its token, and has every request that carries one wait until what it reads shows that
 * write.
 */
@Injectable()
export class ConsistencyInterceptor implements NestInterceptor {
  constructor(private readonly requests: ConsistentRequests) {}

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const http = context.switchToHttp();
    const { principal, headers } = http.getRequest<GuardedRequest>();
    if (principal === undefined) return next.handle();
    const token = headers[NAME];
    const scope = token === undefined ? of(new ConsistencyScope()) : from(this.open(principal, token));
    const answer = async (opened: ConsistencyScope, body: unknown) => {
      await this.tell(principal, opened, http.getResponse<FastifyReply>());
      return body;
    };
    return scope.pipe(
      mergeMap((opened) =>
        within(opened, next).pipe(mergeMap((body) => (opened.isWriting ? answer(opened, body) : of(body)))),
      ),
    );
  }

  private async open(principal: Principal, token: string | string[]): Promise<ConsistencyScope> {
    if (typeof token !== 'string') throw new UnknownWriteError(CONSISTENCY_HEADER, 'must be sent once');
    return this.requests.open(principal, token, CONSISTENCY_HEADER);
  }

  private async tell(principal: Principal, scope: ConsistencyScope, reply: FastifyReply): Promise<void> {
    if (reply.raw.headersSent) return;
    const token = await this.requests.tokenOf(principal, scope);
    if (token !== undefined) void reply.header(NAME, token);
  }
}

function within(scope: ConsistencyScope, next: CallHandler): Observable<unknown> {
  return new Observable((answer) => withConsistency(scope, () => next.handle().subscribe(answer)));
}
