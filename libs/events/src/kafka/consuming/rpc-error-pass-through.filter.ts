import { Catch } from '@nestjs/common';
import type { RpcExceptionFilter } from '@nestjs/common';
import { throwError, type Observable } from 'rxjs';

/**
 * Passes a handler's errors to the strategy unchanged. Nest's own filter turns every error into the same text, which
 * would make an unreachable server look like an event that cannot be applied.
 */
@Catch()
export class RpcErrorPassThrough implements RpcExceptionFilter {
  catch(error: unknown): Observable<never> {
    return throwError(() => error);
  }
}
