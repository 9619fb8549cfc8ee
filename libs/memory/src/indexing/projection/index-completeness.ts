import { StoreUnavailableError } from '../../model/errors.js';
import type { LexicalIndex } from '../../index-model/lexical-index.port.js';
import type { PendingMemories } from '../../index-model/pending-memories.port.js';
import type { VectorIndex } from '../../index-model/vector-index.port.js';
import type { IndexReadiness } from '../../index-model/index-readiness.port.js';
import type { Namespace } from '../../model/namespace.js';

/** Fewer missing points are for `soma verify`, which compares one by one: dead-lettered events leave some behind. */
const TOLERATED_SHARE = 0.1;

/** The index of vectors answers, but lacks a good part of the memories. */
export class IndexIncompleteError extends Error {
  override readonly name = 'IndexIncompleteError';
}

interface Counts {
  readonly memories: number;
  readonly waiting: number;
  readonly points: number;
}

/**
 * Notices an index of vectors that has lost its points: a server whose disk was emptied answers every search, with
 * nothing. How many there should be is what the lexical index holds, which every process fills from the truth.
 */
export class IndexCompleteness {
  constructor(
    private readonly indexes: {
      readonly lexical: Pick<LexicalIndex, 'count'>;
      readonly vectors: Pick<VectorIndex, 'count'>;
    },
    private readonly pending: Pick<PendingMemories, 'count'>,
    private readonly readiness: IndexReadiness,
  ) {}

  /**
   * The number of a namespace's points.
   *
   * @throws IndexIncompleteError saying what to do; IndexUnavailableError
   */
  async check(namespace: Namespace): Promise<number> {
    const points = await this.indexes.vectors.count(namespace);
    if (points >= (await this.indexes.lexical.count(namespace))) return points;
    try {
      return await this.compare(namespace);
    } catch (error) {
      // Nobody can tell at the moment; that the truth is away is said where it is looked after.
      if (error instanceof StoreUnavailableError) return points;
      throw error;
    }
  }

  private async compare(namespace: Namespace): Promise<number> {
    const first = await this.count(namespace);
    // What is deleted between the counts looks lost, once.
    const counts = isComplete(first) ? first : await this.count(namespace);
    if (isComplete(counts)) return counts.points;
    throw incomplete(namespace, counts);
  }

  /** In this order, what is indexed meanwhile is counted twice rather than not at all. */
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
      `of them waiting to be indexed: run soma reindex --namespace ${namespace}`,
  );
}
