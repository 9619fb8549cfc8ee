import { toIndexPoint } from '../index-model/index-point-factory.js';
import { whileWanted } from '../attempts/bounded-wait.js';
import { withoutBudget } from '../attempts/request-budget.js';
import { readInParts } from '../attempts/smaller-parts.js';
import type { IndexReadiness } from '../index-model/index-readiness.port.js';
import type { Embedder } from '../index-model/embedder.port.js';
import { EMPTY_OVERLAY, type IndexPoint, type Overlay } from '../index-model/index-point.js';
import type { PendingMemories, PendingMemory, PendingVersion } from '../index-model/pending-memories.port.js';
import { RequestEndedError } from '../model/errors.js';
import type { Namespace } from '../model/namespace.js';
import { withinNamespaces } from '../model/namespace-scope.js';
import { nextTurn } from '../attempts/turns.js';

/** Memories read and embedded per batch; between batches other requests get their turn. */
const BATCH = 128;
/**
 * From this many points on, concurrent recalls wait for the one already building them, because each would hold its own
 * copy.
 */
const SHARED_FROM = 2 * BATCH;
/** Characters of pending memories prepared between two turns of the event loop. */
const CHARACTERS_PER_TURN = 64 * 1024;
/** Most points kept for namespaces other than the latest one; evicted points are built again when needed. */
const MAX_KEPT = 20_000;

export interface OverlayOptions {
  /**
   * Most pending memories that one recall embeds; further ones are found by the lexical lane only, until they are
   * indexed.
   */
  readonly maxEmbedded: number;
  /**
   * Most pending memories (the newest) that are searched with the indexes. Older ones are left to the lexical index, if
   * it follows the ledger by itself; Infinity if it does not.
   */
  readonly maxPoints: number;
}

/**
 * Reads changes that are committed but not yet in the indexes, ready to be searched with them. This makes a write by
 * any process recallable as soon as it is acknowledged. Analysed points are kept until the index has caught up with
 * them.
 */
export class OverlayReader {
  /** By namespace, the most recently used last. */
  private readonly kept = new Map<Namespace, ReadonlyMap<string, IndexPoint>>();
  /** By namespace; settles when a shared build of many points ends. */
  private readonly making = new Map<Namespace, Promise<unknown>>();

  constructor(
    private readonly pending: PendingMemories,
    private readonly embedder: Embedder,
    private readonly indexes: IndexReadiness,
    private readonly options: OverlayOptions,
  ) {}

  /**
   * Returns the overlay of a namespace at this instant.
   *
   * @throws StoreUnavailableError when the truth cannot be read; IndexUnavailableError when no index may be searched;
   * RequestEndedError
   */
  async read(namespace: Namespace): Promise<Overlay> {
    const { maxPoints } = this.options;
    const limit = Number.isFinite(maxPoints) ? maxPoints + 1 : undefined;
    // A change that is not pending now is in the indexes once they are ready, in whichever order the two complete.
    const [listed, { unsearched, incomplete }] = await Promise.all([
      this.pending.versions(namespace, limit),
      whileWanted(withoutBudget(() => this.indexes.whenSearchable())),
    ]);
    const versions = listed.slice(0, maxPoints);
    if (versions.length === 0) {
      this.kept.delete(namespace);
      const isWhole = unsearched.size === 0 && incomplete.size === 0;
      return isWhole ? EMPTY_OVERLAY : { ...EMPTY_OVERLAY, unsearched, incomplete };
    }
    const [points, lag] = await Promise.all([this.pointsOf(namespace, versions), this.pending.lag(namespace)]);
    return {
      hidden: new Set(versions.map(({ key }) => key)),
      points: [...points.values()],
      isPartial: listed.length > versions.length || lacksVectors(points),
      unsearched,
      incomplete,
      lag,
    };
  }

  private async pointsOf(
    namespace: Namespace,
    versions: readonly PendingVersion[],
  ): Promise<ReadonlyMap<string, IndexPoint>> {
    for (;;) {
      const { points, missing } = this.compare(namespace, versions);
      const others = this.making.get(namespace);
      if (missing.length >= SHARED_FROM && others !== undefined) {
        await whileWanted(others);
        continue;
      }
      const isShared = missing.length >= SHARED_FROM;
      const make = () =>
        this.make(namespace, missing).then((more) => {
          for (const point of more) points.set(point.key, point);
          this.keep(namespace, points);
        });
      // What others wait for must not end with the request that happened to begin it.
      const made = isShared ? withoutBudget(() => withinNamespaces([namespace], make)) : make();
      if (isShared) this.share(namespace, made);
      await whileWanted(made);
      return points;
    }
  }

  /** Returns the points that are already kept, and the keys of the others. */
  private compare(namespace: Namespace, versions: readonly PendingVersion[]) {
    const known = this.kept.get(namespace);
    const points = new Map<string, IndexPoint>();
    const missing: string[] = [];
    for (const { key, version, deleted } of versions) {
      if (deleted) continue;
      const point = known?.get(key);
      if (point && point.version >= version) points.set(key, point);
      else missing.push(key);
    }
    return { points, missing };
  }

  /** Only the recall that builds the points sees a failure; the waiting ones then try by themselves. */
  private share(namespace: Namespace, made: Promise<void>): void {
    const settled = made.catch(() => undefined).finally(() => this.making.delete(namespace));
    this.making.set(namespace, settled);
  }

  private keep(namespace: Namespace, points: ReadonlyMap<string, IndexPoint>): void {
    this.kept.delete(namespace);
    let others = 0;
    // An overlay of deletions has no points, and takes room for its namespace all the same.
    for (const { size } of this.kept.values()) others += size + 1;
    for (const [other, { size }] of this.kept) {
      if (others <= MAX_KEPT) break;
      this.kept.delete(other);
      others -= size + 1;
    }
    this.kept.set(namespace, points);
  }

  private async make(namespace: Namespace, keys: readonly string[]): Promise<readonly IndexPoint[]> {
    const points: IndexPoint[] = [];
    for (let from = 0; from < keys.length; from += BATCH) {
      const batch = await readInParts(keys.slice(from, from + BATCH), BATCH, (part) =>
        this.pending.load(namespace, part),
      );
      const vectors = from < this.options.maxEmbedded ? await this.embed(batch) : [];
      let characters = 0;
      for (const [index, pending] of batch.entries()) {
        const point = toIndexPoint(pending.memory, pending, vectors[index] ?? null);
        points.push(point);
        characters += pending.searchedText.length;
        if (characters < CHARACTERS_PER_TURN) continue;
        characters = 0;
        // Analysed here, where others get their turn, and not all at once in the search that needs it.
        await point.analyze?.();
        void point.text;
        await nextTurn();
      }
      await nextTurn();
    }
    return points;
  }

  /** Without the embedder a pending memory is still found by its words, so an embedder failure must not fail recall. */
  private async embed(batch: readonly PendingMemory[]): Promise<readonly (Float32Array | undefined)[]> {
    const stored = batch.map(({ embedding }) =>
      embedding?.space === this.embedder.space ? embedding.vector : undefined,
    );
    const texts = batch.filter((_, index) => !stored[index]).map(({ searchedText }) => searchedText);
    try {
      const made = texts.length === 0 ? [] : [...(await this.embedder.embed(texts))];
      return stored.map((vector) => vector ?? made.shift());
    } catch (error) {
      if (error instanceof RequestEndedError) throw error;
      return stored;
    }
  }
}

/** Returns whether an embeddable point has no vector: too much was pending at once, or the embedder failed. */
function lacksVectors(points: ReadonlyMap<string, IndexPoint>): boolean {
  for (const { vector, text } of points.values()) if (vector === null && text.length > 0) return true;
  return false;
}
