import { Catch } from '@nestjs/common';
import type { RpcExceptionFilter } from '@nestjs/common';
import { throwError, type Observable } from 'rxjs';

/**
 * Lets the strategy see what a handler threw. Nest's own filter turns every error into the same text, so that a server
 * that is away would look like an event that cannot be applied.
 */
@Catch()
export class RpcErrorPassThrough implements RpcExceptionFilter {
  catch(error: unknown): Observable<never> {
    return throwError(() => error);
  }
}
