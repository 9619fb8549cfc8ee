import type { EventRecord } from '../../event-model/memory-event.js';
import type { Embedder } from '../../index-model/embedder.port.js';
import type { IndexChange } from '../../index-model/index-point.js';
import type { LexicalIndex } from '../../index-model/lexical-index.port.js';
import type { VectorIndex } from '../../index-model/vector-index.port.js';
import type { MemoryTelemetry } from '../../telemetry/telemetry.port.js';
import { toIndexPoint } from '../../index-model/index-point-factory.js';
import { applyIsolating, type Poisoned } from './isolation.js';
import type { PublishOutcome } from '../relay/outbox.port.js';
import type { IndexedMark, ProjectionRow, ProjectionSource } from './projection-source.port.js';
import { embedRows, type RowEmbedding } from './row-embeddings.js';
import { identityOf } from '../../model/coordinate-identity.js';
import type { Namespace } from '../../model/namespace.js';

/** An index to apply changes to; several are applied to in array order. */
export type ProjectionIndex = Pick<VectorIndex | LexicalIndex, 'apply'>;

/** Identifies a memory. */
export interface CoordinateId {
  readonly namespace: Namespace;
  readonly key: string;
}

/** Outcome of a batch: every event is either indexed or poisoned. */
export interface IndexOutcome extends PublishOutcome {
  readonly poisoned: readonly { readonly eventId: string; readonly reason: string; readonly isPermanent: boolean }[];
}

export interface IndexerOptions {
  /**
   * False does not store embeddings in the truth: for indexes that keep their vectors, with a fast embedder.
   *
   * @default true
   */
  readonly keepsEmbeddings?: boolean;
}

/**
 * Applies events to the indexes. An event only says *that* a memory changed: the indexer reads the memory's current row
 * and indexes it only if its version is newer than the indexed one. So events may arrive twice, late or in any order.
 */
export class Indexer {
  readonly keepsEmbeddings: boolean;

  constructor(
    private readonly source: ProjectionSource,
    private readonly indexes: readonly ProjectionIndex[],
    private readonly embedder: Embedder,
    private readonly telemetry: MemoryTelemetry,
    { keepsEmbeddings = true }: IndexerOptions = {},
  ) {
    this.keepsEmbeddings = keepsEmbeddings;
  }

  /**
   * Applies a batch. Resolves when its effects are durable; an event whose memory cannot be indexed is isolated by
   * bisection and reported as poisoned, the others are applied.
   *
   * @throws StoreUnavailableError, EmbedderUnavailableError or IndexUnavailableError: retry the whole batch later.
   */
  async apply(records: readonly EventRecord[]): Promise<IndexOutcome> {
    const failed = await applyIsolating(records, (together) => this.applyTogether(together));
    const poisoned = failed.map(({ item, ...failure }) => ({ eventId: item.event.event_id, ...failure }));
    this.telemetry.countIndexed('poisoned', poisoned.length);
    const isPoisoned = new Set(poisoned.map(({ eventId }) => eventId));
    const published = records.map(({ event }) => event.event_id).filter((eventId) => !isPoisoned.has(eventId));
    return { published, poisoned };
  }

  private async applyTogether(records: readonly EventRecord[]): Promise<void> {
    const wanted = new Map(
      records.map(({ event: { namespace }, key }) => [identityOf({ namespace, key }), { namespace, key }]),
    );
    const stale = await this.staleRows([...wanted.values()]);
    this.telemetry.countIndexed('skipped', records.length - stale.length);
    await this.index(stale);
    this.telemetry.countIndexed('applied', stale.length);
  }

  /**
   * Applies the current rows of the given coordinates, also of those that count as indexed: another process may have
   * marked them after writing to an index that has been replaced. Resolves with those that cannot be indexed, with the
   * reason.
   *
   * @throws as `apply`
   */
  refresh(coordinates: readonly CoordinateId[]): Promise<readonly Poisoned<CoordinateId>[]> {
    return applyIsolating(coordinates, async (together) => this.index(await this.source.rows(together)));
  }

  private async staleRows(coordinates: readonly CoordinateId[]): Promise<readonly ProjectionRow[]> {
    const rows = await this.source.rows(coordinates);
    return rows.filter((row) => row.version > row.indexedVersion);
  }

  /**
   * Another process may have indexed a newer version between the read and the mark, and this process may have
   * overwritten it with the older one, or its own older version may have come after this removal: rows that the truth
   * reports as superseded are read and applied again until there are none.
   */
  private async index(current: readonly ProjectionRow[]): Promise<void> {
    const keptSpace = this.keepsEmbeddings ? this.embedder.space : null;
    let rows = current;
    while (rows.length > 0) {
      const embedded = await embedRows(rows, this.embedder);
      await applyRows(this.indexes, embedded);
      const superseded: readonly CoordinateId[] = await this.source.markIndexed(
        embedded.map((embedding) => toMark(embedding, keptSpace)),
      );
      rows = superseded.length === 0 ? [] : await this.source.rows(superseded);
    }
  }
}

/** Applies the rows to the indexes. */
export async function applyRows(
  indexes: readonly ProjectionIndex[],
  embeddings: readonly RowEmbedding[],
): Promise<void> {
  const changes = embeddings.map(({ row, vector }) => ({ namespace: row.namespace, change: toChange(row, vector) }));
  await applyChanges(indexes, changes);
}

/** Applies changes of any namespaces, in order. */
export async function applyChanges(
  indexes: readonly ProjectionIndex[],
  changes: readonly { readonly namespace: Namespace; readonly change: IndexChange }[],
): Promise<void> {
  const byNamespace = new Map<Namespace, IndexChange[]>();
  for (const { namespace, change } of changes) {
    const ofNamespace = byNamespace.get(namespace);
    if (ofNamespace) ofNamespace.push(change);
    else byNamespace.set(namespace, [change]);
  }
  for (const [namespace, ofNamespace] of byNamespace) {
    for (const index of indexes) await index.apply(namespace, ofNamespace);
  }
}

/** Returns the mark of an indexed row: its version, and its embedding if that is new and its space is stored. */
export function toMark(
  { row: { namespace, key, version, memory, indexedVersion }, vector, isNew }: RowEmbedding,
  space: string | null,
): IndexedMark {
  return {
    namespace,
    key,
    version,
    ...(isNew && vector && space !== null ? { embedding: { space, vector } } : {}),
    ...(memory === null ? { removedFrom: indexedVersion } : {}),
  };
}

/** Returns the change that makes an index match the row. */
export function toChange(row: ProjectionRow, vector: Float32Array | null): IndexChange {
  if (!row.memory) return { kind: 'remove', key: row.key, version: row.version };
  return { kind: 'upsert', point: toIndexPoint(row.memory, row, vector) };
}
