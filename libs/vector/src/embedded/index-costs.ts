import type { IndexCosts } from '@sfm/memory';
import { DEFAULT_EXACT_SCAN_LIMIT } from './vectors/embedded-vector-index.js';

export interface IndexCostOptions {
  readonly dimension: number;
  /** Whether vectors have a value in most dimensions: a graph is built of those only. */
  readonly areDense: boolean;
  /** See `EmbeddedVectorIndexOptions.exactScanLimit`. */
  readonly exactScanLimit?: number;
}

const FLOAT_BYTES = 4;
/** Of one vector in the graph, half precision. */
const HALF_FLOAT_BYTES = 2;
/** Links of one vector to its neighbours in the graph. */
const GRAPH_LINKS_BYTES = 400;

/**
 * What the in-process indexes take: measured as heap and buffers after a full collection of garbage, with 10,000 to
 * 60,000 memories of 190 to 2,500 bytes of JSON (docs/operations/capacity.md); within a tenth of what was measured.
 */
export function embeddedIndexCosts({ dimension, areDense, exactScanLimit }: IndexCostOptions): IndexCosts {
  const hasGraph = areDense && (exactScanLimit ?? DEFAULT_EXACT_SCAN_LIMIT) < Infinity;
  const graph = hasGraph ? dimension * HALF_FLOAT_BYTES + GRAPH_LINKS_BYTES : 0;
  return {
    contents: { heap: { perMemory: 140, perByte: 1.1 }, outside: { perMemory: 0, perByte: 0 } },
    lexical: { heap: { perMemory: 680, perByte: 1.2 }, outside: { perMemory: 150, perByte: 1.25 } },
    vector: {
      heap: { perMemory: 440, perByte: 0 },
      outside: { perMemory: dimension * FLOAT_BYTES + graph, perByte: 0 },
    },
  };
}
