export { embeddedIndexCosts, type IndexCostOptions } from './embedded/index-costs.js';
export { EmbeddedLexicalIndex } from './embedded/lexical/embedded-lexical-index.js';
export { EmbeddedVectorIndex, type EmbeddedVectorIndexOptions } from './embedded/vectors/embedded-vector-index.js';
export type { HnswGraph, HnswGraphFactory } from './embedded/vectors/hnsw-graph.js';
export type { QdrantConnectionOptions } from './qdrant/server/qdrant-connection.js';
export { QdrantHealth, type QdrantHealthReport } from './qdrant/server/qdrant-health.js';
export { QdrantServer } from './qdrant/server/qdrant-server.js';
export { QdrantSnapshots, type CollectionAlias } from './qdrant/snapshots/qdrant-snapshots.js';
export {
  VectorModule,
  type EmbeddedIndexesOptions,
  type QdrantIndexesOptions,
  type VectorModuleOptions,
} from './vector.module.js';
