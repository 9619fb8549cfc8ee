import type { Embedder } from '../index-model/embedder.port.js';
import type { AuditedCoordinate, AuditedRow } from './ports/truth-audit.port.js';

/** By key: the expected vector of a memory's point, null for no vector; absent if it cannot be determined. */
export type ExpectedVectors = ReadonlyMap<string, Float32Array | null>;

/**
 * Determines the vectors that an index should hold: the embeddings stored with the memories; if none of the current
 * space is stored, a fast embedder computes them again. A slow one is not used for this.
 */
export async function expectedVectors(
  coordinates: readonly AuditedCoordinate[],
  embedder: Embedder,
): Promise<ExpectedVectors> {
  const expected = new Map<string, Float32Array | null>();
  const unkept: { readonly key: string; readonly row: AuditedRow }[] = [];
  for (const { key, row } of coordinates) {
    if (!row || row.isDeleted || row.indexedVersion < row.version) continue;
    if (row.embedding?.space === embedder.space) expected.set(key, searchable(row.embedding.vector));
    else if (embedder.isQuick) unkept.push({ key, row });
  }
  const texts = unkept.map(({ row }) => row.searchedText);
  const vectors = texts.length === 0 ? [] : await embedder.embed(texts, { isPatient: true });
  for (const [index, { key }] of unkept.entries()) {
    const vector = vectors[index];
    if (vector) expected.set(key, searchable(vector));
  }
  return expected;
}

/** A zero vector cannot be compared, and no index holds it. */
function searchable(vector: Float32Array): Float32Array | null {
  return vector.some((component) => component !== 0) ? vector : null;
}
