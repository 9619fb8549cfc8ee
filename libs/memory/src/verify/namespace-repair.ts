import type { Indexer } from '../indexing/projection/indexer.js';
import type { ProjectionSource } from '../indexing/projection/projection-source.port.js';
import type { DerivedTables } from './ports/derived-tables.port.js';
import type { Repairable } from './namespace-check.js';
import type { PointAudit } from './ports/point-audit.port.js';
import { chunks } from './point-comparison.js';
import type { Namespace } from '../model/namespace.js';
import type { TruthAudit } from './ports/truth-audit.port.js';
import { scalarField, searchedText } from '../text/searched-text.js';
import type { DerivingFields } from './truth-differences.js';

/** The stores that a repair uses. */
export interface RepairedPlaces {
  readonly truth: Pick<TruthAudit, 'read'>;
  readonly fields: DerivingFields;
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
    { pointKeys, pendingKeys, textKeys, links, isUnregistered }: Repairable,
    options: RepairOptions,
  ): Promise<void> {
    const { tables } = this.places;
    if (isUnregistered) await tables.register(namespace);
    if (links.length > 0) await tables.removeDanglingLinks(namespace, links);
    const total = textKeys.length + pointKeys.length + pendingKeys.length;
    let done = 0;
    const step = async (keys: readonly string[], work: () => Promise<void>) => {
      options.signal.throwIfAborted();
      await work();
      done += keys.length;
      options.onProgress(done, total);
    };
    for (const keys of chunks(textKeys)) await step(keys, () => this.derive(namespace, keys, options));
    for (const keys of chunks(pointKeys)) await step(keys, () => this.reindex(namespace, keys, options));
    for (const keys of chunks(pendingKeys)) await step(keys, () => this.refresh(namespace, keys, options));
  }

  /** Makes the texts of memories of their payloads again, and indexes them. */
  private async derive(namespace: Namespace, keys: readonly string[], options: RepairOptions): Promise<void> {
    const { truth, tables, fields } = this.places;
    const texts = (await truth.read(namespace, keys)).flatMap(({ key, row }) =>
      row?.payload
        ? [
            {
              key,
              version: row.version,
              searchedText: searchedText(row.payload, fields.text),
              session: scalarField(row.payload, fields.session),
            },
          ]
        : [],
    );
    await tables.rewriteTexts(namespace, texts);
    await this.reindex(namespace, keys, options);
  }

  /**
   * Marks rows as not indexed before their points are removed, so that recall finds them throughout. An indexer may mark
   * at any time what it wrote before the removal, so they are marked again after it, and applied whatever their mark.
   */
  private async reindex(namespace: Namespace, keys: readonly string[], options: RepairOptions): Promise<void> {
    const coordinates = keys.map((key) => ({ namespace, key }));
    await this.places.source.reopen(coordinates);
    await this.places.points.evict(namespace, keys);
    await this.places.source.reopen(coordinates);
    await this.refresh(namespace, keys, options);
  }

  private async refresh(namespace: Namespace, keys: readonly string[], { onNote }: RepairOptions): Promise<void> {
    const coordinates = keys.map((key) => ({ namespace, key }));
    for (const { item, reason } of await this.places.indexer.refresh(coordinates)) {
      onNote(`namespace ${namespace}: ${item.key} cannot be indexed: ${reason}`);
    }
  }
}
