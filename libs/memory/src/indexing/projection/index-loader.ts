import type { Embedder } from '../../index-model/embedder.port.js';
import { toSearchedContent, toWordPoint } from '../../index-model/index-point-factory.js';
import type { IndexChange } from '../../index-model/index-point.js';
import type { Namespace } from '../../model/namespace.js';
import type { RecallIndexName } from '../../index-model/index-readiness.port.js';
import type { IndexRoom } from '../room/index-room.js';
import type { FillingListener, IndexFilling } from './index-filling.js';
import { applyChanges, applyRows, toMark, type ProjectionIndex } from './indexer.js';
import type { ProjectionRow, ProjectionSource } from './projection-source.port.js';
import { embedRows } from './row-embeddings.js';

const BATCH = 1000;
/** Bytes of payloads read at once, about; memories can be a megabyte each. */
const BATCH_BYTES = 8 * 1024 * 1024;
/** Most characters of text that wait until all vectors are loaded: bounds the memory this takes. */
const MAX_POSTPONED = 64 * 1024 * 1024;
/** Nor do they take more than this share of the heap. */
const MAX_POSTPONED_SHARE = 1 / 32;

/** The in-process indexes of both lanes. */
export interface LoadedIndexes {
  readonly vectors: ProjectionIndex;
  readonly lexical: ProjectionIndex;
}

interface WordBatch {
  readonly changes: readonly { readonly namespace: Namespace; readonly change: IndexChange }[];
  readonly characters: number;
}

/**
 * Fills in-process indexes from the truth with everything that is marked as indexed. Safe beside a running indexer.
 * Vectors first: reading words takes most of the time, and with the vectors recall can answer meanwhile.
 */
export class IndexLoader implements IndexFilling {
  constructor(
    private readonly source: Pick<ProjectionSource, 'scanIndexed' | 'markIndexed' | 'extent'>,
    private readonly indexes: LoadedIndexes,
    private readonly embedder: Embedder,
    private readonly room?: Pick<IndexRoom, 'plan' | 'stateOf' | 'use'>,
    private readonly maxPostponed = MAX_POSTPONED,
  ) {}

  /**
   * Loads all rows into the indexes that there is room for; vectors of another embedding space are recomputed and
   * stored.
   */
  async load({ onProgress = () => {}, onLoaded = () => {} }: FillingListener = {}): Promise<number> {
    const { vectors, lexical } = this.indexes;
    const extent = await this.source.extent();
    this.room?.plan(extent);
    const maxPostponed = Math.min(
      this.maxPostponed,
      (this.room?.use.heap.limitBytes ?? Infinity) * MAX_POSTPONED_SHARE,
    );
    const batchSize = Math.max(1, Math.min(BATCH, Math.floor(BATCH_BYTES / Math.max(1, extent.payloadBytes))));
    const postponed: WordBatch[] = [];
    let characters = 0;
    let total = 0;
    const applyOldest = async () => {
      const oldest = postponed.shift();
      characters -= oldest?.characters ?? 0;
      await applyChanges([lexical], oldest?.changes ?? []);
    };
    for await (const rows of this.source.scanIndexed(batchSize)) {
      if (!this.isHeld('vector') && !this.isHeld('lexical')) return total;
      if (this.isHeld('vector')) await this.loadVectors(rows, vectors);
      if (this.isHeld('lexical')) {
        const batch = toWordBatch(rows);
        postponed.push(batch);
        characters += batch.characters;
      }
      while (characters > maxPostponed) await applyOldest();
      total += rows.length;
      onProgress(total);
    }
    onLoaded('vector');
    while (postponed.length > 0) await applyOldest();
    return total;
  }

  private isHeld(index: RecallIndexName): boolean {
    return this.room?.stateOf(index) !== 'none';
  }

  private async loadVectors(rows: readonly ProjectionRow[], vectors: ProjectionIndex): Promise<void> {
    const embedded = await embedRows(rows, this.embedder);
    await applyRows([vectors], embedded);
    const made = embedded.filter(({ isNew }) => isNew);
    if (made.length === 0) return;
    await this.source.markIndexed(made.map((embedding) => toMark(embedding, this.embedder.space)));
  }
}

function toWordBatch(rows: readonly ProjectionRow[]): WordBatch {
  let characters = 0;
  const changes = rows.flatMap((row) => {
    if (!row.memory) return [];
    characters += row.searchedText.length;
    const point = toWordPoint(toSearchedContent(row.memory, row));
    return [{ namespace: row.namespace, change: { kind: 'upsert' as const, point } }];
  });
  return { changes, characters };
}
