import { describe, expect, it } from '@jest/globals';
import { toNamespace } from '@sfm/memory';
import { ConflictQueue } from './conflict-queue.js';

const NAMESPACE = toNamespace('one');

function world() {
  const queue = new ConflictQueue();
  const log: string[] = [];
  const ends = new Map<string, () => void>();
  const run = (name: string, keys?: readonly string[], namespace = NAMESPACE) => {
    const work = () =>
      new Promise<string>((resolve) => {
        log.push(`${name} begins`);
        ends.set(name, () => resolve(name));
      });
    return queue.run(namespace, work, keys && new Set(keys)).finally(() => log.push(`${name} ends`));
  };
  const tick = () => new Promise((resolve) => setImmediate(resolve));
  const end = async (name: string) => {
    ends.get(name)?.();
    await tick();
  };
  return { queue, log, run, end, tick };
}

describe('a queue of conflicting work', () => {
  it('runs work on other keys, or of other namespaces, side by side', async () => {
    const { log, run, tick } = world();
    void run('a', ['1', '2']);
    void run('b', ['3']);
    void run('c', ['1'], toNamespace('two'));
    await tick();
    expect(log).toEqual(['a begins', 'b begins', 'c begins']);
  });

  it('keeps the order of work on the same key, whatever runs beside it', async () => {
    const { log, run, end, tick } = world();
    void run('a', ['1', '2']);
    void run('b', ['2', '3']);
    void run('c', ['3']);
    await tick();
    expect(log).toEqual(['a begins']);
    await end('a');
    expect(log).toEqual(['a begins', 'a ends', 'b begins']);
    await end('b');
    expect(log.slice(3)).toEqual(['b ends', 'c begins']);
  });

  it('keeps work on everything apart from all that was asked for before and after', async () => {
    const { log, run, end, tick } = world();
    void run('a', ['1']);
    void run('all');
    void run('b', ['2']);
    await tick();
    expect(log).toEqual(['a begins']);
    await end('a');
    expect(log.at(-1)).toBe('all begins');
    await end('all');
    expect(log.at(-1)).toBe('b begins');
  });

  it('goes on behind work that fails', async () => {
    const { queue } = world();
    const failing = queue.run(NAMESPACE, () => Promise.reject(new Error('away')));
    const next = queue.run(NAMESPACE, () => Promise.resolve(1));
    await expect(failing).rejects.toThrow('away');
    expect(await next).toBe(1);
  });
});
