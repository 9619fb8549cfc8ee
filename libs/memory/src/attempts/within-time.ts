import { currentBudget, openBudget, remainingMs, throwIfEnded, withBudget } from './request-budget.js';
import { RequestEndedError } from '../model/errors.js';
import { whileWanted } from './bounded-wait.js';

/**
 * Runs `work` that an answer can do without, and gives it up after the time, or after half of what the current request
 * has left: what follows needs the rest. Work that is given up finds its budget ended.
 *
 * @returns undefined when it was given up
 * @throws RequestEndedError when the current request ends; what `work` rejects with
 */
export async function withinTime<T>(timeoutMs: number, work: () => Promise<T>): Promise<T | undefined> {
  throwIfEnded();
  const { budget, close, hangUp } = openBudget(Math.min(timeoutMs, remainingMs() / 2));
  const stop = currentBudget()?.onEnd(hangUp);
  try {
    return await withBudget(budget, () => whileWanted(work()));
  } catch (error) {
    throwIfEnded();
    if (budget.ended && error instanceof RequestEndedError) return undefined;
    throw error;
  } finally {
    stop?.();
    close();
  }
}
