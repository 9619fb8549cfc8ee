import { expect, it } from '@jest/globals';
import { costOf, toNamespace, type IndexChange } from '@sfm/memory';
import { aPoint, heapGrowth, seededRandom } from '@sfm/memory/testing';
import { embeddedIndexCosts } from './index-costs.js';
import { EmbeddedLexicalIndex } from './lexical/embedded-lexical-index.js';
import { EmbeddedVectorIndex } from './vectors/embedded-vector-index.js';

const NAMESPACE = toNamespace('test');
const DIMENSION = 8;
const MEMORIES = 6000;
const WORDS = 20;

/** Memories of twenty words out of a few thousand, in which few are frequent. */
function memories(): IndexChange[] {
  const random = seededRandom(7);
  return Array.from({ length: MEMORIES }, (_, id) => {
    const words = Array.from({ length: WORDS }, () => `word${Math.floor(4000 ** random())}`).join(' ');
    const payload = { text: words, session: `session-${Math.floor(id / 20)}`, topic: `topic-${id % 50}` };
    const session = payload.session;
    return {
      kind: 'upsert',
      point: aPoint({ key: `${id},1`, id, payload, session, words, vector: new Float32Array(DIMENSION).fill(0.1) }),
    };
  });
}

it('tells what the indexes take of the heap, by half at most', async () => {
  const lexical = new EmbeddedLexicalIndex();
  const vectors = new EmbeddedVectorIndex({ dimension: DIMENSION });
  let bytes = 0;
  const grown = await heapGrowth(async () => {
    for (const change of memories()) {
      if (change.kind === 'upsert') bytes += JSON.stringify(change.point.payload).length;
      await lexical.apply(NAMESPACE, [change]);
      await vectors.apply(NAMESPACE, [change]);
    }
  });
  expect(await lexical.count(NAMESPACE)).toBe(MEMORIES);
  const costs = embeddedIndexCosts({ dimension: DIMENSION, areDense: false });
  const extent = { memories: MEMORIES, payloadBytes: bytes / MEMORIES };
  const { heapBytes } = costOf(['lexical', 'vector'], costs, extent);
  expect(grown).toBeGreaterThan(heapBytes / 1.5);
  expect(grown).toBeLessThan(heapBytes * 1.5);
});
