import { describe, expect, it } from '@jest/globals';
import { StoreUnavailableError } from '../../model/errors.js';
import { IndexCompleteness, IndexIncompleteError } from './index-completeness.js';
import { toNamespace } from '../../model/namespace.js';

interface Counts {
  readonly memories: number;
  readonly points: number;
  readonly waiting?: number;
}

/** Answers the looks one after the other; the last one stays. */
function completeness(...looks: readonly Counts[]) {
  let look = 0;
  const at = (): Counts => looks[Math.min(look, looks.length - 1)] ?? { memories: 0, points: 0 };
  const readiness = {
    whenReady: () => {
      look += 1;
      return Promise.resolve();
    },
  };
  const pending = { count: () => Promise.resolve(at().waiting ?? 0) };
  const lexical = { count: () => Promise.resolve(at().memories) };
  const vectors = { count: () => Promise.resolve(at().points) };
  return { lexical, vectors, pending, readiness, check: () => checked({ lexical, vectors }, pending, readiness) };
}

function checked(...parts: ConstructorParameters<typeof IndexCompleteness>): Promise<number> {
  return new IndexCompleteness(...parts).check(toNamespace('agents'));
}

describe('IndexCompleteness', () => {
  it.each<[string, Counts]>([
    ['nothing at all', { memories: 0, points: 0 }],
    ['a point per memory', { memories: 3, points: 3 }],
    ['points of expired memories beside', { memories: 3, points: 5 }],
    ['memories that wait to be indexed', { memories: 3, points: 1, waiting: 2 }],
    ['a tenth less, dead-lettered events perhaps', { memories: 100, points: 90 }],
  ])('finds %s complete', async (_name, counts) => {
    expect(await completeness(counts).check()).toBe(counts.points);
  });

  it.each<[string, Counts]>([
    ['an emptied index', { memories: 1, points: 0 }],
    ['an emptied index that is written to again', { memories: 1000, points: 7, waiting: 2 }],
    ['an old snapshot', { memories: 100, points: 89 }],
  ])('notices %s and says what to do', async (_name, counts) => {
    const check = completeness(counts).check();
    await expect(check).rejects.toThrow(IndexIncompleteError);
    await expect(check).rejects.toThrow(
      new RegExp(`holds ${counts.points} points .* ${counts.memories} memories .*soma reindex --namespace agents`),
    );
  });

  it('looks again before it says so: a deletion may have come between the counts', async () => {
    const deleting = { memories: 1, points: 0 };
    expect(await completeness(deleting, deleting, { memories: 0, points: 0 }).check()).toBe(0);
  });

  it('says nothing of its own while the truth is away', async () => {
    const { lexical, vectors, pending } = completeness({ memories: 5, points: 1 });
    const away = { whenReady: () => Promise.reject(new StoreUnavailableError('away')) };
    expect(await checked({ lexical, vectors }, pending, away)).toBe(1);
  });
});
