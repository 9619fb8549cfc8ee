import { describe, expect, it } from '@jest/globals';
import { FeatureHashingEmbedder, OpenAiCompatibleEmbedder } from '@sfm/embedding';
import { keepsEmbeddings } from './kept-embeddings.js';

const QUICK = new FeatureHashingEmbedder({ dimension: 8 });
const SLOW = new OpenAiCompatibleEmbedder({ url: 'http://models/v1', model: 'm', dimension: 8 });

describe('keeping embeddings in the truth', () => {
  it.each([
    ['an index in the process, whose vectors end with it', 'embedded', QUICK, true],
    ['an index in the process and a slow model', 'embedded', SLOW, true],
    ['Qdrant and a slow model', 'qdrant', SLOW, true],
    ['Qdrant, when a vector is made as quickly as it is read', 'qdrant', QUICK, false],
  ] as const)('with %s: see the table', (_what, kind, embedder, expected) => {
    expect(keepsEmbeddings({ kind }, embedder)).toBe(expected);
  });
});
