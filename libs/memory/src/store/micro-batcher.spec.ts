import { describe, expect, it } from '@jest/globals';
import { currentBudget, RequestBudget, withBudget } from '../attempts/request-budget.js';
import {
  NamespaceMovingError,
  OutcomeUnknownError,
  RequestEndedError,
  StoreUnavailableError,
} from '../model/errors.js';
import { isTransient } from '../model/failures.js';
import { MicroBatcher } from './micro-batcher.js';

const options = { maxBatch: 4, maxInFlight: 2, maxQueued: 100 };

/** A flush whose batches are recorded and answered by hand. */
function manualFlush() {
  const batches: { items: readonly number[]; finish: () => void; fail: (error: Error) => void }[] = [];
  const flush = (items: readonly number[]) =>
    new Promise<readonly number[]>((resolve, reject) => {
      batches.push({ items, finish: () => resolve(items.map((item) => item * 10)), fail: reject });
    });
  return { batches, flush };
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

/** Lets the event loop turn until the condition holds; fails when it does not within a bounded number of turns. */
async function turnsUntil(condition: () => boolean): Promise<void> {
  for (let turns = 0; turns < 50; turns += 1) {
    if (condition()) return;
    await turn();
  }
  throw new Error('the condition never held');
}

describe('MicroBatcher', () => {
  it('sends what was submitted in one turn together, without waiting for more', async () => {
    const { batches, flush } = manualFlush();
    const batcher = new MicroBatcher(flush, options);
    const results = [batcher.submit(1), batcher.submit(2)];
    await turn();
    expect(batches.map(({ items }) => items)).toEqual([[1, 2]]);
    batches[0]?.finish();
    expect(await Promise.all(results)).toEqual([10, 20]);
  });

  it('refuses only the writes of a namespace that is being renamed, of those that came together', async () => {
    const flush = async (items: readonly number[]) => {
      if (items.includes(2)) throw new NamespaceMovingError('moving');
      return items;
    };
    const batcher = new MicroBatcher(flush, options);
    const results = await Promise.allSettled([1, 2, 3].map((item) => batcher.submit(item)));
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(results.map((result) => result.status === 'rejected' && isTransient(result.reason))).toEqual([
      false,
      true,
      false,
    ]);
  });

  it('keeps at most the allowed flushes in flight and batches what queues meanwhile', async () => {
    const { batches, flush } = manualFlush();
    const batcher = new MicroBatcher(flush, options);
    const results = Array.from({ length: 14 }, (_, item) => batcher.submit(item));
    await turn();
    expect(batches.map(({ items }) => items.length)).toEqual([4, 4]);
    batches[0]?.finish();
    await turnsUntil(() => batches.length === 3);
    expect(batches[2]?.items).toEqual([8, 9, 10, 11]);
    for (let index = 1; index < 4; index += 1) {
      await turnsUntil(() => batches.length > index);
      batches[index]?.finish();
    }
    expect(await Promise.all(results)).toEqual(results.map((_, item) => item * 10));
  });

  it('lets a further flush join only when half a batch waits', async () => {
    const { batches, flush } = manualFlush();
    const batcher = new MicroBatcher(flush, { ...options, maxBatch: 6 });
    void batcher.submit(1);
    await turnsUntil(() => batches.length === 1);
    void batcher.submit(2);
    void batcher.submit(3);
    await turn();
    await turn();
    expect(batches).toHaveLength(1);
    void batcher.submit(4);
    await turnsUntil(() => batches.length === 2);
    expect(batches[1]?.items).toEqual([2, 3, 4]);
    void batcher.submit(5);
    batches[0]?.finish();
    batches[1]?.finish();
    await turnsUntil(() => batches.length === 3);
    expect(batches[2]?.items).toEqual([5]);
  });

  it('fails a bad item alone and stores its neighbours', async () => {
    const batcher = new MicroBatcher((items: readonly number[]) => {
      return items.includes(2) ? Promise.reject(new Error('bad row')) : Promise.resolve(items);
    }, options);
    const results = await Promise.allSettled([1, 2, 3].map((item) => batcher.submit(item)));
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
  });

  it('does not hammer an unavailable store with single rows', async () => {
    let flushes = 0;
    const batcher = new MicroBatcher(() => {
      flushes += 1;
      return Promise.reject(new StoreUnavailableError('down'));
    }, options);
    const results = await Promise.allSettled([1, 2, 3].map((item) => batcher.submit(item)));
    expect(results.every(({ status }) => status === 'rejected')).toBe(true);
    expect(flushes).toBe(1);
  });

  it('refuses at once when too many wait', async () => {
    const { flush } = manualFlush();
    const batcher = new MicroBatcher(flush, { ...options, maxQueued: 1 });
    void batcher.submit(1);
    await expect(batcher.submit(2)).rejects.toThrow(StoreUnavailableError);
  });

  it('tells when nothing is left to answer', async () => {
    const { batches, flush } = manualFlush();
    const batcher = new MicroBatcher(flush, options);
    await batcher.idle();
    void batcher.submit(1);
    let idle = false;
    const waiting = batcher.idle().then(() => (idle = true));
    await turn();
    expect(idle).toBe(false);
    batches[0]?.finish();
    await waiting;
    expect(idle).toBe(true);
  });

  describe('for requests that end', () => {
    const HUNG_UP = new RequestEndedError('hung up');
    const aBudget = (timeoutMs = 60_000) => new RequestBudget(performance.now() + timeoutMs);

    it('takes out what still waits, and lets what is in flight go on', async () => {
      const { batches, flush } = manualFlush();
      const batcher = new MicroBatcher(flush, { ...options, maxInFlight: 1 });
      const [first, second] = [aBudget(), aBudget()];
      const inFlight = withBudget(first, () => batcher.submit(1));
      await turnsUntil(() => batches.length === 1);
      const queued = withBudget(second, () => batcher.submit(2));
      const staying = batcher.submit(3);
      first.end(HUNG_UP);
      second.end(HUNG_UP);
      await expect(inFlight).rejects.toThrow(OutcomeUnknownError);
      await expect(queued).rejects.toBe(HUNG_UP);
      batches[0]?.finish();
      await turnsUntil(() => batches.length === 2);
      expect(batches[1]?.items).toEqual([3]);
      batches[1]?.finish();
      expect(await staying).toBe(30);
      await batcher.idle();
    });

    it('refuses what comes from a caller who has gone', async () => {
      const { batches, flush } = manualFlush();
      const gone = aBudget();
      gone.end(HUNG_UP);
      await expect(withBudget(gone, () => new MicroBatcher(flush, options).submit(1))).rejects.toBe(HUNG_UP);
      await turn();
      expect(batches).toEqual([]);
    });

    it('gives a batch the earliest deadline, and nobody who could end it for the others', async () => {
      const budgets: (RequestBudget | undefined)[] = [];
      const batcher = new MicroBatcher(async (items: readonly number[]) => {
        budgets.push(currentBudget());
        return items;
      }, options);
      const [early, late] = [aBudget(1000), aBudget(2000)];
      const submitted = [late, early].map((budget, item) => withBudget(budget, () => batcher.submit(item)));
      submitted.push(batcher.submit(2));
      await Promise.all(submitted);
      early.end(HUNG_UP);
      expect(budgets).toMatchObject([{ deadlineMs: early.deadlineMs, ended: undefined }]);
      await batcher.submit(3);
      expect(budgets[1]).toBeUndefined();
    });

    it('leaves no listener behind', async () => {
      const budget = aBudget();
      const batcher = new MicroBatcher(async (items: readonly number[]) => items, options);
      await withBudget(budget, () => Promise.all([1, 2, 3].map((item) => batcher.submit(item))));
      expect(budget).toMatchObject({ listeners: { size: 0 } });
    });
  });
});
