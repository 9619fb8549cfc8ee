import { describe, expect, it } from '@jest/globals';
import { RequestBudget, withBudget } from './request-budget.js';
import { RequestEndedError } from '../model/errors.js';
import { Bulkhead } from './bulkhead.js';

/** Work that ends when it is told to. */
function work() {
  let end: (error?: Error) => void = () => undefined;
  const ended = new Promise<string>((resolve, reject) => {
    end = (error) => (error ? reject(error) : resolve('done'));
  });
  return { run: () => ended, end: (error?: Error) => end(error) };
}

describe('a bulkhead', () => {
  it('lets in so many at once, in the order in which they came, whatever becomes of the others', async () => {
    const places = new Bulkhead(2);
    const started: number[] = [];
    const works = Array.from({ length: 5 }, work);
    const results = works.map(({ run }, n) =>
      places.run(() => {
        started.push(n);
        return run();
      }),
    );
    expect(started).toEqual([0, 1]);
    works[1]?.end(new Error('broken'));
    await expect(results[1]).rejects.toThrow('broken');
    expect(started).toEqual([0, 1, 2]);
    for (const one of works) one.end();
    expect(await Promise.all(results.filter((_, n) => n !== 1))).toEqual(Array(4).fill('done'));
    expect(started).toEqual([0, 1, 2, 3, 4]);
  });

  it('begins nothing for a request that has ended, which keeps no place', async () => {
    const places = new Bulkhead(1);
    const [first, last] = [work(), work()];
    const running = places.run(first.run);
    const budget = new RequestBudget(Infinity);
    let isBegun = false;
    const given = withBudget(budget, () => places.run(async () => (isBegun = true)));
    const after = places.run(last.run);
    budget.end(new RequestEndedError('hung up'));
    await expect(given).rejects.toThrow(RequestEndedError);
    first.end();
    last.end();
    expect(await Promise.all([running, after])).toEqual(['done', 'done']);
    expect(isBegun).toBe(false);
  });
});
