import type { EmbedderOptions } from '@sfm/composition';
import type { AppConfig } from '@sfm/config';

/** Returns the configured embedder. */
export function embedderOptions({ embedding }: AppConfig): EmbedderOptions {
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
