import type { DynamicModule } from '@nestjs/common';
import type { AppConfig } from '@sfm/config';
import { EmbeddingModule, type EmbeddingModuleOptions } from '@sfm/embedding';

const modules = new WeakMap<AppConfig, DynamicModule>();

/** Binds the embedder that the configuration asks for. One module per configuration, so that a model is loaded once. */
export function embeddingModule(config: AppConfig): DynamicModule {
  const known = modules.get(config);
  if (known) return known;
  const created = EmbeddingModule.forRoot(embeddingOptions(config));
  modules.set(config, created);
  return created;
}

/** The embedder that the configuration asks for. */
export function embeddingOptions({ embedding }: AppConfig): EmbeddingModuleOptions {
  const { dimension, url = '', apiKey, model = '', modelPath = '', timeoutMs, batchSize } = embedding;
  switch (embedding.embedder) {
    case 'openai':
      return { kind: 'openai', url, apiKey, model, dimension, timeoutMs, batchSize };
    case 'onnx':
      return { kind: 'onnx', folder: modelPath, dimension, batchSize };
    case 'hash':
      return { kind: 'hash', dimension };
  }
}
