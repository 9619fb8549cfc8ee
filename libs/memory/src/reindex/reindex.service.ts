import type { ChangeFeed, FeedPosition } from '../indexing/following/change-feed.port.js';
import { toChange, toMark, type Indexer } from '../indexing/projection/indexer.js';
import type { ProjectionSource } from '../indexing/projection/projection-source.port.js';
import { embedRows, type RowEmbedding } from '../indexing/projection/row-embeddings.js';
import type { Embedder } from '../index-model/embedder.port.js';
import type { NamespaceLock } from '../verify/ports/namespace-lock.port.js';
import { chunks } from '../verify/point-comparison.js';
import type { ReindexListener, ReindexReport, ReindexRequest } from './reindex.types.js';
import type { TruthAudit } from '../verify/ports/truth-audit.port.js';
import type { IndexDraft, VectorRebuild } from '../verify/ports/vector-rebuild.port.js';
import type { VerifyService } from '../verify/verify.service.js';
import type { Namespace } from '../model/namespace.js';

const ROWS_PER_BATCH = 500;
const CHANGES_PER_READ = 2000;
/** Catch-up rounds before publishing; the remaining changes are applied after it. */
const MAX_ROUNDS = 20;

export interface ReindexedPlaces {
  readonly lock: NamespaceLock;
  readonly rebuild: VectorRebuild;
  readonly source: ProjectionSource;
  readonly feed: ChangeFeed;
  readonly truth: Pick<TruthAudit, 'totals' | 'namespaces'>;
  readonly embedder: Embedder;
  readonly indexer: Pick<Indexer, 'refresh' | 'keepsEmbeddings'>;
  readonly verifier: Pick<VerifyService, 'verify'>;
}

interface Rebuilding {
  readonly namespace: Namespace;
  readonly signal: AbortSignal;
  readonly listener: ReindexListener;
  memories: number;
  embedded: number;
  changes: number;
}

/**
 * Rebuilds the vector index of a namespace from the truth while it is searched and written.
 *
 * A new index is filled beside the old one, catches up with the ledger, then replaces it in one step. Changes committed
 * before that step and missing in the new index are marked as not indexed, so that recall still finds them, and are
 * indexed again. If interrupted before that step, the old index stays in use; after it, run it again. It can always be
 * run again: leftovers of an interrupted run are freed.
 */
export class ReindexService {
  constructor(private readonly places: ReindexedPlaces) {}

  /**
   * @throws NamespaceBusyError when another process is rebuilding the namespace; StoreUnavailableError,
   * EmbedderUnavailableError or IndexUnavailableError when a part does not answer; the signal's reason when that
   * aborts.
   */
  async reindex(request: ReindexRequest, listener: ReindexListener = {}): Promise<ReindexReport> {
    const { namespace, maxPendingSeconds, signal } = request;
    const rebuilt = await this.places.lock.hold(namespace, (lost) =>
      this.rebuild({
        namespace,
        listener,
        signal: signal ? AbortSignal.any([signal, lost]) : lost,
        memories: 0,
        embedded: 0,
        changes: 0,
      }),
    );
    const verification = await this.places.verifier.verify(
      { namespaces: [namespace], maxPendingSeconds, ...(signal ? { signal } : {}) },
      {
        onProgress: (progress) => listener.onVerifyProgress?.(progress),
        onDifference: (difference, run) => listener.onDifference?.(difference, run),
        onNote: (note) => listener.onNote?.(note),
        whenRead: async () => listener.whenRead?.(),
      },
    );
    const { memories, embedded, changes } = rebuilt;
    return { namespace, memories, embedded, changes, verification };
  }

  /** Returns every namespace in the truth. */
  async namespaces(): Promise<readonly Namespace[]> {
    return (await this.places.truth.namespaces()).map(({ name }) => name);
  }

  private async rebuild(work: Rebuilding): Promise<Rebuilding> {
    const start = await this.places.feed.now();
    const draft = await this.places.rebuild.begin(work.namespace);
    const position = await this.complete(draft, start, work);
    await draft.publish();
    report(work, 'published', null);
    const settled = await this.repeat(position, work);
    await draft.retireOld();
    // A process that had not yet noticed the new index may have written to the old one until now.
    await this.repeat(settled, work);
    return work;
  }

  /**
   * Resolves with the ledger position up to which the new index is complete. If publishing fails the draft is kept,
   * because publishing may still have taken effect; the next rebuild finds out.
   */
  private async complete(draft: IndexDraft, start: FeedPosition, work: Rebuilding): Promise<FeedPosition> {
    try {
      await this.fill(draft, work);
      const position = await this.catchUp(draft, start, work);
      work.signal.throwIfAborted();
      return position;
    } catch (error) {
      await draft.discard().catch(() => undefined);
      throw error;
    }
  }

  private async fill(draft: IndexDraft, work: Rebuilding): Promise<void> {
    const { rows: total } = await this.places.truth.totals(work.namespace);
    report(work, 'filling', total);
    for await (const rows of this.places.source.scanNamespace(work.namespace, ROWS_PER_BATCH)) {
      work.signal.throwIfAborted();
      const embeddings = await embedRows(rows, this.places.embedder);
      await apply(draft, embeddings);
      await this.keepEmbeddings(embeddings, work);
      work.memories += rows.length;
      report(work, 'filling', total);
      await work.listener.whenRead?.();
    }
  }

  /**
   * Marks only rows that count as indexed already: others are missing in the old index, so marking them would be wrong.
   */
  private async keepEmbeddings(embeddings: readonly RowEmbedding[], work: Rebuilding): Promise<void> {
    const made = embeddings.filter(({ isNew }) => isNew);
    work.embedded += made.length;
    if (!this.places.indexer.keepsEmbeddings) return;
    const indexed = made.filter(({ row }) => row.indexedVersion >= row.version);
    if (indexed.length === 0) return;
    await this.places.source.markIndexed(indexed.map((embedding) => toMark(embedding, this.places.embedder.space)));
  }

  /** Brings the draft up to date, so that little remains to be done once it is searched. */
  private async catchUp(draft: IndexDraft, start: FeedPosition, work: Rebuilding): Promise<FeedPosition> {
    let position = start;
    for (let round = 0; round < MAX_ROUNDS; round += 1) {
      const batch = await this.changesSince(position, work);
      for (const keys of chunks(batch.keys, ROWS_PER_BATCH)) {
        const rows = await this.places.source.rows(keys.map((key) => ({ namespace: work.namespace, key })));
        await apply(draft, await embedRows(rows, this.places.embedder));
      }
      position = batch.position;
      if (batch.isCaughtUp) break;
    }
    return position;
  }

  /** Indexes everything committed after the position again, into the index that is now searched. */
  private async repeat(start: FeedPosition, work: Rebuilding): Promise<FeedPosition> {
    let position = start;
    for (;;) {
      const batch = await this.changesSince(position, work);
      for (const keys of chunks(batch.keys, ROWS_PER_BATCH)) {
        const coordinates = keys.map((key) => ({ namespace: work.namespace, key }));
        await this.places.source.reopen(coordinates);
        for (const { item, reason } of await this.places.indexer.refresh(coordinates)) {
          work.listener.onNote?.(`namespace ${work.namespace}: ${item.key} cannot be indexed: ${reason}`);
        }
      }
      position = batch.position;
      if (batch.isCaughtUp) return position;
    }
  }

  private async changesSince(position: FeedPosition, work: Rebuilding) {
    work.signal.throwIfAborted();
    const batch = await this.places.feed.since(position, CHANGES_PER_READ);
    if (batch.isReset) throw new Error('the ledger was replaced by another one meanwhile: run it again');
    const changed = batch.changes.filter(({ namespace }) => namespace === work.namespace);
    const keys = [...new Set(changed.map(({ key }) => key))];
    work.changes += changed.length;
    if (keys.length > 0) report(work, 'catching up', null);
    return { keys, position: batch.position, isCaughtUp: batch.isCaughtUp };
  }
}

function apply(draft: IndexDraft, embeddings: readonly RowEmbedding[]): Promise<void> {
  return draft.apply(embeddings.map(({ row, vector }) => toChange(row, vector)));
}

function report(
  { listener, namespace, memories, changes }: Rebuilding,
  phase: 'filling' | 'catching up' | 'published',
  total: number | null,
): void {
  listener.onProgress?.({ phase, namespace, done: phase === 'catching up' ? changes : memories, total });
}
