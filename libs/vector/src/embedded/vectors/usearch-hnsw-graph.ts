import type { HnswGraph } from './hnsw-graph.js';

const PACKAGE: string = 'usearch';
const CONNECTIVITY = 16;
const EXPANSION_ADD = 128;
const EXPANSION_SEARCH = 96;
const ONE_THREAD = 1;

/** The part of the package that is used; the package is optional, so its own types may be missing at build time. */
interface UsearchIndex {
  add(key: bigint, vector: Float32Array, threads: number): void;
  remove(key: bigint): unknown;
  search(vector: Float32Array, count: number, threads: number): { readonly keys: BigUint64Array };
  size(): number;
}
type UsearchIndexClass = new (options: Readonly<Record<string, unknown>>) => UsearchIndex;

/** HNSW graph over half-precision copies (usearch). */
class UsearchHnswGraph implements HnswGraph {
  constructor(private readonly index: UsearchIndex) {}

  add(slot: number, vector: Float32Array): void {
    this.index.add(BigInt(slot), vector, ONE_THREAD);
  }

  remove(slot: number): void {
    this.index.remove(BigInt(slot));
  }

  nearest(vector: Float32Array, count: number): number[] {
    const wanted = Math.min(count, this.index.size());
    if (wanted === 0) return [];
    return Array.from(this.index.search(vector, wanted, ONE_THREAD).keys, Number);
  }
}

/**
 * Returns an empty graph for unit vectors, or undefined when the optional package is not installed (it has binaries for
 * Linux, macOS and Windows, and needs Node 22 or newer).
 */
export async function createUsearchHnswGraph(dimension: number): Promise<HnswGraph | undefined> {
  const Index = await loadIndexClass();
  if (!Index) return undefined;
  return new UsearchHnswGraph(
    new Index({
      dimensions: dimension,
      metric: 'ip',
      quantization: 'f16',
      connectivity: CONNECTIVITY,
      expansion_add: EXPANSION_ADD,
      expansion_search: EXPANSION_SEARCH,
      multi: false,
    }),
  );
}

async function loadIndexClass(): Promise<UsearchIndexClass | undefined> {
  try {
    const loaded: unknown = await import(PACKAGE);
    return hasIndexClass(loaded) ? loaded.Index : undefined;
  } catch {
    // Not installed, or no binary for this platform: the exact scan gives the same answers, more slowly.
    return undefined;
  }
}

function hasIndexClass(loaded: unknown): loaded is { Index: UsearchIndexClass } {
  return typeof loaded === 'object' && loaded !== null && 'Index' in loaded && typeof loaded.Index === 'function';
}
