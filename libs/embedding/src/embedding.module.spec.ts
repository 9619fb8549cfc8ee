import 'reflect-metadata';
import { describe, expect, it } from '@jest/globals';
import { Test } from '@nestjs/testing';
import { Embedder } from '@sfm/memory';
import { EmbeddingModule, type EmbeddingModuleOptions } from './embedding.module.js';
import { FeatureHashingEmbedder } from './feature-hashing/feature-hashing-embedder.js';
import { OpenAiCompatibleEmbedder } from './openai-compatible/openai-compatible-embedder.js';

function compile(options: EmbeddingModuleOptions) {
  return Test.createTestingModule({ imports: [EmbeddingModule.forRoot(options)] }).compile();
}

describe('EmbeddingModule', () => {
  it('binds the embedder of the chosen kind', async () => {
    const hashing = (await compile({ kind: 'hash', dimension: 32 })).get(Embedder);
    expect([hashing.constructor, hashing.space]).toEqual([FeatureHashingEmbedder, 'hash-v1:32']);
    const remote = (await compile({ kind: 'openai', url: 'http://host/v1', model: 'm', dimension: 4 })).get(Embedder);
    expect([remote.constructor, remote.space]).toEqual([OpenAiCompatibleEmbedder, 'openai:m:4']);
  });

  it('does not start with a local model that is not there', async () => {
    await expect(compile({ kind: 'onnx', folder: '/nonexistent-model', dimension: 4 })).rejects.toThrow(
      /\/nonexistent-model lacks config\.json/,
    );
  });
});
