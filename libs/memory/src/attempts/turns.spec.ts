import { expect, it } from '@jest/globals';
import { turnsDuring } from '../testing/turns-during.js';
import { RequestEndedError } from '../model/errors.js';
import { openBudget, withBudget } from './request-budget.js';
import { mapInTurns } from './turns.js';

/** Occupies the thread, as real work does. */
function busy(ms: number): void {
  const start = performance.now();
  while (performance.now() - start < ms);
}

it('a long list is mapped in order, with turns for others', async () => {
  const numbers = Array.from({ length: 30 }, (_, index) => index);
  let mapped: number[] = [];
  const turns = await turnsDuring(async () => {
    mapped = await mapInTurns(numbers, (number) => {
      busy(2);
      return number * 2;
    });
  });
  expect(mapped).toEqual(numbers.map((number) => number * 2));
  expect(turns).toBeGreaterThanOrEqual(3);
});

it('what comes after a failure, or after the end of the request, is not looked at', async () => {
  const looked: number[] = [];
  const failing = mapInTurns([1, 2, 3], (number) => {
    looked.push(number);
    if (number === 2) throw new Error('two');
  });
  await expect(failing).rejects.toThrow('two');
  expect(looked).toEqual([1, 2]);
  const { budget, hangUp } = openBudget(60_000);
  const ended = withBudget(budget, () =>
    mapInTurns([1, 2, 3], () => {
      hangUp();
      busy(15);
      looked.push(0);
    }),
  );
  await expect(ended).rejects.toThrow(RequestEndedError);
  expect(looked).toEqual([1, 2, 0]);
});
