export { createEmbedder, EmbeddingModule, type EmbeddingModuleOptions } from './embedding.module.js';
export { FeatureHashingEmbedder, type FeatureHashingOptions } from './feature-hashing/feature-hashing-embedder.js';
export type { ModelPrecision } from './onnx/model-folder.js';
export { OnnxEmbedder, type OnnxOptions } from './onnx/onnx-embedder.js';
export type { Pooling } from './onnx/transformers-runtime.js';
export {
  OpenAiCompatibleEmbedder,
  type OpenAiCompatibleOptions,
} from './openai-compatible/openai-compatible-embedder.js';
