import type { LexicalIndex } from './lexical-index.port.js';
import type { VectorIndex } from './vector-index.port.js';

/** The two lanes' indexes. */
export interface RecallIndexes {
  readonly vectors: VectorIndex;
  readonly lexical: LexicalIndex;
}
