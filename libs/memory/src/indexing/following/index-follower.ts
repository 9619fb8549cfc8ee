import { setImmediate as nextTurn } from 'node:timers/promises';
import type { IndexChange } from '../../index-model/index-point.js';
import type { LexicalIndex } from '../../index-model/lexical-index.port.js';
import type { ChangeFeed, FeedPosition, LedgerChange } from './change-feed.port.js';
import type { IndexReadiness, Searchable } from '../../index-model/index-readiness.port.js';
import type { IndexWarmup } from '../projection/index-warmup.js';
import type { FillingListener, IndexFilling } from '../projection/index-filling.js';
import { toWordPoint } from '../../index-model/index-point-factory.js';
import { applyChanges } from '../projection/indexer.js';
import type { ProjectionSource, SearchedRow } from '../projection/projection-source.port.js';
import type { IndexRoom } from '../room/index-room.js';
import type { RecentWrites } from './recent-writes.js';
import { identityOf } from '../../model/coordinate-identity.js';
import type { Namespace } from '../../model/namespace.js';

const SCAN_BATCH = 1000;
const CHANGES_PER_READ = 2000;
/** Rows processed in one turn of the event loop: about two milliseconds. */
const ROWS_PER_TURN = 100;

/**
 * Keeps an in-process lexical index equal to the truth while any number of processes write: fills it once from all live
 * rows, then updates it from the ledger. Recall first waits for the index to catch up, so it searches every write that
 * was acknowledged before it began, by any process.
 */
export class IndexFollower implements IndexReadiness, IndexFilling {
  private readonly namespaces = new Set<Namespace>();
  private position: FeedPosition | undefined;
  private isRefilled = false;
  private running: Promise<void> | undefined;
  private queued: Promise<void> | undefined;

  constructor(
    private readonly feed: ChangeFeed,
    private readonly source: Pick<ProjectionSource, 'searchedRows' | 'scanSearched' | 'extent'>,
    private readonly index: Pick<LexicalIndex, 'apply' | 'clear'>,
    private readonly warmup: IndexWarmup,
    /** Writes of this process, which need not be read back. */
    private readonly recent: Pick<RecentWrites, 'take' | 'mark' | 'forget'>,
    private readonly room?: Pick<IndexRoom, 'plan' | 'stateOf'>,
  ) {}

  /** Fills the index. */
  async load({ onProgress = () => {} }: FillingListener = {}): Promise<number> {
    const total = await this.fill(onProgress);
    await this.catchUp();
    return total;
  }

  private async fill(onProgress: (rows: number) => void): Promise<number> {
    const position = await this.feed.now();
    this.room?.plan(await this.source.extent());
    let total = 0;
    for await (const rows of this.source.scanSearched(SCAN_BATCH)) {
      if (this.room?.stateOf('lexical') === 'none') break;
      await this.apply(rows);
      total += rows.length;
      onProgress(total);
    }
    this.position = position;
    return total;
  }

  /**
   * Resolves when the index holds everything that was committed before the call.
   *
   * @throws StoreUnavailableError; IndexUnavailableError while the index is still being filled.
   */
  async whenReady(): Promise<void> {
    await this.warmup.whenReady();
    await this.catchUp();
  }

  /** Resolves at once while the index is being filled, naming it, and otherwise as `whenReady`. */
  async whenSearchable(): Promise<Searchable> {
    const searchable = await this.warmup.whenSearchable();
    if (!searchable.unsearched.has('lexical')) await this.catchUp();
    return searchable;
  }

  /** Applies everything committed since the last run. Calls made during a run share the next run. */
  catchUp(): Promise<void> {
    if (!this.running) {
      this.running = this.run().finally(() => (this.running = undefined));
      return this.running;
    }
    this.queued ??= this.running
      .catch(() => undefined)
      .then(() => {
        this.queued = undefined;
        return this.catchUp();
      });
    return this.queued;
  }

  private async run(): Promise<void> {
    const { mark } = this.recent;
    while (this.position) {
      const batch = await this.feed.since(this.position, CHANGES_PER_READ);
      if (batch.isReset) {
        await this.refill();
        continue;
      }
      await this.apply(await this.rowsOf(batch.changes));
      this.position = batch.position;
      if (!batch.isCaughtUp) continue;
      this.recent.forget(mark);
      if (this.isRefilled) this.warmup.markLoaded('lexical');
      this.isRefilled = false;
      return;
    }
  }

  /** Returns the changed rows, or newer versions of them: in any order, the newest row of a coordinate wins. */
  private async rowsOf(changes: readonly LedgerChange[]): Promise<readonly SearchedRow[]> {
    const rows: SearchedRow[] = [];
    const unknown = new Map<string, { readonly namespace: Namespace; readonly key: string }>();
    for (const { eventId, namespace, key } of changes) {
      const own = this.recent.take(eventId);
      if (own) rows.push(own);
      else unknown.set(identityOf({ namespace, key }), { namespace, key });
    }
    return unknown.size === 0 ? rows : [...rows, ...(await this.source.searchedRows([...unknown.values()]))];
  }

  /** Handles a replaced ledger, whose versions may be older than those the index holds; recall goes without it. */
  private async refill(): Promise<void> {
    this.warmup.markLoading('lexical');
    for (const namespace of this.namespaces) await this.index.clear(namespace);
    this.namespaces.clear();
    await this.fill(() => {});
    this.isRefilled = true;
  }

  private async apply(rows: readonly SearchedRow[]): Promise<void> {
    for (const { namespace } of rows) this.namespaces.add(namespace);
    for (let from = 0; from < rows.length; from += ROWS_PER_TURN) {
      if (from > 0) await nextTurn();
      await applyChanges(
        [this.index],
        rows.slice(from, from + ROWS_PER_TURN).map((row) => ({ namespace: row.namespace, change: toWordChange(row) })),
      );
    }
  }
}

function toWordChange({ key, version, content }: SearchedRow): IndexChange {
  return content ? { kind: 'upsert', point: toWordPoint(content) } : { kind: 'remove', key, version };
}
