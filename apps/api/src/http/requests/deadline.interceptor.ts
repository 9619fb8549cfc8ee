import { Injectable, type CallHandler, type ExecutionContext, type NestInterceptor } from '@nestjs/common';
import { currentBudget, outcomeUnknown, type RequestEndedError } from '@sfm/memory';
import { Observable } from 'rxjs';

/** How long work that was told to stop may take to say what it knows. */
const LAST_WORDS_MS = 250;

/** Answers a request at its deadline even where something does not stop in time. */
@Injectable()
export class DeadlineInterceptor implements NestInterceptor {
  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const budget = currentBudget();
    if (budget === undefined) return next.handle();
    const { method } = context.switchToHttp().getRequest<{ readonly method: string }>();
    return new Observable((answer) => {
      let timer: NodeJS.Timeout | undefined;
      const stop = budget.onEnd((reason) => {
        timer = setTimeout(() => answer.error(lastWord(method, reason)), LAST_WORDS_MS);
      });
      const working = next.handle().subscribe(answer);
      return () => {
        stop();
        clearTimeout(timer);
        working.unsubscribe();
      };
    });
  }
}

/** What can be said of work that says nothing itself. */
function lastWord(method: string, reason: RequestEndedError): Error {
  return method === 'GET' || method === 'HEAD' ? reason : outcomeUnknown(reason);
}
