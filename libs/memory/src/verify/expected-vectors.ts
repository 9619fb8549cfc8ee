import type { Embedder } from '../index-model/embedder.port.js';
import type { AuditedCoordinate, AuditedRow } from './ports/truth-audit.port.js';
import { vectorDigest, type VectorDigest } from './digests/vector-digest.js';

/** By key: the digest that the point of a memory should have, null for none at all; absent where it cannot be told. */
export type ExpectedVectors = ReadonlyMap<string, VectorDigest | null>;

/**
 * Which vectors an index should hold: the embeddings that are kept with the memories, and where none of the present space is,
 * those that a quick embedder makes again. A slow one is not asked for what nobody kept.
 */
export async function expectedVectors(
  coordinates: readonly AuditedCoordinate[],
  embedder: Embedder,
): Promise<ExpectedVectors> {
  const expected = new Map<string, VectorDigest | null>();
  const unkept: { readonly key: string; readonly row: AuditedRow }[] = [];
  for (const { key, row } of coordinates) {
    if (!row || row.isDeleted || row.indexedVersion < row.version) continue;
    if (row.embedding?.space === embedder.space) expected.set(key, digestOf(row.embedding.vector));
    else if (embedder.isQuick) unkept.push({ key, row });
  }
  const vectors = unkept.length === 0 ? [] : await embedder.embed(unkept.map(({ row }) => row.searchedText));
  for (const [index, { key }] of unkept.entries()) {
    const vector = vectors[index];
    if (vector) expected.set(key, digestOf(vector));
  }
  return expected;
}

/** A zero vector has nothing to compare, and no index holds it. */
function digestOf(vector: Float32Array): VectorDigest | null {
  return vector.some((component) => component !== 0) ? vectorDigest(vector) : null;
}
