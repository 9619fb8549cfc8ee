import { EmbedderUnavailableError, IndexUnavailableError, StoreUnavailableError } from '../errors.js';
import type { EventRecord } from '../model/memory-event.js';
import type { Embedder } from '../recall/embedder.port.js';
import type { IndexChange } from '../recall/index-point.js';
import type { LexicalIndex } from '../recall/lexical-index.port.js';
import type { VectorIndex } from '../recall/vector-index.port.js';
import type { MemoryTelemetry } from '../telemetry.port.js';
import { toIndexPoint } from './index-point-factory.js';
import type { PublishOutcome } from './outbox.port.js';
import type { IndexedMark, ProjectionRow, ProjectionSource } from './projection-source.port.js';
import { embedRows, type RowEmbedding } from './row-embeddings.js';

/** The two lanes' indexes, always changed together. */
export interface RecallIndexes {
  readonly vectors: VectorIndex;
  readonly lexical: LexicalIndex;
}

/**
 * Applies events to the indexes. An event only says *that* a memory changed: what is indexed is the memory's current
 * row, and only when its version is newer than the indexed one. So events may arrive twice, late or in any order.
 */
export class Indexer {
  constructor(
    private readonly source: ProjectionSource,
    private readonly indexes: RecallIndexes,
    private readonly embedder: Embedder,
    private readonly telemetry: MemoryTelemetry,
  ) {}

  /**
   * Applies a batch. Resolves when its effects are durable; an event whose memory cannot be indexed is isolated by
   * bisection and reported as poisoned, its neighbours are applied.
   *
   * @throws StoreUnavailableError, EmbedderUnavailableError or IndexUnavailableError: try the whole batch again later.
   */
  async apply(records: readonly EventRecord[]): Promise<PublishOutcome> {
    const published: string[] = [];
    const poisoned: { eventId: string; reason: string }[] = [];
    await this.applyIsolating(records, published, poisoned);
    this.telemetry.countIndexed('poisoned', poisoned.length);
    return { published, poisoned };
  }

  private async applyIsolating(
    records: readonly EventRecord[],
    published: string[],
    poisoned: { eventId: string; reason: string }[],
  ): Promise<void> {
    try {
      await this.applyTogether(records);
      published.push(...records.map(({ event }) => event.event_id));
    } catch (error) {
      if (isTransient(error)) throw error;
      const [only] = records;
      if (records.length === 1 && only) {
        poisoned.push({ eventId: only.event.event_id, reason: error instanceof Error ? error.message : String(error) });
        return;
      }
      const middle = Math.ceil(records.length / 2);
      await this.applyIsolating(records.slice(0, middle), published, poisoned);
      await this.applyIsolating(records.slice(middle), published, poisoned);
    }
  }

  private async applyTogether(records: readonly EventRecord[]): Promise<void> {
    const wanted = new Map(
      records.map(({ event, key }) => [`${event.namespace}\n${key}`, { namespace: event.namespace, key }]),
    );
    const rows = await this.source.rows([...wanted.values()]);
    const stale = rows.filter((row) => row.version > row.indexedVersion);
    this.telemetry.countIndexed('skipped', records.length - stale.length);
    if (stale.length === 0) return;
    const embedded = await embedRows(stale, this.embedder);
    await applyRows(this.indexes, embedded);
    await this.source.markIndexed(embedded.map((embedding) => toMark(embedding, this.embedder.space)));
    this.telemetry.countIndexed('applied', stale.length);
  }
}

/** Brings both indexes to the rows' state. */
export async function applyRows(indexes: RecallIndexes, embeddings: readonly RowEmbedding[]): Promise<void> {
  const changes = new Map<string, IndexChange[]>();
  for (const { row, vector } of embeddings) {
    const ofNamespace = changes.get(row.namespace) ?? [];
    ofNamespace.push(toChange(row, vector));
    changes.set(row.namespace, ofNamespace);
  }
  for (const [namespace, ofNamespace] of changes) {
    await indexes.lexical.apply(namespace, ofNamespace);
    await indexes.vectors.apply(namespace, ofNamespace);
  }
}

/** What to note about an indexed row: its version, and its embedding when that is new. */
export function toMark({ row: { namespace, key, version }, vector, isNew }: RowEmbedding, space: string): IndexedMark {
  return { namespace, key, version, ...(isNew && vector ? { embedding: { space, vector } } : {}) };
}

function toChange(row: ProjectionRow, vector: Float32Array | null): IndexChange {
  if (!row.memory) return { kind: 'remove', key: row.key, version: row.version };
  return { kind: 'upsert', point: toIndexPoint(row.memory, row.searchedText, vector) };
}

function isTransient(error: unknown): boolean {
  return (
    error instanceof StoreUnavailableError ||
    error instanceof EmbedderUnavailableError ||
    error instanceof IndexUnavailableError
  );
}
