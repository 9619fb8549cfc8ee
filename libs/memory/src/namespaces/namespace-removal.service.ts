import { setTimeout as delay } from 'node:timers/promises';
import { v7 as uuidv7 } from 'uuid';
import { throwIfEnded } from '../attempts/request-budget.js';
import type { LexicalIndex } from '../index-model/lexical-index.port.js';
import type { PendingMemories } from '../index-model/pending-memories.port.js';
import type { VectorIndex } from '../index-model/vector-index.port.js';
import type { Indexer } from '../indexing/projection/indexer.js';
import type { ProjectionSource } from '../indexing/projection/projection-source.port.js';
import type { Namespace } from '../model/namespace.js';
import type { ListPosition } from '../read/list-position.js';
import type { NamespaceLock } from '../verify/ports/namespace-lock.port.js';
import type { NamespaceStore, RemovalCut } from './namespace-store.port.js';

export interface RemovalOptions {
  /** Memories or links deleted in one transaction. @default 200 */
  readonly batchSize?: number;
  /** How long one call goes on before it leaves the rest to the next, in milliseconds. @default 5000 */
  readonly patienceMs?: number;
  /** Pause between batches, for writers. @default 5 */
  readonly restMs?: number;
}

export interface NamespaceRemoval {
  readonly memories: number;
  /** Links between bare coordinates; those of memories go with them. */
  readonly links: number;
  /** False when there is more to do: call again. */
  readonly isDone: boolean;
}

export interface EmptiedPlaces {
  readonly store: NamespaceStore;
  readonly pending: Pick<PendingMemories, 'count'>;
  readonly vectors: Pick<VectorIndex, 'clear'>;
  readonly lexical: Pick<LexicalIndex, 'clear'>;
  readonly source: Pick<ProjectionSource, 'reopen' | 'scanNamespace'>;
  readonly indexer: Pick<Indexer, 'refresh'>;
  readonly lock: NamespaceLock;
}

const POLL_MS = 50;
const ROWS_PER_BATCH = 500;

/**
 * Deletes what is in a namespace, in small batches beside its writers. Nothing else keeps track: whoever calls again goes on
 * where an interrupted call ended.
 */
export class NamespaceRemovalService {
  private readonly batchSize: number;
  private readonly patienceMs: number;
  private readonly restMs: number;

  constructor(
    private readonly places: EmptiedPlaces,
    { batchSize = 200, patienceMs = 5000, restMs = 5 }: RemovalOptions = {},
  ) {
    this.batchSize = batchSize;
    this.patienceMs = patienceMs;
    this.restMs = restMs;
  }

  /**
   * Deletes every memory and link last written before the call; what is written meanwhile stays. Each memory gets a tombstone, a
   * ledger row and an event, by which it leaves indexes and caches. Once that is so and nothing new is there, what the indexes hold of
   * the namespace is dropped too, and all else that is known of it. A copy into it that is not done has to begin anew.
   *
   * @throws NamespaceBusyError; StoreUnavailableError; IndexUnavailableError; RequestEndedError. Call again.
   */
  remove(namespace: Namespace): Promise<NamespaceRemoval> {
    return this.places.lock.hold(namespace, async (lost) => {
      await this.places.store.endTransfers(namespace);
      return this.removeHeld({ namespace, before: await this.places.store.now() }, lost);
    });
  }

  /**
   * As `remove`, of what was last written before the cut. The caller holds the lock of the namespace.
   *
   * @throws as `remove`
   */
  async removeHeld(cut: RemovalCut, lost: AbortSignal): Promise<NamespaceRemoval> {
    const endMs = performance.now() + this.patienceMs;
    const isLate = () => {
      lost.throwIfAborted();
      return performance.now() >= endMs;
    };
    const memories = await this.inBatches((after) => this.places.store.removeMemories(cut, after, this.ids()), isLate);
    const links = await this.inBatches(async () => {
      const removed = await this.places.store.removeLinks(cut, this.batchSize);
      return removed === this.batchSize ? { removed, next: NOWHERE } : { removed };
    }, isLate);
    return { memories, links, isDone: await this.isEmptied(cut, isLate) };
  }

  private ids(): readonly string[] {
    return Array.from({ length: this.batchSize }, () => uuidv7());
  }

  private async inBatches(
    batch: (after: ListPosition | undefined) => Promise<{ readonly removed: number; readonly next?: ListPosition }>,
    isLate: () => boolean,
  ): Promise<number> {
    let all = 0;
    for (let after: ListPosition | undefined; !isLate();) {
      throwIfEnded();
      const { removed, next } = await batch(after);
      all += removed;
      if (!next) break;
      after = next;
      await delay(this.restMs);
    }
    return all;
  }

  private async isEmptied({ namespace, before }: RemovalCut, isLate: () => boolean): Promise<boolean> {
    const { store, pending } = this.places;
    const rest = await store.rest(namespace, before);
    if (rest.isToRemove) return false;
    if (rest.isInUse) return true;
    while ((await pending.count(namespace)) > 0) {
      throwIfEnded();
      if (isLate()) return false;
      await delay(POLL_MS);
    }
    await this.drop(namespace);
    return true;
  }

  /** Drops indexes without points; a write that came at the same moment may have lost its own, and is indexed again. */
  private async drop(namespace: Namespace): Promise<void> {
    const { store, vectors, lexical, source, indexer } = this.places;
    await vectors.clear(namespace);
    await lexical.clear(namespace);
    await store.forgetRest(namespace);
    for await (const rows of source.scanNamespace(namespace, ROWS_PER_BATCH)) {
      const keys = rows.map(({ key }) => ({ namespace, key }));
      await source.reopen(keys);
      await indexer.refresh(keys);
    }
  }
}

/** Links have no place to go on from: those that are gone are not found again. */
const NOWHERE: ListPosition = { createdAtMs: 0, id: 0 };
