import { CONTRACT_DIMENSION, describeVectorIndexContract } from '@sfm/memory/testing';
import { EmbeddedVectorIndex } from './embedded-vector-index.js';

describeVectorIndexContract('EmbeddedVectorIndex', {
  create: async () => new EmbeddedVectorIndex({ dimension: CONTRACT_DIMENSION }),
});

describeVectorIndexContract('EmbeddedVectorIndex that wants a graph from the first point on', {
  create: async () => new EmbeddedVectorIndex({ dimension: CONTRACT_DIMENSION, exactScanLimit: 0 }),
  destroy: async (index) => {
    if (index instanceof EmbeddedVectorIndex) await index.settled();
  },
});
