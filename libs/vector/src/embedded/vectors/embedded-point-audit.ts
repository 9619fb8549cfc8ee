import { setImmediate } from 'node:timers/promises';
import { PointAudit, type HeldPoint, type Namespace } from '@sfm/memory';
import type { EmbeddedVectorIndex } from './embedded-vector-index.js';

const BATCH = 200;

/** Audits the points of this process's vector index one by one. */
export class EmbeddedPointAudit extends PointAudit {
  constructor(private readonly index: EmbeddedVectorIndex) {
    super();
  }

  async *scan(namespace: Namespace): AsyncGenerator<readonly HeldPoint[]> {
    const points = this.index.points(namespace);
    let batch: HeldPoint[] = [];
    for (const key of points?.keys() ?? []) {
      const point = points?.held(key);
      if (point) batch.push(point);
      if (batch.length < BATCH) continue;
      yield batch;
      batch = [];
      // Lets other requests to this process run in between.
      await setImmediate();
    }
    if (batch.length > 0) yield batch;
  }

  async held(namespace: Namespace, keys: readonly string[]): Promise<readonly HeldPoint[]> {
    const points = this.index.points(namespace);
    return keys.flatMap((key) => points?.held(key) ?? []);
  }

  async evict(namespace: Namespace, keys: readonly string[]): Promise<void> {
    const points = this.index.points(namespace);
    for (const key of keys) points?.evict(key);
  }
}
