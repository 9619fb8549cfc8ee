import type { EmbeddingModuleOptions } from '@sfm/embedding';
import type { EmbeddedIndexesOptions, QdrantIndexesOptions } from '@sfm/vector';

/** What makes vectors of texts, and where they are searched. */
export interface IndexingOptions {
  readonly embedder: EmbedderOptions;
  readonly vectors: VectorsOptions;
}

/** `hash` needs no model and no network, `openai` any server that speaks `/v1/embeddings`, `onnx` a folder. */
export type EmbedderOptions = EmbeddingModuleOptions;

/** Where vectors are kept: in the memory of this process, or in a Qdrant that any number of processes share. */
export type VectorsOptions = EmbeddedVectorsOptions | QdrantVectorsOptions;

/** In the memory of this process, filled from the truth at its start. */
export type EmbeddedVectorsOptions = Pick<EmbeddedIndexesOptions, 'kind' | 'exactScanLimit'>;

/** In Qdrant; the lexical index stays in the memory of each process and follows the ledger. */
export type QdrantVectorsOptions = Pick<
  QdrantIndexesOptions,
  'kind' | 'connection' | 'sharedCollection' | 'indexedFields' | 'mirrors'
>;
