export { EmbeddedLexicalIndex } from './embedded/embedded-lexical-index.js';
export { EmbeddedVectorIndex, type EmbeddedVectorIndexOptions } from './embedded/embedded-vector-index.js';
export type { NeighborGraph, NeighborGraphFactory } from './embedded/neighbor-graph.js';
export { VectorModule, type EmbeddedIndexesOptions, type VectorModuleOptions } from './vector.module.js';
