import { expect, it, jest } from '@jest/globals';
import { keptResult } from './kept-result.js';

it('gives a good result out again for a time, a doubtful one and a failure never', async () => {
  let nowMs = 0;
  const now = jest.spyOn(performance, 'now').mockImplementation(() => nowMs);
  let calls = 0;
  let isDown = false;
  let isDoubtful = false;
  const work = async () => {
    calls += 1;
    if (isDown) throw new Error('down');
    return calls;
  };
  const read = keptResult(work, { forMs: 1000, isDoubtful: () => isDoubtful });
  expect([await read(), await read()]).toEqual([1, 1]);
  isDoubtful = true;
  expect(await read()).toBe(2);
  isDoubtful = false;
  isDown = true;
  nowMs = 1000;
  for (const call of [3, 4]) {
    await expect(read()).rejects.toThrow('down');
    expect(calls).toBe(call);
  }
  isDown = false;
  expect([await read(), await read()]).toEqual([5, 5]);
  now.mockRestore();
});
