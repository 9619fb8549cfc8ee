import { describe, expect, it } from '@jest/globals';
import { EMPTY_OVERLAY, toNamespace, type IndexPoint, type MemoryFilter, type Overlay } from '@sfm/memory';
import {
  anOverlay,
  aPoint,
  randomUnitVector,
  removalOf,
  seededRandom,
  TEST_NOW_MS,
  upsertOf,
} from '@sfm/memory/testing';
import { EmbeddedVectorIndex } from './embedded-vector-index.js';
import type { HnswGraph } from './hnsw-graph.js';
import { createUsearchHnswGraph } from './usearch-hnsw-graph.js';

const DIMENSION = 32;
const NAMESPACE = toNamespace('ns');
const POINTS = 1500;

/** A graph that sees all it was given; it shows what the index does with a graph's answers, not how good a graph is. */
class TransparentGraph implements HnswGraph {
  readonly vectors = new Map<number, Float32Array>();
  searches = 0;

  add(slot: number, vector: Float32Array): void {
    if (this.vectors.has(slot)) throw new Error(`slot ${slot} is already in the graph`);
    this.vectors.set(slot, vector);
  }

  remove(slot: number): void {
    if (!this.vectors.delete(slot)) throw new Error(`slot ${slot} is not in the graph`);
  }

  nearest(query: Float32Array, count: number): number[] {
    this.searches++;
    const scoreOf = (vector: Float32Array) => vector.reduce((sum, part, index) => sum + part * (query[index] ?? 0), 0);
    const scored = [...this.vectors].map(([slot, vector]) => ({ slot, score: scoreOf(vector) }));
    return scored
      .sort((a, b) => b.score - a.score)
      .slice(0, count)
      .map(({ slot }) => slot);
  }
}

function densePoints(seed: number, count = POINTS): IndexPoint[] {
  const random = seededRandom(seed);
  return Array.from({ length: count }, (_, number) =>
    aPoint({
      key: String(number),
      id: number,
      vector: randomUnitVector(random, DIMENSION),
      payload: { shard: number % 10 },
      expiresAtMs: number % 7 === 0 ? TEST_NOW_MS - 1 : null,
    }),
  );
}

async function search(
  index: EmbeddedVectorIndex,
  vector: Float32Array,
  { filter, overlay = EMPTY_OVERLAY, limit = 10 }: { filter?: MemoryFilter; overlay?: Overlay; limit?: number } = {},
) {
  return index.search(NAMESPACE, { vector, limit, nowMs: TEST_NOW_MS, filter }, overlay);
}

/** Two indexes over the same points: one scans, one has a complete graph. */
async function scanAndGraph(createGraph: (dimension: number) => Promise<HnswGraph | undefined>) {
  const scan = new EmbeddedVectorIndex({ dimension: DIMENSION, exactScanLimit: Infinity });
  const graph = new EmbeddedVectorIndex({ dimension: DIMENSION, exactScanLimit: 100, createGraph });
  const changes = densePoints(1).map(upsertOf);
  for (const index of [scan, graph]) await index.apply(NAMESPACE, changes);
  await search(graph, randomUnitVector(seededRandom(2), DIMENSION));
  await graph.settled();
  return { scan, graph };
}

describe('EmbeddedVectorIndex with a filter', () => {
  it('compares only with the few that match, and scores them as it does among all', async () => {
    const index = new EmbeddedVectorIndex({ dimension: DIMENSION });
    const points = densePoints(1).map((point) => ({ ...point, payload: { ...point.payload, part: point.id % 150 } }));
    await index.apply(NAMESPACE, points.map(upsertOf));
    await index.apply(NAMESPACE, [
      removalOf('151', 2),
      upsertOf({ ...points[301]!, version: 2, vector: null }),
      upsertOf({ ...points[2]!, version: 2, payload: { part: 1 } }),
    ]);
    const random = seededRandom(3);
    for (const sparsity of [0, 0.8]) {
      const vector = randomUnitVector(random, DIMENSION, sparsity);
      const filter = { payload: [{ path: ['part'], anyOf: [1, 'none'] }] };
      const all = await search(index, vector, { limit: POINTS });
      const matching = new Set(['1', '2', '451', '601', '751', '901', '1051', '1201', '1351']);
      expect(await search(index, vector, { filter })).toEqual(all.filter(({ key }) => matching.has(key)));
    }
  });
});

describe('EmbeddedVectorIndex with a graph', () => {
  it('gives the same answers as the scan when the graph finds everything, also after changes and removals', async () => {
    const neighbors = new TransparentGraph();
    const { scan, graph } = await scanAndGraph(async () => neighbors);
    const changes = [
      ...densePoints(3, 40).map((point) => upsertOf({ ...point, version: 2 })),
      ...Array.from({ length: 40 }, (_, number) => removalOf(String(100 + number), 2)),
    ];
    for (const index of [scan, graph]) await index.apply(NAMESPACE, changes);
    const random = seededRandom(4);
    const fresh = aPoint({ key: 'fresh', id: 9999, vector: randomUnitVector(random, DIMENSION) });
    for (let round = 0; round < 30; round++) {
      const vector = randomUnitVector(random, DIMENSION);
      const overlay = anOverlay([fresh], ['1', '2', '3', String(200 + round)]);
      expect(await search(graph, vector, { overlay })).toEqual(await search(scan, vector, { overlay }));
    }
    expect(neighbors.searches).toBeGreaterThanOrEqual(30);
    await graph.settled();
    expect(neighbors.vectors.size).toBe(POINTS - 40);
  });

  it('does not ask the graph for filtered or sparse queries', async () => {
    const neighbors = new TransparentGraph();
    const { scan, graph } = await scanAndGraph(async () => neighbors);
    const searchesBefore = neighbors.searches;
    const filter = { payload: [{ path: ['shard'], equals: 3 }] };
    const dense = randomUnitVector(seededRandom(5), DIMENSION);
    const sparse = randomUnitVector(seededRandom(6), DIMENSION, 0.8);
    expect(await search(graph, dense, { filter })).toEqual(await search(scan, dense, { filter }));
    expect(await search(graph, sparse)).toEqual(await search(scan, sparse));
    expect(neighbors.searches).toBe(searchesBefore);
  });

  it('scans when what the graph proposes is too little, so that a short answer means no more', async () => {
    const blind: HnswGraph = { add: () => undefined, remove: () => undefined, nearest: () => [0, 7, 14] };
    const { scan, graph } = await scanAndGraph(async () => blind);
    const vector = randomUnitVector(seededRandom(7), DIMENSION);
    expect(await search(graph, vector)).toEqual(await search(scan, vector));
  });

  it.each([
    ['there is no graph library', async () => undefined],
    ['making a graph fails', () => Promise.reject(new Error('no binary'))],
    [
      'the graph breaks later',
      async (): Promise<HnswGraph> => ({
        add: () => {
          throw new Error('out of memory');
        },
        remove: () => undefined,
        nearest: () => [],
      }),
    ],
  ])('scans, and says so once, when %s', async (_, createGraph) => {
    const warnings: string[] = [];
    const index = new EmbeddedVectorIndex({
      dimension: DIMENSION,
      exactScanLimit: 100,
      createGraph,
      warn: (message) => warnings.push(message),
    });
    for (const namespace of [NAMESPACE, toNamespace('other')])
      await index.apply(namespace, densePoints(1).map(upsertOf));
    const vector = randomUnitVector(seededRandom(8), DIMENSION);
    for (let round = 0; round < 3; round++) {
      expect(await search(index, vector)).toHaveLength(10);
      await index.search(toNamespace('other'), { vector, limit: 1, nowMs: TEST_NOW_MS }, EMPTY_OVERLAY);
      await index.settled();
    }
    expect(warnings).toEqual([expect.stringContaining('exact scan')]);
  });
});

describe('usearch as the graph', () => {
  // The package declares Node 22 or newer; npm leaves it out of older installations.
  const onSupportedNode = Number(process.versions.node.split('.')[0]) >= 22 ? it : it.skip;

  onSupportedNode('finds at least 95 of 100 true neighbours, and all of them under a filter', async () => {
    const { scan, graph } = await scanAndGraph(createUsearchHnswGraph);
    const random = seededRandom(9);
    let found = 0;
    for (let round = 0; round < 50; round++) {
      const vector = randomUnitVector(random, DIMENSION);
      const truth = new Set((await search(scan, vector)).map(({ key }) => key));
      found += (await search(graph, vector)).filter(({ key }) => truth.has(key)).length;
      const filter = { payload: [{ path: ['shard'], equals: round % 10 }] };
      expect(await search(graph, vector, { filter })).toEqual(await search(scan, vector, { filter }));
    }
    expect(found / 500).toBeGreaterThanOrEqual(0.95);
  });
});

describe('EmbeddedVectorIndex', () => {
  it('refuses vectors of another dimension and says what to do', async () => {
    const index = new EmbeddedVectorIndex({ dimension: 4 });
    const point = aPoint({ vector: Float32Array.of(1, 0) });
    await expect(index.apply(NAMESPACE, [upsertOf(point)])).rejects.toThrow(/4 dimensions, not 2: rebuild/);
    await expect(search(index, Float32Array.of(1))).rejects.toThrow(RangeError);
    await index.apply(NAMESPACE, [upsertOf({ ...point, vector: Float32Array.of(1, 0, 0, 0) })]);
    expect(await index.count(NAMESPACE)).toBe(1);
  });

  it('lets other work in between while a large batch is applied', async () => {
    const index = new EmbeddedVectorIndex({ dimension: DIMENSION });
    const turns: number[] = [];
    let isDone = false;
    const watch = (): void => {
      turns.push(performance.now());
      if (!isDone) setImmediate(watch);
    };
    const vector = randomUnitVector(seededRandom(10), DIMENSION);
    const points = Array.from({ length: 20_000 }, (_, number) => aPoint({ key: String(number), id: number, vector }));
    const applied = index.apply(NAMESPACE, points.map(upsertOf));
    watch();
    await applied;
    isDone = true;
    // The first turn is our own call; how many follow depends on the speed of the machine, that one does must not.
    expect(turns.length).toBeGreaterThan(1);
    expect(await index.count(NAMESPACE)).toBe(20_000);
  });
});
