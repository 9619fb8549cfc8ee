import { Module, type DynamicModule } from '@nestjs/common';
import { Embedder } from '@sfm/memory';
import { FeatureHashingEmbedder, type FeatureHashingOptions } from './feature-hashing/feature-hashing-embedder.js';
import { OnnxEmbedder, type OnnxOptions } from './onnx/onnx-embedder.js';
import {
  OpenAiCompatibleEmbedder,
  type OpenAiCompatibleOptions,
} from './openai-compatible/openai-compatible-embedder.js';

/** The kind of embedder, with its settings. */
export type EmbeddingModuleOptions =
  | ({ readonly kind: 'hash' } & FeatureHashingOptions)
  | ({ readonly kind: 'openai' } & OpenAiCompatibleOptions)
  | ({ readonly kind: 'onnx' } & OnnxOptions);

/**
 * Creates an embedder of the given kind, ready to use.
 *
 * @throws EmbedderUnavailableError when a local model cannot be loaded.
 */
export async function createEmbedder(options: EmbeddingModuleOptions): Promise<Embedder> {
  switch (options.kind) {
    case 'hash':
      return new FeatureHashingEmbedder(options);
    case 'openai':
      return new OpenAiCompatibleEmbedder(options);
    case 'onnx':
      return OnnxEmbedder.open(options);
  }
}

/** Binds the `Embedder` port. Startup fails when a local model cannot be loaded; a remote one is called on first use. */
@Module({})
export class EmbeddingModule {
  static forRoot(options: EmbeddingModuleOptions): DynamicModule {
    return {
      module: EmbeddingModule,
      providers: [{ provide: Embedder, useFactory: () => createEmbedder(options) }],
      exports: [Embedder],
    };
  }
}
