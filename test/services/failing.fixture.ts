import { afterAll, describe, expect, it } from '@jest/globals';

/** Not a suite by itself: failure-summary.spec.ts runs it and reads what is said about it. */
describe('a suite that fails', () => {
  afterAll(() => {
    throw new Error('the clean-up failed');
  });

  it('is wrong about a number', () => {
    expect({ status: 503 }).toEqual({ status: 200 });
  });

  it('is right about another', () => {
    expect(1).toBe(1);
  });
});
