import { PointAudit, type HeldPoint } from '@sfm/memory';
import type { EmbeddedVectorIndex } from './embedded-vector-index.js';

const BATCH = 1000;

/** Looks at the points of the vector index in this process one by one. */
export class EmbeddedPointAudit extends PointAudit {
  constructor(private readonly index: EmbeddedVectorIndex) {
    super();
  }

  async *scan(namespace: string): AsyncGenerator<readonly HeldPoint[]> {
    let batch: HeldPoint[] = [];
    for (const point of this.index.points(namespace)?.held() ?? []) {
      batch.push(point);
      if (batch.length < BATCH) continue;
      yield batch;
      batch = [];
    }
    if (batch.length > 0) yield batch;
  }

  async held(namespace: string, keys: readonly string[]): Promise<readonly HeldPoint[]> {
    const points = this.index.points(namespace);
    return keys.flatMap((key) => {
      const version = points?.versionOf(key);
      return version === undefined ? [] : [{ key, version }];
    });
  }

  async evict(namespace: string, keys: readonly string[]): Promise<void> {
    const points = this.index.points(namespace);
    for (const key of keys) points?.evict(key);
  }
}
