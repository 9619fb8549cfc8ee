export { EmbeddedLexicalIndex } from './embedded/embedded-lexical-index.js';
export { EmbeddedVectorIndex, type EmbeddedVectorIndexOptions } from './embedded/embedded-vector-index.js';
export type { NeighborGraph, NeighborGraphFactory } from './embedded/neighbor-graph.js';
export type { QdrantConnectionOptions } from './qdrant/qdrant-connection.js';
export { QdrantHealth, type QdrantHealthReport } from './qdrant/qdrant-health.js';
export { QdrantServer } from './qdrant/qdrant-server.js';
export { QdrantSnapshots, type CollectionAlias } from './qdrant/qdrant-snapshots.js';
export {
  VectorModule,
  type EmbeddedIndexesOptions,
  type QdrantIndexesOptions,
  type VectorModuleOptions,
} from './vector.module.js';
