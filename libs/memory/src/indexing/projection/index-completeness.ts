import { StoreUnavailableError } from '../../model/errors.js';
import type { LexicalIndex } from '../../index-model/lexical-index.port.js';
import type { PendingMemories } from '../../index-model/pending-memories.port.js';
import type { VectorIndex } from '../../index-model/vector-index.port.js';
import type { IndexReadiness } from '../../index-model/index-readiness.port.js';
import { quotedNamespace, type Namespace } from '../../model/namespace.js';

/**
 * A smaller gap is left to `soma verify`, which compares point by point: dead-lettered events leave some points
 * missing.
 */
const TOLERATED_SHARE = 0.1;

/** The vector index answers, but lacks a large part of the memories. */
export class IndexIncompleteError extends Error {
  override readonly name = 'IndexIncompleteError';
}

interface Counts {
  readonly memories: number;
  readonly waiting: number;
  readonly points: number;
}

/**
 * Detects a vector index that has lost its points: a server whose disk was emptied answers every search with nothing.
 * The expected number is that of the lexical index, which every process fills from the truth.
 */
export class IndexCompleteness {
  constructor(
    private readonly indexes: {
      readonly lexical: Pick<LexicalIndex, 'count'>;
      readonly vectors: Pick<VectorIndex, 'count'>;
    },
    private readonly pending: Pick<PendingMemories, 'count'>,
    private readonly readiness: Pick<IndexReadiness, 'whenReady'>,
  ) {}

  /**
   * Returns the number of points of a namespace.
   *
   * @throws IndexIncompleteError saying what to do; IndexUnavailableError
   */
  async check(namespace: Namespace): Promise<number> {
    const points = await this.indexes.vectors.count(namespace);
    if (points >= (await this.indexes.lexical.count(namespace))) return points;
    try {
      return await this.compare(namespace);
    } catch (error) {
      // It cannot be determined now; the health check of the truth reports that the truth is unavailable.
      if (error instanceof StoreUnavailableError) return points;
      throw error;
    }
  }

  private async compare(namespace: Namespace): Promise<number> {
    const first = await this.count(namespace);
    // A deletion between the counts looks like a lost point, so a gap must show twice.
    const counts = isComplete(first) ? first : await this.count(namespace);
    if (isComplete(counts)) return counts.points;
    throw incomplete(namespace, counts);
  }

  /** In this order, a memory indexed between the counts is counted twice rather than not at all. */
  private async count(namespace: Namespace): Promise<Counts> {
    await this.readiness.whenReady();
    const memories = await this.indexes.lexical.count(namespace);
    const waiting = await this.pending.count(namespace);
    return { memories, waiting, points: await this.indexes.vectors.count(namespace) };
  }
}

function isComplete({ memories, waiting, points }: Counts): boolean {
  return memories - waiting - points <= memories * TOLERATED_SHARE;
}

function incomplete(namespace: Namespace, { memories, waiting, points }: Counts): IndexIncompleteError {
  return new IndexIncompleteError(
    `the vector index holds ${points} points of namespace ${namespace}, which has ${memories} memories and ${waiting} ` +
      `of them waiting to be indexed: run soma reindex --namespace ${quotedNamespace(namespace)}`,
  );
}
