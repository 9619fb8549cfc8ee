import { setTimeout as delay } from 'node:timers/promises';
import { whileWanted } from '../attempts/bounded-wait.js';
import { WriteNotVisibleError } from '../model/errors.js';

/** Pause between two attempts, in milliseconds. */
const PAUSE_MS = 50;

/**
 * Tries until the answer sees what it has to, for a bounded time.
 *
 * @param attempt resolves with the answer, or undefined where it does not see it yet
 * @throws WriteNotVisibleError after `waitMs`; RequestEndedError; what the attempt throws
 */
export async function untilVisible<T>(attempt: () => Promise<T | undefined>, waitMs: number): Promise<T> {
  const deadline = performance.now() + waitMs;
  for (;;) {
    const answer = await attempt();
    if (answer !== undefined) return answer;
    if (performance.now() >= deadline) throw new WriteNotVisibleError();
    await whileWanted(delay(PAUSE_MS));
  }
}
