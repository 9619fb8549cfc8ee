import { describe, expect, it } from '@jest/globals';
import { RequestBudget, withBudget } from '../../attempts/request-budget.js';
import { RequestEndedError } from '../../model/errors.js';
import { SearchPlaces } from './search-places.js';

/** A search that ends when it is told to. */
function search() {
  let end: (error?: Error) => void = () => undefined;
  const ended = new Promise<string>((resolve, reject) => {
    end = (error) => (error ? reject(error) : resolve('found'));
  });
  return { run: () => ended, end: (error?: Error) => end(error) };
}

describe('searches', () => {
  it('are so many at once, in the order in which they came, whatever becomes of the others', async () => {
    const places = new SearchPlaces(2);
    const started: number[] = [];
    const searches = Array.from({ length: 5 }, search);
    const results = searches.map(({ run }, n) =>
      places.run(() => {
        started.push(n);
        return run();
      }),
    );
    expect(started).toEqual([0, 1]);
    searches[1]?.end(new Error('broken'));
    await expect(results[1]).rejects.toThrow('broken');
    expect(started).toEqual([0, 1, 2]);
    for (const one of searches) one.end();
    expect(await Promise.all(results.filter((_, n) => n !== 1))).toEqual(Array(4).fill('found'));
    expect(started).toEqual([0, 1, 2, 3, 4]);
  });

  it('are not begun for a request that has ended, which keeps no place', async () => {
    const places = new SearchPlaces(1);
    const [first, last] = [search(), search()];
    const running = places.run(first.run);
    const budget = new RequestBudget(Infinity);
    let isBegun = false;
    const given = withBudget(budget, () => places.run(async () => (isBegun = true)));
    const after = places.run(last.run);
    budget.end(new RequestEndedError('hung up'));
    await expect(given).rejects.toThrow(RequestEndedError);
    first.end();
    last.end();
    expect(await Promise.all([running, after])).toEqual(['found', 'found']);
    expect(isBegun).toBe(false);
  });
});
