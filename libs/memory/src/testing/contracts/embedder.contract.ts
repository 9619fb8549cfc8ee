import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Embedder } from '../../index-model/embedder.port.js';

/** How a suite gets an embedder. */
export interface EmbedderHarness {
  /** An embedder of the same space each time. */
  create(): Promise<Embedder>;
  destroy?(embedder: Embedder): Promise<void>;
  /** Largest difference between components of vectors that should be equal. Default 1e-6. */
  readonly tolerance?: number;
}

const TEXTS = [
  'The harbour master keeps the tide tables in a blue folder',
  'Breakfast is served until ten',
  '東京の天気は晴れ',
  'naïve café, 42 crêpes & a lone surrogate \uD800 in between',
];

function lengthOf(vector: Float32Array): number {
  return Math.hypot(...vector);
}

function largestDifference(a: Float32Array | undefined, b: Float32Array | undefined): number {
  if (!a || !b || a.length !== b.length) return Infinity;
  return a.reduce((largest, component, index) => Math.max(largest, Math.abs(component - (b[index] ?? NaN))), 0);
}

/** What every Embedder adapter must do. Call it inside a spec file. */
export function describeEmbedderContract(adapter: string, harness: EmbedderHarness): void {
  const tolerance = harness.tolerance ?? 1e-6;

  describe(`${adapter} as an embedder`, () => {
    let embedder: Embedder;

    beforeEach(async () => {
      embedder = await harness.create();
    });
    afterEach(async () => {
      await harness.destroy?.(embedder);
    });

    it('gives one vector of unit length and of its dimension per text', async () => {
      const vectors = await embedder.embed(TEXTS);
      expect(vectors.map((vector) => vector.length)).toEqual(TEXTS.map(() => embedder.dimension));
      for (const vector of vectors) expect(lengthOf(vector)).toBeCloseTo(1, 5);
    });

    it('gives nothing for no texts', async () => {
      expect(await embedder.embed([])).toEqual([]);
    });

    it('gives the zero vector for texts with nothing to embed, and leaves their neighbours alone', async () => {
      const [empty, full, blank] = await embedder.embed(['', TEXTS[0] ?? '', ' \n\t']);
      expect([empty, blank].map((vector) => vector && lengthOf(vector))).toEqual([0, 0]);
      expect(full && lengthOf(full)).toBeCloseTo(1, 5);
    });

    it('gives the same vectors in a batch as one by one, in the order of the texts', async () => {
      const many = Array.from({ length: 150 }, (_, number) => `${TEXTS[number % TEXTS.length]} ${number % 30}`);
      const batch = await embedder.embed(many);
      for (const position of [0, 1, 77, 149]) {
        const [single] = await embedder.embed([many[position] ?? '']);
        expect(largestDifference(batch[position], single)).toBeLessThanOrEqual(tolerance);
      }
    });

    it('gives different texts different vectors', async () => {
      const vectors = await embedder.embed(TEXTS);
      for (const [index, vector] of vectors.entries()) {
        for (const other of vectors.slice(index + 1)) expect(largestDifference(vector, other)).toBeGreaterThan(0.01);
      }
    });

    it('keeps its space and its vectors from one instance to the next', async () => {
      const another = await harness.create();
      try {
        expect(another.space).toBe(embedder.space);
        expect(embedder.space).toContain(String(embedder.dimension));
        const [before, after] = await Promise.all([embedder.embed(TEXTS), another.embed(TEXTS)]);
        before.forEach((vector, index) => {
          expect(largestDifference(vector, after[index])).toBeLessThanOrEqual(tolerance);
        });
      } finally {
        await harness.destroy?.(another);
      }
    });
  });
}
