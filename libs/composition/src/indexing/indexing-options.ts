import type { EmbeddingModuleOptions } from '@sfm/embedding';
import type { EmbeddedIndexesOptions, QdrantIndexesOptions } from '@sfm/vector';

/** The embedder, and where its vectors are searched. */
export interface IndexingOptions {
  readonly embedder: EmbedderOptions;
  readonly vectors: VectorsOptions;
}

/** `hash` needs no model or network; `openai` needs a server with `/v1/embeddings`; `onnx` needs a model folder. */
export type EmbedderOptions = EmbeddingModuleOptions;

/** Where vectors are stored: in the memory of this process, or in a Qdrant shared by any number of processes. */
export type VectorsOptions = EmbeddedVectorsOptions | QdrantVectorsOptions;

/** In the memory of this process, filled from the truth at startup. */
export type EmbeddedVectorsOptions = Pick<EmbeddedIndexesOptions, 'kind' | 'exactScanLimit'>;

/** In Qdrant; the lexical index stays in the memory of each process and follows the ledger. */
export type QdrantVectorsOptions = Pick<
  QdrantIndexesOptions,
  'kind' | 'connection' | 'sharedCollection' | 'indexedFields' | 'mirrors'
>;
