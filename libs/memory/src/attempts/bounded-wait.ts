import { currentBudget, RequestBudget, throwIfEnded, withBudget } from './request-budget.js';
import { OutcomeUnknownError, type RequestEndedError } from '../model/errors.js';

/**
 * Waits for something that others wait for too, or that cannot be stopped: the wait ends with the current request, what
 * is waited for goes on.
 *
 * @param failure what the wait rejects with when the request ends; by default why it ended
 * @param unwanted takes the result that comes after the wait has ended
 * @throws RequestEndedError, or `failure`
 */
export async function whileWanted<T>(waited: Promise<T>, { failure = itself, unwanted }: Waiting<T> = {}): Promise<T> {
  const budget = currentBudget();
  if (budget === undefined) return waited;
  let stop: () => void = () => undefined;
  let isOver = false;
  const ended = new Promise<never>((_, reject) => {
    stop = budget.onEnd((reason) => {
      isOver = true;
      reject(failure(reason));
    });
  });
  try {
    return await Promise.race([waited, ended]);
  } finally {
    stop();
    if (isOver) waited.then(unwanted, () => undefined);
  }
}

interface Waiting<T> {
  readonly failure?: (reason: RequestEndedError) => Error;
  readonly unwanted?: (result: T) => void;
}

function itself(reason: RequestEndedError): Error {
  return reason;
}

/**
 * Runs a change of the truth to its end, whether the caller waits or not: a change that was half-way when its caller hung
 * up must not be left to chance. It keeps the deadline of the request.
 *
 * @throws RequestEndedError when the request had ended before anything was done; OutcomeUnknownError when it ends
 * meanwhile
 */
export function toTheEnd<T>(change: () => Promise<T>): Promise<T> {
  const budget = currentBudget();
  if (budget === undefined) return change();
  throwIfEnded();
  const changed = withBudget(new RequestBudget(budget.deadlineMs), change);
  return whileWanted(changed, { failure: outcomeUnknown });
}

/** What a caller is told whose change is under way when its request ends. */
export function outcomeUnknown(reason: RequestEndedError): OutcomeUnknownError {
  return new OutcomeUnknownError(`${reason.message} while the store was at work`, { cause: reason });
}

/**
 * Runs `work` with a signal that aborts with a `TimeoutError` after the time, or with the current request. Leaves neither
 * timer nor listener behind.
 */
export async function withinLimit<T>(timeoutMs: number, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController();
  const stop = currentBudget()?.onEnd((reason) => controller.abort(reason));
  const timer = setTimeout(
    () => controller.abort(new DOMException(`no answer within ${timeoutMs} ms`, 'TimeoutError')),
    timeoutMs,
  );
  try {
    return await work(controller.signal);
  } finally {
    clearTimeout(timer);
    stop?.();
  }
}
