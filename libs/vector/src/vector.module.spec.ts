import 'reflect-metadata';
import { describe, expect, it } from '@jest/globals';
import { Test } from '@nestjs/testing';
import { EMPTY_OVERLAY, LexicalIndex, VectorIndex } from '@sfm/memory';
import { aPoint, TEST_NOW_MS, upsertOf } from '@sfm/memory/testing';
import { VectorModule } from './vector.module.js';

describe('VectorModule', () => {
  it('binds both ports to working embedded indexes', async () => {
    const app = await Test.createTestingModule({
      imports: [VectorModule.forRoot({ kind: 'embedded', dimension: 2 })],
    }).compile();
    const change = upsertOf(aPoint({ words: 'cat', vector: Float32Array.of(1, 0) }));
    for (const index of [app.get(VectorIndex), app.get(LexicalIndex)]) await index.apply('ns', [change]);
    const query = { limit: 1, nowMs: TEST_NOW_MS };
    const byVector = { ...query, vector: Float32Array.of(1, 0) };
    expect(await app.get(VectorIndex).search('ns', byVector, EMPTY_OVERLAY)).toEqual([{ key: '1', score: 1 }]);
    expect(await app.get(LexicalIndex).search('ns', { ...query, terms: ['cat'] }, EMPTY_OVERLAY)).toHaveLength(1);
    await app.close();
  });
});
