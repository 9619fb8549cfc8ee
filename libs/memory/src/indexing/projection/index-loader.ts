import type { Embedder } from '../../index-model/embedder.port.js';
import type { IndexFilling } from './index-filling.js';
import { applyRows, toMark, type ProjectionIndex } from './indexer.js';
import type { ProjectionSource } from './projection-source.port.js';
import { embedRows } from './row-embeddings.js';

const BATCH = 1000;

/** Fills in-process indexes from the truth with everything that is marked as indexed. Safe beside a running indexer. */
export class IndexLoader implements IndexFilling {
  constructor(
    private readonly source: ProjectionSource,
    private readonly indexes: readonly ProjectionIndex[],
    private readonly embedder: Embedder,
  ) {}

  /**
   * Loads all rows; vectors of another embedding space are recomputed and stored. Calls `onProgress` with the number of
   * rows so far; resolves with the total.
   */
  async load(onProgress: (rows: number) => void = () => {}): Promise<number> {
    let total = 0;
    for await (const rows of this.source.scanIndexed(BATCH)) {
      const embedded = await embedRows(rows, this.embedder);
      await applyRows(this.indexes, embedded);
      const made = embedded.filter(({ isNew }) => isNew);
      if (made.length > 0)
        await this.source.markIndexed(made.map((embedding) => toMark(embedding, this.embedder.space)));
      total += rows.length;
      onProgress(total);
    }
    return total;
  }
}
