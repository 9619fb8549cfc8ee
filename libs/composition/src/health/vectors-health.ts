import type { Namespace, VectorIndex } from '@sfm/memory';
import { keptResult } from '@sfm/observability';
import { QdrantHealth, type QdrantServer } from '@sfm/vector';

/** Counting points exactly takes a server of millions a good part of a second, and one that is gone shows at once. */
export const COUNTED_FOR_MS = 10_000;

/** Counts the points that are expected to be there; rejects when some are missing. */
type Count = () => Promise<number>;

/** Checks whether the vector index answers: often that, and now and then whether it holds its points. */
export class VectorsHealth {
  private readonly points: Count;

  constructor(
    count: Count,
    private readonly qdrant: QdrantServer | undefined,
  ) {
    this.points = keptResult(count, { forMs: COUNTED_FOR_MS });
  }

  /** Checks no more than that the points of the namespace can be counted. */
  static counting(vectors: VectorIndex, namespace: Namespace, qdrant: QdrantServer | undefined): VectorsHealth {
    return new VectorsHealth(() => vectors.count(namespace), qdrant);
  }

  /** Resolves with the number of points, which may be some seconds old. @throws Error when the index does not answer */
  async check(): Promise<number> {
    if (this.qdrant) await assertUp(this.qdrant);
    return this.points();
  }
}

/** Resolves with its version. @throws Error with what is wrong */
export async function assertUp(qdrant: QdrantServer): Promise<string | undefined> {
  const { isUp, version, problem } = await new QdrantHealth(qdrant).check();
  if (!isUp) throw new Error(problem);
  return version;
}
