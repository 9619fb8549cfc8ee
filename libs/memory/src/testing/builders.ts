import type { IndexChange, IndexPoint, Overlay } from '../index-model/index-point.js';
import type { TermVector } from '../text/term-vector.js';

/** Noon of 1 January 2024, the "now" of tests that judge expiry. */
export const TEST_NOW_MS = Date.UTC(2024, 0, 1, 12);

/** What a test says about a point; `words` is a short way to write `text`. */
export type PointDetails = Partial<IndexPoint> & { readonly words?: string };

/** An index point with defaults: semantic, version 1, no vector, no text, never expiring. */
export function aPoint({ words = '', ...details }: PointDetails = {}): IndexPoint {
  return {
    key: '1',
    id: 1,
    version: 1,
    type: 'semantic',
    createdAtMs: TEST_NOW_MS - 3_600_000,
    payload: {},
    importance: null,
    importanceNorm: 0,
    session: null,
    expiresAtMs: null,
    vector: null,
    text: termsOf(words),
    ...details,
  };
}

/** Counts of space-separated words, taken as analysed terms as they are. */
export function termsOf(words: string): TermVector {
  const tokens = words.split(' ').filter((token) => token !== '');
  const terms = new Map<string, number>();
  for (const token of tokens) terms.set(token, (terms.get(token) ?? 0) + 1);
  return { terms, length: tokens.length };
}

export function upsertOf(point: IndexPoint): IndexChange {
  return { kind: 'upsert', point };
}

export function removalOf(key: string, version: number): IndexChange {
  return { kind: 'remove', key, version };
}

/** An overlay of new or changed points and of removed keys. */
export function anOverlay(points: readonly IndexPoint[], removedKeys: readonly string[] = []): Overlay {
  return { points, hidden: new Set([...points.map(({ key }) => key), ...removedKeys]) };
}
