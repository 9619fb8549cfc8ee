import 'reflect-metadata';
import { describe, expect, it } from '@jest/globals';
import { Test } from '@nestjs/testing';
import {
  Embedder,
  EMPTY_OVERLAY,
  LexicalIndex,
  PointAudit,
  VectorIndex,
  VectorRebuild,
  toNamespace,
} from '@sfm/memory';
import { aPoint, TEST_NOW_MS, upsertOf } from '@sfm/memory/testing';
import { randomUUID } from 'node:crypto';
import { describeWith } from '../../../test/services/availability.js';
import { testQdrant } from '../../../test/services/qdrant/qdrant.js';
import { EmbeddedLexicalIndex } from './embedded/lexical/embedded-lexical-index.js';
import { VectorModule } from './vector.module.js';

const NAMESPACE = toNamespace('ns');

const describeReal = await describeWith(['qdrant']);

describe('VectorModule', () => {
  it('binds both ports to working embedded indexes', async () => {
    const app = await Test.createTestingModule({
      imports: [VectorModule.forRoot({ kind: 'embedded', dimension: 2 })],
    }).compile();
    const change = upsertOf(aPoint({ words: 'cat', vector: Float32Array.of(1, 0) }));
    for (const index of [app.get(VectorIndex), app.get(LexicalIndex)]) await index.apply(NAMESPACE, [change]);
    const query = { limit: 1, nowMs: TEST_NOW_MS };
    const byVector = { ...query, vector: Float32Array.of(1, 0) };
    expect(await app.get(VectorIndex).search(NAMESPACE, byVector, EMPTY_OVERLAY)).toEqual([{ key: '1', score: 1 }]);
    expect(await app.get(LexicalIndex).search(NAMESPACE, { ...query, terms: ['cat'] }, EMPTY_OVERLAY)).toHaveLength(1);
    await app.close();
  });

  it('binds no lexical index where nobody recalls', async () => {
    const app = await Test.createTestingModule({
      imports: [VectorModule.forRoot({ kind: 'embedded', dimension: 2, hasLexicalIndex: false })],
    }).compile();
    expect(() => app.get(LexicalIndex)).toThrow();
    expect(await app.get(VectorIndex).count(NAMESPACE)).toBe(0);
    await app.close();
  });

  it('audits and rebuilds the index it binds', async () => {
    const app = await Test.createTestingModule({
      imports: [VectorModule.forRoot({ kind: 'embedded', dimension: 2 })],
    }).compile();
    const draft = await app.get(VectorRebuild).begin(NAMESPACE);
    await draft.apply([upsertOf(aPoint({ vector: Float32Array.of(1, 0) }))]);
    await draft.publish();
    expect(await app.get(VectorIndex).count(NAMESPACE)).toBe(1);
    expect(await app.get(PointAudit).held(NAMESPACE, ['1'])).toEqual([
      expect.objectContaining({ key: '1', version: 1, id: 1, vector: Float32Array.of(1, 0) }),
    ]);
    await app.close();
  });
});

class FixedEmbedder extends Embedder {
  readonly space = 'fixed:2';
  readonly dimension = 2;

  async embed(texts: readonly string[]): Promise<readonly Float32Array[]> {
    return texts.map(() => Float32Array.of(1, 0));
  }
}

class FixedEmbedding {}

describeReal('VectorModule on a Qdrant', () => {
  it('binds the ports to it, words aside, and closes its connections', async () => {
    const { url, apiKey } = await testQdrant();
    const embedding = {
      module: FixedEmbedding,
      providers: [{ provide: Embedder, useClass: FixedEmbedder }],
      exports: [Embedder],
    };
    const app = await Test.createTestingModule({
      imports: [VectorModule.forRoot({ kind: 'qdrant', connection: { url, apiKey, timeoutMs: 30_000 }, embedding })],
    }).compile();
    const namespace = toNamespace(`module_${randomUUID()}`);
    const index = app.get(VectorIndex);
    await index.apply(namespace, [upsertOf(aPoint({ vector: Float32Array.of(1, 0) }))]);
    expect(await app.get(PointAudit).held(namespace, ['1'])).toEqual([
      expect.objectContaining({ key: '1', version: 1, id: 1, vector: Float32Array.of(1, 0) }),
    ]);
    await app.get(PointAudit).evict(namespace, ['1']);
    await index.apply(namespace, [upsertOf(aPoint({ vector: Float32Array.of(0, 1) }))]);
    const draft = await app.get(VectorRebuild).begin(namespace);
    await draft.publish();
    await draft.retireOld();
    expect(await index.count(namespace)).toBe(0);
    expect(app.get(LexicalIndex)).toBeInstanceOf(EmbeddedLexicalIndex);
    await index.clear(namespace);
    await app.close();
    await expect(index.count(namespace)).rejects.toThrow(/does not answer/);
  });
});
