import type { IndexChange, LaneCandidate } from '../index-model/index-point.js';
import { VectorIndex } from '../index-model/vector-index.port.js';
import type { Namespace } from '../model/namespace.js';
import { describePointAuditContract } from './contracts/point-audit.contract.js';
import { describeVectorRebuildContract } from './contracts/vector-rebuild.contract.js';
import { InMemoryPointAudit, InMemoryVectorRebuild, InMemoryVectors } from './in-memory-vectors.js';

/** Finds every point that has a vector: the suites ask which points there are, not how near they lie. */
class UnrankedVectors extends VectorIndex {
  constructor(private readonly vectors: InMemoryVectors) {
    super();
  }

  apply(namespace: Namespace, changes: readonly IndexChange[]): Promise<void> {
    return this.vectors.apply(namespace, changes);
  }

  async search(namespace: Namespace): Promise<readonly LaneCandidate[]> {
    const held = [...this.vectors.of(namespace).points];
    return held.flatMap(([key, [point]]) => (point?.vector ? [{ key, score: 1 }] : []));
  }

  async count(namespace: Namespace): Promise<number> {
    return this.vectors.of(namespace).points.size;
  }

  async clear(namespace: Namespace): Promise<void> {
    this.vectors.indexes.delete(namespace);
  }
}

describePointAuditContract('InMemoryPointAudit', {
  create: async () => {
    const vectors = new InMemoryVectors();
    return { index: new UnrankedVectors(vectors), audit: new InMemoryPointAudit(vectors) };
  },
});

describeVectorRebuildContract('InMemoryVectorRebuild', {
  create: async () => {
    const vectors = new InMemoryVectors();
    return { index: new UnrankedVectors(vectors), rebuild: new InMemoryVectorRebuild(vectors) };
  },
});
