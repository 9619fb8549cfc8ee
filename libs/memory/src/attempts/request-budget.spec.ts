import { describe, expect, it } from '@jest/globals';
import { getEventListeners } from 'node:events';
import { OutcomeUnknownError, RequestEndedError } from '../model/errors.js';
import { toTheEnd, whileWanted, withinLimit } from './bounded-wait.js';
import {
  currentBudget,
  openBudget,
  remainingMs,
  RequestBudget,
  throwIfEnded,
  withBudget,
  withoutBudget,
} from './request-budget.js';
import { sideBySide } from './side-by-side.js';

const aBudget = (timeoutMs = 60_000) => new RequestBudget(performance.now() + timeoutMs);
const HUNG_UP = new RequestEndedError('hung up');
const never = () => new Promise<never>(() => undefined);
const turn = () => new Promise((resolve) => setImmediate(resolve));

describe('the budget of a request', () => {
  it('goes with its work through everything that is awaited, and with nothing else', async () => {
    const budget = aBudget();
    const seen = await withBudget(budget, async () => {
      await turn();
      return [currentBudget(), withoutBudget(() => currentBudget()), await withoutBudget(async () => currentBudget())];
    });
    expect(seen).toEqual([budget, undefined, undefined]);
    expect(currentBudget()).toBeUndefined();
    expect(remainingMs()).toBe(Infinity);
    throwIfEnded();
  });

  it('ends at its deadline', async () => {
    const { budget } = openBudget(5);
    // Its own timer keeps no process alive.
    const alive = setTimeout(() => undefined, 10_000);
    const reason = await new Promise((resolve) => budget.onEnd(resolve)).finally(() => clearTimeout(alive));
    expect(reason).toMatchObject({ why: 'deadline', code: 'deadline_exceeded', retryAfterSeconds: 1 });
    expect(budget.signal.aborted).toBe(true);
    expect(() => withBudget(budget, throwIfEnded)).toThrow(RequestEndedError);
  });

  it('ends once, when its caller hangs up, and tells everybody who waits', () => {
    const { budget, hangUp } = openBudget(60_000);
    const told: string[] = [];
    budget.onEnd(({ why }) => told.push(why));
    budget.onEnd(() => told.push('taken back'))();
    const { signal } = budget;
    hangUp();
    hangUp();
    budget.onEnd(({ why }) => told.push(`late ${why}`));
    expect(told).toEqual(['hung up', 'late hung up']);
    expect(signal.reason).toBe(budget.ended);
  });

  it('gives the same signal before and after its end', () => {
    const [before, after] = [aBudget(), aBudget()];
    const { signal } = before;
    before.end(HUNG_UP);
    after.end(HUNG_UP);
    for (const aborted of [signal, after.signal]) expect(aborted.reason).toBe(HUNG_UP);
  });
});

describe('a wait', () => {
  it('ends with its request, while what is waited for goes on', async () => {
    const budget = aBudget();
    const unwanted: string[] = [];
    let finish: (result: string) => void = () => undefined;
    const shared = new Promise<string>((resolve) => (finish = resolve));
    const waiting = withBudget(budget, () => whileWanted(shared, { unwanted: (late) => unwanted.push(late) }));
    budget.end(HUNG_UP);
    await expect(waiting).rejects.toBe(HUNG_UP);
    finish('later');
    await turn();
    expect(unwanted).toEqual(['later']);
  });

  it('passes on results and failures otherwise, and leaves no listener behind', async () => {
    const budget = aBudget();
    await withBudget(budget, async () => {
      expect(await whileWanted(Promise.resolve(1))).toBe(1);
      await expect(whileWanted(Promise.reject(new Error('own')))).rejects.toThrow('own');
      expect(await withinLimit(1000, async () => 2)).toBe(2);
    });
    const told: string[] = [];
    budget.onEnd(() => told.push('only one'));
    expect(budget).toMatchObject({ listeners: { size: 1 } });
    expect(getEventListeners(budget.signal, 'abort')).toEqual([]);
  });

  it('of a limited length is aborted by the limit or by the end of the request, whichever comes first', async () => {
    const aborted = (signal: AbortSignal) =>
      new Promise<never>((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
    await expect(withinLimit(5, aborted)).rejects.toMatchObject({ name: 'TimeoutError' });
    const budget = aBudget();
    const waiting = withBudget(budget, () => withinLimit(60_000, aborted));
    budget.end(HUNG_UP);
    await expect(waiting).rejects.toBe(HUNG_UP);
  });
});

describe('a change of the truth', () => {
  it('goes on when its caller hangs up, who is told that the outcome is unknown', async () => {
    const budget = aBudget();
    const seen: unknown[] = [];
    let finish: () => void = () => undefined;
    const changing = withBudget(budget, () =>
      toTheEnd(async () => {
        await new Promise<void>((resolve) => (finish = resolve));
        seen.push(currentBudget()?.ended, currentBudget()?.deadlineMs);
      }),
    );
    budget.end(HUNG_UP);
    await expect(changing).rejects.toThrow(OutcomeUnknownError);
    finish();
    await turn();
    expect(seen).toEqual([undefined, budget.deadlineMs]);
  });

  it('is not begun for a caller who has gone', async () => {
    const budget = aBudget();
    budget.end(HUNG_UP);
    let isBegun = false;
    const changing = withBudget(budget, async () => toTheEnd(async () => (isBegun = true)));
    await expect(changing).rejects.toBe(HUNG_UP);
    expect(isBegun).toBe(false);
  });
});

describe('work on several items side by side', () => {
  it('has no more under way than allowed, and keeps the order of the results', async () => {
    let underWay = 0;
    let most = 0;
    const results = await sideBySide([3, 1, 2, 0], 2, async (turns) => {
      most = Math.max(most, (underWay += 1));
      for (let left = turns; left > 0; left -= 1) await turn();
      underWay -= 1;
      return turns * 10;
    });
    expect(results).toEqual([30, 10, 20, 0]);
    expect(most).toBe(2);
  });

  it('starts nothing more after a failure, or for a caller who has gone', async () => {
    const started: number[] = [];
    const failing = sideBySide([1, 2, 3], 1, async (item) => {
      started.push(item);
      throw new Error('first');
    });
    await expect(failing).rejects.toThrow('first');
    const budget = aBudget();
    const leaving = withBudget(budget, () =>
      sideBySide([4, 5, 6], 1, async (item) => {
        started.push(item);
        budget.end(HUNG_UP);
      }),
    );
    await expect(leaving).rejects.toBe(HUNG_UP);
    expect(started).toEqual([1, 4]);
    expect(await sideBySide([], 3, never)).toEqual([]);
  });
});
