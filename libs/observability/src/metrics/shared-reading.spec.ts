import { describe, expect, it } from '@jest/globals';
import { SharedReading } from './shared-reading.js';

describe('a shared reading', () => {
  it('is made once for all who ask within a second, and never twice at a time', async () => {
    let nowMs = 0;
    let readings = 0;
    let end = () => {};
    const shared = new SharedReading(
      () => new Promise<number>((resolve) => (end = () => resolve((readings += 1)))),
      () => nowMs,
    );
    const asked = [shared.get(), shared.get()];
    await Promise.resolve();
    nowMs = 5000;
    asked.push(shared.get());
    await Promise.resolve();
    end();
    expect(await Promise.all(asked)).toEqual([1, 1, 1]);
    nowMs = 5999;
    expect(await shared.get()).toBe(1);
    nowMs = 6000;
    const next = shared.get();
    await Promise.resolve();
    end();
    expect(await next).toBe(2);
  });

  it('is tried again at once after a failure', async () => {
    let isAway = true;
    const shared = new SharedReading(async () => {
      if (isAway) throw new Error('away');
      return 7;
    });
    await expect(shared.get()).rejects.toThrow('away');
    isAway = false;
    expect(await shared.get()).toBe(7);
  });
});
