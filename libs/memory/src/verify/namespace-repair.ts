import type { Indexer } from '../indexing/projection/indexer.js';
import type { ProjectionSource } from '../indexing/projection/projection-source.port.js';
import type { DerivedTables } from './ports/derived-tables.port.js';
import type { Repairable } from './namespace-check.js';
import type { PointAudit } from './ports/point-audit.port.js';
import { chunks } from './point-comparison.js';
import type { Namespace } from '../model/namespace.js';

/** The stores that a repair uses. */
export interface RepairedPlaces {
  readonly points: Pick<PointAudit, 'evict'>;
  readonly tables: DerivedTables;
  readonly source: Pick<ProjectionSource, 'reopen'>;
  readonly indexer: Pick<Indexer, 'refresh'>;
}

export interface RepairOptions {
  readonly signal: AbortSignal;
  readonly onProgress: (done: number, total: number) => void;
  readonly onNote: (note: string) => void;
}

/**
 * Rebuilds derived data from the truth. If interrupted, memories may be left marked as not indexed, but nothing is
 * lost.
 */
export class NamespaceRepair {
  constructor(private readonly places: RepairedPlaces) {}

  async run(
    namespace: Namespace,
    { pointKeys, links, isUnregistered }: Repairable,
    options: RepairOptions,
  ): Promise<void> {
    const { tables } = this.places;
    if (isUnregistered) await tables.register(namespace);
    if (links.length > 0) await tables.removeDanglingLinks(namespace, links);
    let done = 0;
    for (const keys of chunks(pointKeys)) {
      options.signal.throwIfAborted();
      await this.reindex(namespace, keys, options);
      done += keys.length;
      options.onProgress(done, pointKeys.length);
    }
  }

  /**
   * Marks rows as not indexed before their points are removed, so that recall finds them throughout. An indexer may
   * have marked them as indexed just before the removal, so they are marked again after it.
   */
  private async reindex(namespace: Namespace, keys: readonly string[], { onNote }: RepairOptions): Promise<void> {
    const coordinates = keys.map((key) => ({ namespace, key }));
    await this.places.source.reopen(coordinates);
    await this.places.points.evict(namespace, keys);
    await this.places.source.reopen(coordinates);
    for (const { item, reason } of await this.places.indexer.refresh(coordinates)) {
      onNote(`namespace ${namespace}: ${item.key} cannot be indexed: ${reason}`);
    }
  }
}
