import { describe, expect, it } from '@jest/globals';
import { loadConfig } from '@sfm/config';
import { FeatureHashingEmbedder, OpenAiCompatibleEmbedder } from '@sfm/embedding';
import { keepsEmbeddings } from './kept-embeddings.js';

const QUICK = new FeatureHashingEmbedder({ dimension: 8 });
const SLOW = new OpenAiCompatibleEmbedder({ url: 'http://models/v1', model: 'm', dimension: 8 });

describe('keeping embeddings in the truth', () => {
  it.each([
    ['an index in the process, whose vectors end with it', {}, QUICK, true],
    ['an index in the process and a slow model', {}, SLOW, true],
    ['Qdrant and a slow model', { QDRANT_URL: 'http://q' }, SLOW, true],
    ['Qdrant, when a vector is made as quickly as it is read', { QDRANT_URL: 'http://q' }, QUICK, false],
  ])('with %s: see the table', (_what, environment, embedder, expected) => {
    expect(keepsEmbeddings(loadConfig(environment), embedder)).toBe(expected);
  });
});
