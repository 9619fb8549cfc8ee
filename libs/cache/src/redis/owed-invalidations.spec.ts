import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { OwedInvalidations, type OwedInvalidation } from './owed-invalidations.js';

describe('owed invalidations', () => {
  const sent: (readonly OwedInvalidation[])[] = [];
  /** So many answers are refusals. */
  let refusals = 0;
  let removals = 0;
  const answer = async (): Promise<void> => {
    await Promise.resolve();
    if (refusals === 0) return;
    refusals -= 1;
    throw new Error('OOM');
  };
  const owedInvalidations = () =>
    new OwedInvalidations({
      send: (invalidations) => {
        sent.push(invalidations);
        return answer();
      },
      removeAll: () => {
        removals += 1;
        return answer();
      },
    });

  afterEach(() => {
    jest.useRealTimers();
    sent.length = 0;
    refusals = 0;
    removals = 0;
  });

  it('are sent once, with the highest version, when a write was taken', async () => {
    const owed = owedInvalidations();
    owed.add([['a', 3]]);
    owed.add([
      ['a', 2],
      ['b', 1],
    ]);
    await Promise.all([owed.settleIfDue(), owed.settleIfDue()]);
    await owed.settleIfDue();
    expect(sent.flat()).toEqual([
      ['a', 3],
      ['b', 1],
    ]);
  });

  it('are asked for at most once in a while as long as they are refused, each in its turn', async () => {
    jest.useFakeTimers();
    const owed = owedInvalidations();
    owed.add(Array.from({ length: 100 }, (_, index) => [`key:${index}`, 1]));
    refusals = Infinity;
    for (let write = 0; write < 5; write++) await owed.settleIfDue();
    expect(sent.map(({ length }) => length)).toEqual([64]);
    jest.advanceTimersByTime(1000);
    refusals = 0;
    await owed.settleIfDue();
    expect(sent.map(([first]) => first?.[0])).toEqual(['key:0', 'key:64', 'key:28']);
    expect(new Set(sent.slice(1).flat()).size).toBe(100);
  });

  it('do not wait when Redis is back, and follow what is being sent', async () => {
    const owed = owedInvalidations();
    owed.add([['a', 1]]);
    refusals = 2;
    await owed.settleIfDue();
    const refused = owed.settle();
    await owed.settleIfDue();
    const back = owed.settle();
    await Promise.all([refused, back]);
    expect(sent).toHaveLength(3);
    await owed.settle();
    expect(sent).toHaveLength(3);
  });

  it('are replaced by removing everything when they are too many, until that has succeeded', async () => {
    const owed = owedInvalidations();
    owed.add(Array.from({ length: 10_001 }, (_, index) => [`key:${index}`, 1]));
    refusals = Infinity;
    await owed.settle();
    refusals = 0;
    await owed.settle();
    await owed.settle();
    expect(removals).toBe(2);
    expect(sent).toEqual([]);
  });

  it('do not try again to remove everything at every write, and go on with what is owed since', async () => {
    jest.useFakeTimers();
    const owed = owedInvalidations();
    owed.add(Array.from({ length: 10_001 }, (_, index) => [`key:${index}`, 1]));
    refusals = Infinity;
    await owed.settleIfDue();
    refusals = 0;
    owed.add([['later', 2]]);
    await owed.settleIfDue();
    await owed.settleIfDue();
    expect(removals).toBe(1);
    expect(sent).toEqual([[['later', 2]]]);
    jest.advanceTimersByTime(60_000);
    await owed.settleIfDue();
    await owed.settleIfDue();
    expect(removals).toBe(2);
  });
});
