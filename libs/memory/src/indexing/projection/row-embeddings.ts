import type { Embedder } from '../../index-model/embedder.port.js';
import type { ProjectionRow } from './projection-source.port.js';

/** A row's vector in the embedder's space, and whether it was just computed. */
export interface RowEmbedding {
  readonly row: ProjectionRow;
  /** Null for a deleted memory. */
  readonly vector: Float32Array | null;
  readonly isNew: boolean;
}

/** Returns the embeddings of rows, in order: the stored one if it is of the embedder's space, otherwise a new one. */
export async function embedRows(rows: readonly ProjectionRow[], embedder: Embedder): Promise<readonly RowEmbedding[]> {
  const unembedded = rows.filter((row) => row.memory && row.embedding?.space !== embedder.space);
  const texts = unembedded.map((row) => row.searchedText);
  const vectors = texts.length === 0 ? [] : await embedder.embed(texts, { isPatient: true });
  const made = new Map(unembedded.map((row, index) => [row, vectors[index]]));
  return rows.map((row) => {
    const vector = made.get(row);
    if (vector) return { row, vector, isNew: true };
    return { row, vector: row.memory ? (row.embedding?.vector ?? null) : null, isNew: false };
  });
}
