import { describe, expect, it } from '@jest/globals';
import { CooperativeQueue } from './cooperative-queue.js';

/** Occupies the thread, as real work does. */
function busy(ms: number): void {
  const start = performance.now();
  while (performance.now() - start < ms);
}

describe('CooperativeQueue', () => {
  it('runs batches of one namespace one after another, even when they are sliced', async () => {
    const queue = new CooperativeQueue();
    const seen: number[] = [];
    const step = (item: number): void => {
      busy(0.5);
      seen.push(item);
    };
    const numbers = Array.from({ length: 60 }, (_, number) => number);
    await Promise.all([queue.run('a', numbers.slice(0, 40), step), queue.run('a', numbers.slice(40), step)]);
    expect(seen).toEqual(numbers);
  });

  it('gives the event loop back during long work', async () => {
    const queue = new CooperativeQueue();
    let turns = 0;
    let isDone = false;
    const count = (): void => {
      turns++;
      if (!isDone) setImmediate(count);
    };
    setImmediate(count);
    await queue.run('a', Array.from({ length: 100 }), () => busy(0.5));
    isDone = true;
    expect(turns).toBeGreaterThanOrEqual(3);
  });

  it('gives the event loop back after every long step', async () => {
    const turns: number[] = [];
    const run = new CooperativeQueue().run('a', [1, 2, 3], (item) => {
      busy(6);
      setImmediate(() => turns.push(item));
    });
    await run;
    expect(turns).toEqual(expect.arrayContaining([1, 2]));
  });

  it('does short work at once', () => {
    const seen: number[] = [];
    void new CooperativeQueue().run('a', [1, 2], (item) => seen.push(item));
    expect(seen).toEqual([1, 2]);
  });

  it('reports a failing step to its caller and goes on with the next batch', async () => {
    const queue = new CooperativeQueue();
    const failing = queue.run('a', [1], () => {
      throw new Error('bad change');
    });
    const seen: number[] = [];
    const next = queue.run('a', [2], (item) => seen.push(item));
    await expect(failing).rejects.toThrow('bad change');
    await next;
    expect(seen).toEqual([2]);
  });

  it('waits for a step that takes turns, and keeps the order of runs and items', async () => {
    const queue = new CooperativeQueue();
    const seen: string[] = [];
    const step = (item: string) => {
      if (!item.startsWith('slow')) return void seen.push(item);
      return new Promise<void>((ready) => setImmediate(ready)).then(() => void seen.push(item));
    };
    await Promise.all([
      queue.run('a', ['slow 1', 'quick 2'], step),
      queue.run('a', ['slow 3', 'quick 4'], step),
      queue.run('a', ['quick 5'], step),
    ]);
    expect(seen).toEqual(['slow 1', 'quick 2', 'slow 3', 'quick 4', 'quick 5']);
  });
});
