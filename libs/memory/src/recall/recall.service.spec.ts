import { describe, expect, it } from '@jest/globals';
import { ConsistencyScope, withConsistency } from '../consistency/consistency-scope.js';
import {
  EmbedderUnavailableError,
  IndexUnavailableError,
  InvalidRequestError,
  WriteNotVisibleError,
} from '../model/errors.js';
import { IndexWarmup } from '../indexing/projection/index-warmup.js';
import { toCandidateContent } from '../index-model/index-point-factory.js';
import { matchesFilter, type MemoryFilter } from '../model/filter.js';
import type { Memory } from '../model/memory.js';
import { SilentTelemetry } from '../telemetry/telemetry.port.js';
import { aMemory } from '../testing/memory-builder.js';
import { Embedder } from '../index-model/embedder.port.js';
import type { CandidateContent, IndexQuery, LaneCandidate } from '../index-model/index-point.js';
import {
  LexicalIndex,
  type ContentQuery,
  type LexicalQuery,
  type NeighbourQuery,
  type SessionNeighbour,
} from '../index-model/lexical-index.port.js';
import type { RecallIndexName } from '../index-model/index-readiness.port.js';
import type { Lane, LaneSearch } from './lanes/lane.js';
import { LexicalLane } from './lanes/lexical-lane.js';
import { VectorLane } from './lanes/vector-lane.js';
import { OverlayReader } from './overlay-reader.js';
import {
  PendingMemories,
  type IndexLag,
  type PendingMemory,
  type PendingVersion,
} from '../index-model/pending-memories.port.js';
import { DEFAULT_RANKING } from './contract/ranking-options.js';
import { RecallService } from './recall.service.js';
import type { RecallRequest } from './contract/recall.types.js';
import { VectorIndex } from '../index-model/vector-index.port.js';
import { toNamespace } from '../model/namespace.js';

const fields = { text: ['text'], session: ['session'], source: ['author'], time: ['date'] };

function matches(filter: MemoryFilter | undefined, memory: Memory): boolean {
  return matchesFilter(filter, toCandidateContent(memory));
}

/** Proposes the same candidates to every query, as many as asked for, and knows where and how each was said. */
class FixedLexicalIndex extends LexicalIndex {
  readonly queries: LexicalQuery[] = [];
  /** How many members it was asked to name. */
  readonly named: number[] = [];
  constructor(
    private readonly candidates: readonly LaneCandidate[],
    private readonly memories: readonly Memory[],
  ) {
    super();
  }
  async search(_namespace: string, query: LexicalQuery): Promise<readonly LaneCandidate[]> {
    this.queries.push(query);
    return this.candidates.slice(0, query.limit);
  }
  /** The memories of a session are in a row. */
  async neighbours(_namespace: string, { keys, reach, filter }: NeighbourQuery): Promise<readonly SessionNeighbour[]> {
    return keys.flatMap((of) => {
      const session = this.memories.find(({ key }) => key === of)?.payload['session'];
      if (session === undefined) return [];
      const row = this.memories.filter(({ payload }) => payload['session'] === session);
      const place = row.findIndex(({ key }) => key === of);
      return row
        .map((memory, index) => ({ memory, offset: index - place }))
        .filter(({ memory, offset }) => offset !== 0 && Math.abs(offset) <= reach && matches(filter, memory))
        .map(({ memory: { key }, offset }) => ({ of, key, offset }));
    });
  }
  async contents(_namespace: string, { keys }: ContentQuery): Promise<readonly CandidateContent[]> {
    return keys.flatMap((key) => this.memories.filter((memory) => memory.key === key).map(toCandidateContent));
  }
  async matching(_namespace: string, { filter, limit }: IndexQuery): Promise<readonly string[]> {
    this.named.push(limit);
    const keys = this.memories.filter((memory) => matches(filter, memory)).map(({ key }) => key);
    return keys.slice(0, limit);
  }
  async apply(): Promise<void> {}
  async holding(): Promise<undefined> {}
  async count(): Promise<number> {
    return this.candidates.length;
  }
  async clear(): Promise<void> {}
}

class FixedVectorIndex extends VectorIndex {
  private noteSearch: () => void = () => {};
  /** Resolves with the first search. */
  readonly searched = new Promise<void>((resolve) => (this.noteSearch = resolve));
  constructor(private readonly candidates: readonly LaneCandidate[] | Error) {
    super();
  }
  async search(_namespace: string, { limit }: IndexQuery): Promise<readonly LaneCandidate[]> {
    this.noteSearch();
    if (this.candidates instanceof Error) throw this.candidates;
    return this.candidates.slice(0, limit);
  }
  async apply(): Promise<void> {}
  async count(): Promise<number> {
    return 0;
  }
  async clear(): Promise<void> {}
}

class FixedEmbedder extends Embedder {
  readonly space = 'test';
  readonly dimension = 2;
  constructor(private readonly failure?: Error) {
    super();
  }
  async embed(texts: readonly string[]): Promise<readonly Float32Array[]> {
    if (this.failure) throw this.failure;
    return texts.map(() => Float32Array.of(1, 0));
  }
}

/** The truth: the given memories, and which of them were read. */
function truthOf(memories: readonly Memory[]) {
  const reads: (readonly string[])[] = [];
  let noteRead: () => void = () => {};
  const firstRead = new Promise<void>((resolve) => (noteRead = resolve));
  return {
    reads,
    firstRead,
    findByKeys: async (_namespace: string, keys: readonly string[]) => {
      reads.push(keys);
      noteRead();
      return memories.filter(({ key }) => keys.includes(key));
    },
  };
}

/** Deletions that are not indexed yet. */
class PendingDeletions extends PendingMemories {
  constructor(private readonly keys: readonly string[]) {
    super();
  }
  async versions(_namespace: string, limit = Infinity): Promise<readonly PendingVersion[]> {
    return this.keys.slice(0, limit).map((key) => ({ key, version: 2, deleted: true }));
  }
  async count(): Promise<number> {
    return this.keys.length;
  }
  async lag(): Promise<IndexLag> {
    return { events: this.keys.length, seconds: 7 };
  }
  async load(): Promise<readonly PendingMemory[]> {
    return [];
  }
}

interface Setting {
  readonly memories?: readonly Memory[];
  /** What the lexical index holds, where it is not the memories. */
  readonly indexed?: readonly Memory[];
  readonly lexical?: readonly LaneCandidate[];
  readonly vector?: readonly LaneCandidate[] | Error;
  readonly embedder?: Embedder;
  /** Indexes that are still being filled. */
  readonly loading?: readonly RecallIndexName[];
  /** Keys of deletions that are pending. */
  readonly pending?: readonly string[];
  /** Lanes beside those of words and vectors, and what they count for. */
  readonly others?: readonly Lane[];
  readonly weights?: Readonly<Record<string, number>>;
  /** How long a write is waited for. */
  readonly waitMs?: number;
}

/** Proposes what is linked to something, whatever is asked; its own signal is the number of links, at most ten. */
class MadeUpLane implements Lane {
  readonly name = 'links';
  readonly isInProcess = false;
  constructor(private readonly candidates: readonly LaneCandidate[] | Error) {}

  open(): LaneSearch {
    return {
      propose: async (_search, limit) => {
        if (this.candidates instanceof Error) throw this.candidates;
        return this.candidates.slice(0, limit);
      },
    };
  }
  signalsOf(candidates: readonly LaneCandidate[]): ReadonlyMap<string, number> {
    return new Map(candidates.map(({ key, score }) => [key, score / 10]));
  }
}

function open({
  memories = [],
  indexed = memories,
  lexical = [],
  vector = [],
  embedder = new FixedEmbedder(),
  loading = [],
  pending = [],
  others = [],
  weights = {},
  waitMs = 60,
}: Setting) {
  const telemetry = new SilentTelemetry();
  const warmup = new IndexWarmup(10, loading);
  const limits = { maxEmbedded: 0, maxPoints: 2 };
  const overlays = new OverlayReader(new PendingDeletions(pending), embedder, warmup, limits);
  const indexes = { lexical: new FixedLexicalIndex(lexical, indexed), vectors: new FixedVectorIndex(vector) };
  const laneWeights = { ...DEFAULT_RANKING.weights.lanes, ...weights };
  const ranking = { ...DEFAULT_RANKING, weights: { ...DEFAULT_RANKING.weights, lanes: laneWeights } };
  const options = { ranking, fields, maxTopK: 1000, visibilityWaitMs: waitMs };
  const truth = truthOf(memories);
  const lanes = [new LexicalLane(indexes.lexical, ranking), new VectorLane(indexes.vectors, embedder), ...others];
  const service = new RecallService(lanes, indexes.lexical, overlays, truth, telemetry, options);
  const recall = (request: Partial<RecallRequest> = {}) =>
    service.recall(toNamespace('test'), { query: 'ladder', topK: 5, ...request });
  return { recall, indexes, truth };
}

const keysOf = ({ hits }: { readonly hits: readonly { readonly memory: Memory }[] }) =>
  hits.map(({ memory }) => memory.key);
const inSession = (id: number, text: string) => aMemory({ id, payload: { text, session: 's' } });

describe('RecallService', () => {
  it('states how far the indexes are behind', async () => {
    const lexical = [{ key: '1', score: 3 }];
    expect((await open({ memories: [aMemory({ id: 1 })], lexical }).recall()).indexLag).toEqual({
      events: 0,
      seconds: 0,
    });
    const { recall } = open({ memories: [aMemory({ id: 1 })], lexical, pending: ['2', '3', '4'] });
    expect((await recall()).indexLag).toEqual({ events: 3, seconds: 7 });
  });

  it('waits for a lane that searches all that is committed where a write has to be seen, and says so in the end', async () => {
    const lexical = [{ key: '1', score: 3 }];
    const setting = { memories: [aMemory({ id: 1 })], lexical, pending: ['2', '3', '4'] };
    const seeing = <T>(work: () => Promise<T>) =>
      withConsistency(new ConsistencyScope({ seq: 1, eventId: 'any' }), work);
    // The vector lane searches two pending memories of three, the lexical lane all of them.
    const { recall } = open(setting);
    expect(keysOf(await seeing(() => recall()))).toEqual(['1']);
    expect((await recall({ mode: 'vector' })).degraded).toEqual(['vector']);
    await expect(seeing(() => recall({ mode: 'vector' }))).rejects.toThrow(WriteNotVisibleError);
    const pending = ['2', '3', '4'];
    const catching = open({ ...setting, pending, waitMs: 60_000 });
    const answer = seeing(() => catching.recall({ mode: 'vector' }));
    await catching.indexes.vectors.searched;
    pending.length = 0;
    expect((await answer).degraded).toEqual([]);
  });

  it('leaves out what scores too little, and goes on looking where near duplicates fall away', async () => {
    const texts = [
      'the kettle is blue and old',
      'The kettle is blue and old!',
      'a ladder',
      'the kettle is blue, and old',
    ];
    const memories = texts.map((text, index) => aMemory({ id: index + 1, contentHash: text, payload: { text } }));
    const lexical = memories.map(({ key, id }) => ({ key, score: 10 - id }));
    const { recall } = open({ memories, lexical });
    expect(keysOf(await recall({ minScore: 0.8 }))).toEqual(['1', '2']);
    const { hits } = await recall({ topK: 2, collapse: {} });
    expect(keysOf({ hits })).toEqual(['1', '3']);
    expect(hits[0]?.collapsed?.map(({ memory, similarity }) => [memory.key, similarity])).toEqual([
      ['2', 1],
      ['4', 1],
    ]);
  });

  it('returns a session neighbour that no lane proposed', async () => {
    const memories = [inSession(1, 'Where is the ladder?'), inSession(2, 'Behind the barn.')];
    const { recall } = open({ memories, lexical: [{ key: '1', score: 3 }] });
    expect(keysOf(await recall())).toEqual(['1', '2']);
  });

  it('reads from the truth only what it gives back', async () => {
    const memories = [1, 2, 3].map((id) => aMemory({ id }));
    const lexical = memories.map(({ key, id }) => ({ key, score: 10 - id }));
    const { recall, truth } = open({ memories, lexical });
    expect(keysOf(await recall({ topK: 2 }))).toEqual(['1', '2']);
    expect(truth.reads).toEqual([['1', '2']]);
  });

  it('reads what words find best while vectors are searched, and the rest of what it gives back after', async () => {
    const memories = [1, 2, 3, 4].map((id) => aMemory({ id, payload: { text: 'ladder' } }));
    const { recall, indexes, truth } = open({
      memories,
      lexical: [1, 2, 3].map((id) => ({ key: String(id), score: 4 - id })),
      vector: [{ key: '4', score: 0.9 }],
    });
    const search = indexes.vectors.search.bind(indexes.vectors);
    indexes.vectors.search = async (namespace, query) => {
      await truth.firstRead;
      return search(namespace, query);
    };
    expect(keysOf(await recall({ topK: 1 }))).toEqual(['1']);
    expect(truth.reads).toEqual([['1', '2']]);
    truth.reads.length = 0;
    expect(keysOf(await recall({ topK: 4 })).sort()).toEqual(['1', '2', '3', '4']);
    expect(truth.reads.flat().sort()).toEqual(['1', '2', '3', '4']);
  });

  it('reads from the truth what the index does not hold', async () => {
    const memories = [1, 2, 3].map((id) => aMemory({ id }));
    const vector = memories.map(({ key, id }) => ({ key, score: 1 - id / 10 }));
    const { recall, truth } = open({ memories, indexed: memories.slice(1), vector });
    expect(keysOf(await recall({ topK: 2 }))).toEqual(['1', '2']);
    expect(truth.reads).toEqual([['1'], ['2']]);
  });

  it('ranks by the truth what has changed or gone since it was indexed', async () => {
    const asked = { text: 'red', room: 'attic' };
    const indexed = [1, 2, 3].map((id) => aMemory({ id, version: 1, payload: id === 1 ? asked : { text: 'red' } }));
    const memories = [
      aMemory({ id: 1, version: 2, payload: { text: 'red' } }),
      aMemory({ id: 2, version: 2, payload: asked }),
    ];
    const lexical = indexed.map(({ key }) => ({ key, score: 1 }));
    const { recall } = open({ memories, indexed, lexical });
    const { hits } = await recall({ topK: 3, context: { room: 'attic' }, mode: 'lexical', explain: true });
    expect(hits.map(({ memory, score }) => [memory.key, memory.version, score])).toEqual([
      ['2', 2, 1.5],
      ['1', 2, 1],
    ]);
  });

  it('does not give back what no longer matches the filter', async () => {
    const indexed = [1, 2].map((id) => aMemory({ id, payload: { colour: 'red' } }));
    const memories = [
      aMemory({ id: 1, version: 2, payload: { colour: 'blue' } }),
      aMemory({ id: 2, payload: { colour: 'red' } }),
    ];
    const lexical = indexed.map(({ key }) => ({ key, score: 1 }));
    const { recall } = open({ memories, indexed, lexical });
    expect(keysOf(await recall({ filter: { payload: [{ path: ['colour'], equals: 'red' }] } }))).toEqual(['2']);
  });

  it('returns no neighbour that the filter refuses', async () => {
    const memories = [
      inSession(1, 'Where is the ladder?'),
      { ...inSession(2, 'Behind the barn.'), type: 'semantic' as const },
    ];
    const { recall } = open({ memories, lexical: [{ key: '1', score: 3 }] });
    expect(keysOf(await recall({ filter: { type: 'episodic' } }))).toEqual(['1']);
  });

  it('leaves out what the truth no longer has and looks deeper to fill up', async () => {
    const all = Array.from({ length: 400 }, (_, index) => index + 1);
    const lexical = all.map((id) => ({ key: String(id), score: 1000 - id }));
    const indexed = all.map((id) => aMemory({ id }));
    const { recall, indexes } = open({ memories: indexed.filter(({ id }) => id > 300), indexed, lexical });
    expect(keysOf(await recall({ topK: 2 }))).toEqual(['301', '302']);
    expect(indexes.lexical.queries.map(({ limit }) => limit)).toEqual([40, 160, 640]);
  });

  it('finds all that match a filter, though unfit neighbours crowd around them', async () => {
    const memories = Array.from({ length: 700 }, (_, index) => {
      const id = index + 1;
      return { ...inSession(id, 'ladder'), type: id % 7 === 4 ? ('semantic' as const) : ('episodic' as const) };
    });
    const lexical = memories.filter(({ type }) => type === 'semantic').map(({ key }) => ({ key, score: 1 }));
    const { recall } = open({ memories, lexical });
    expect((await recall({ topK: 100, filter: { type: 'semantic' } })).hits).toHaveLength(100);
  });

  it('fills up with what no lane can compare, behind what they can, except for the lexical lane alone', async () => {
    const memories = [
      aMemory({ id: 1, payload: {} }),
      aMemory({ id: 2 }),
      { ...aMemory({ id: 3 }), type: 'semantic' as const },
    ];
    const { recall } = open({ memories, lexical: [{ key: '2', score: 3 }] });
    expect(keysOf(await recall())).toEqual(['2', '1', '3']);
    expect(keysOf(await recall({ topK: 2 }))).toEqual(['2', '1']);
    expect(keysOf(await recall({ filter: { type: 'episodic' } }))).toEqual(['2', '1']);
    expect(keysOf(await recall({ mode: 'lexical' }))).toEqual(['2']);
  });

  it('fills up with what the index names alone, and passes over what the truth no longer has', async () => {
    const indexed = Array.from({ length: 60 }, (_, index) => aMemory({ id: index + 1 }));
    const { recall, indexes, truth } = open({ memories: indexed.slice(50), indexed });
    expect(keysOf(await recall({ topK: 4 }))).toEqual(['51', '52', '53', '54']);
    expect(indexes.lexical.named).toEqual([4, 16, 64]);
    expect(truth.reads.flat()).not.toContain('61');
  });

  it.each(['hybrid', 'lexical'] as const)(
    'stops looking in an index far behind the truth, and says so (%s)',
    async (mode) => {
      const indexed = Array.from({ length: 5000 }, (_, index) => aMemory({ id: index + 1 }));
      const lexical = indexed.map(({ key, id }) => ({ key, score: 5001 - id }));
      const { recall, truth } = open({ memories: [], indexed, lexical });
      expect(await recall({ topK: 3, mode })).toMatchObject({ hits: [], degraded: ['lexical'] });
      expect(new Set(truth.reads.flat()).size).toBeLessThan(1500);
    },
  );

  it('gives what it has, and says so, when the index cannot name more', async () => {
    const { recall, indexes } = open({
      memories: [aMemory({ id: 1 }), aMemory({ id: 2 })],
      lexical: [{ key: '1', score: 3 }],
    });
    indexes.lexical.matching = () => Promise.reject(new IndexUnavailableError('loading'));
    const result = await recall();
    expect([keysOf(result), result.degraded]).toEqual([['1'], ['lexical']]);
  });

  it('names a lane whose search was cut short', async () => {
    const { recall, indexes } = open({ memories: [aMemory({ id: 1 })], vector: [{ key: '1', score: 1 }] });
    indexes.vectors.search = async (_namespace, { onCutShort }) => {
      onCutShort?.();
      return [{ key: '1', score: 1 }];
    };
    expect((await recall()).degraded).toEqual(['vector']);
  });

  it('asks the lexical lane for the analysed terms of the query', async () => {
    const { recall, indexes } = open({});
    await recall({ query: 'Where are the ladders?' });
    expect(indexes.lexical.queries[0]?.terms).toEqual(['=where', '=are', '=the', '=ladders', 'ladder']);
  });

  it('explains only when asked', async () => {
    const { recall } = open({ memories: [aMemory({ id: 1 })], lexical: [{ key: '1', score: 3 }] });
    expect((await recall()).hits[0]).not.toHaveProperty('explanation');
    expect((await recall({ explain: true })).hits[0]?.explanation).toEqual({
      lanes: [{ lane: 'lexical', rank: 1, signal: 3 }],
      overlay: false,
      contributions: [{ signal: 'lexical', value: 1, weight: 1, contribution: 1 }],
    });
  });

  describe('while an index is being filled', () => {
    const memories = [1, 2, 3].map((id) => aMemory({ id, version: 2, payload: { text: 'new' } }));
    const indexed = [aMemory({ id: 1, version: 1, payload: { text: 'old' } })];
    const vector = memories.map(({ key, id }) => ({ key, score: 1 - id / 10 }));
    const lexical = [{ key: '1', score: 3 }];

    it('answers from vectors at once while that of words is, ranks by the truth, and says so', async () => {
      const { recall, indexes, truth } = open({ memories, indexed, vector, lexical, loading: ['lexical'] });
      const filter = { payload: [{ path: ['text'], equals: 'new' }] };
      for (const mode of ['hybrid', 'vector', 'lexical'] as const) {
        const found = await recall({ mode, filter, topK: 2 });
        expect(keysOf(found)).toEqual(['1', '2']);
        expect(found.degraded).toEqual(mode === 'vector' ? [] : ['lexical']);
      }
      expect(indexes.lexical.queries).toEqual([]);
      expect(truth.reads[0]).toEqual(['1', '2', '3']);
    });

    it('counts what is pending among what it goes without vectors for', async () => {
      const { recall } = open({ memories, vector, loading: ['lexical'], pending: ['8', '9', '10'] });
      expect((await recall()).degraded).toEqual(['lexical', 'vector']);
    });

    it('answers from words while that of vectors is', async () => {
      const { recall } = open({ memories, vector, lexical, loading: ['vector'] });
      const found = await recall({ topK: 1 });
      expect([keysOf(found), found.degraded]).toEqual([['1'], ['vector']]);
    });

    it('fails when no other lane can answer', async () => {
      const { recall } = open({ memories, vector: new IndexUnavailableError('away'), lexical, loading: ['lexical'] });
      await expect(recall()).rejects.toThrow(IndexUnavailableError);
    });

    it('answers from what is there while both are, and names both', async () => {
      const { recall } = open({ memories, vector, lexical, loading: ['vector', 'lexical'] });
      for (const mode of ['hybrid', 'vector', 'lexical'] as const) {
        const found = await recall({ mode, topK: 1 });
        expect(keysOf(found)).toEqual(['1']);
        expect(found.degraded).toEqual(mode === 'hybrid' ? ['lexical', 'vector'] : [mode]);
      }
    });
  });

  describe('with one more lane', () => {
    const memories = [1, 2, 3].map((id) => aMemory({ id }));
    const lexical = [
      { key: '1', score: 3 },
      { key: '2', score: 1.5 },
    ];
    const linked = [
      { key: '3', score: 10 },
      { key: '2', score: 5 },
    ];
    const setting = { memories, lexical, vector: [{ key: '2', score: 0.5 }], weights: { links: 2 } };

    it('gives back what it proposes, with what that adds to the score', async () => {
      const { recall } = open({ ...setting, others: [new MadeUpLane(linked)] });
      const { hits, degraded } = await recall({ explain: true });
      expect(hits.map(({ memory, score }) => [memory.key, score])).toEqual([
        ['3', 2],
        ['2', 0.5 + 0.3 + 2 * 0.5],
        ['1', 1],
      ]);
      expect(hits.map(({ explanation }) => explanation?.lanes)).toEqual([
        [{ lane: 'links', rank: 1, signal: 10 }],
        [
          { lane: 'lexical', rank: 2, signal: 1.5 },
          { lane: 'vector', rank: 1, signal: 0.5 },
          { lane: 'links', rank: 2, signal: 5 },
        ],
        [{ lane: 'lexical', rank: 1, signal: 3 }],
      ]);
      expect(hits[0]?.explanation?.contributions).toEqual([{ signal: 'links', value: 1, weight: 2, contribution: 2 }]);
      expect(degraded).toEqual([]);
    });

    it('says when it is away', async () => {
      const { recall } = open({ ...setting, others: [new MadeUpLane(new IndexUnavailableError('down'))] });
      const result = await recall();
      expect(result.degraded).toEqual(['links']);
      expect(keysOf(result)).toEqual(['1', '2', '3']);
    });

    it('counts each lane and signal for what the request says', async () => {
      const { recall } = open({ ...setting, others: [new MadeUpLane(linked)] });
      const weights = { lanes: { lexical: 0.5, vector: 4 }, signals: { context: 3 } };
      const { hits } = await recall({ weights, context: { text: 'hello' }, explain: true });
      // The best has what the weightiest lane could give.
      const share = 4 / (0.5 * 0.5 + 4 + 2 * 0.5);
      expect(hits.map(({ memory, score }) => [memory.key, score])).toEqual([
        ['2', 4 + 3],
        ['3', 2 * share + 3],
        ['1', 0.5 * share + 3],
      ]);
      expect(hits[2]?.explanation?.contributions).toEqual([
        { signal: 'lexical', value: 1, weight: 0.5 * share, contribution: 0.5 * share },
        { signal: 'context', value: 1, weight: 3, contribution: 3 },
      ]);
    });

    it('does not ask a lane that weighs nothing, nor miss it', async () => {
      const { recall } = open({ ...setting, others: [new MadeUpLane(new IndexUnavailableError('down'))] });
      const result = await recall({ weights: { lanes: { links: 0 } } });
      expect([keysOf(result), result.degraded]).toEqual([['1', '2', '3'], []]);
    });

    it('refuses weights that leave no lane to begin with', async () => {
      const { recall } = open(setting);
      await expect(recall({ weights: { lanes: { lexical: 0, vector: 0 } } })).rejects.toMatchObject({
        field: 'weights',
      });
    });

    it('refuses to start without knowing what it counts for', () => {
      const others = [new MadeUpLane([])];
      expect(() => open({ ...setting, others, weights: {} })).toThrow('the lane links of recall has no weight');
    });
  });

  it.each<[string, Partial<Setting>]>([
    ['the embedder', { embedder: new FixedEmbedder(new EmbedderUnavailableError('down')) }],
    ['the vector index', { vector: new IndexUnavailableError('down') }],
  ])('answers with the other lane while %s is away, and says so', async (_name, broken) => {
    const { recall } = open({ memories: [aMemory({ id: 1 })], lexical: [{ key: '1', score: 3 }], ...broken });
    const result = await recall();
    expect(keysOf(result)).toEqual(['1']);
    expect(result.degraded).toEqual(['vector']);
  });

  it('answers by the other lane, and says so, when the only one asked for is away', async () => {
    const vector = new IndexUnavailableError('down');
    const { recall } = open({ memories: [aMemory({ id: 1 })], lexical: [{ key: '1', score: 3 }], vector });
    const result = await recall({ mode: 'vector' });
    expect(keysOf(result)).toEqual(['1']);
    expect(result.degraded).toEqual(['vector']);
  });

  it('says that vectors lack some of what is committed when too much is pending', async () => {
    const degraded = async (pending: readonly string[], request: Partial<RecallRequest> = {}) => {
      const { recall } = open({ memories: [aMemory({ id: 1 })], lexical: [{ key: '1', score: 3 }], pending });
      return (await recall(request)).degraded;
    };
    expect(await degraded(['7', '8'])).toEqual([]);
    expect(await degraded(['7', '8', '9'])).toEqual(['vector']);
    expect(await degraded(['7', '8', '9'], { mode: 'vector' })).toEqual(['vector']);
    expect(await degraded(['7', '8', '9'], { mode: 'lexical' })).toEqual([]);
  });

  it('does not look for ever among what may be stale', async () => {
    const stale = Array.from({ length: 5000 }, (_, index) => ({ key: `gone ${index}`, score: 1 - index / 5000 }));
    const deepest = async (pending: readonly string[]) => {
      const { recall, indexes } = open({ memories: [aMemory({ id: 1 })], vector: stale, pending });
      const search = indexes.vectors.search.bind(indexes.vectors);
      const limits: number[] = [];
      indexes.vectors.search = (namespace, query) => {
        limits.push(query.limit);
        return search(namespace, query);
      };
      expect(keysOf(await recall())).toEqual(['1']);
      return Math.max(...limits);
    };
    expect(await deepest(['7'])).toBeLessThan(1000);
    expect(await deepest(['7', '8', '9'])).toBeLessThan(1000);
  });

  it('does not take an unknown failure for a lane that is away', async () => {
    const { recall } = open({ vector: new TypeError('a bug') });
    await expect(recall()).rejects.toThrow('a bug');
  });

  it.each<[string, Partial<RecallRequest>]>([
    ['an empty query', { query: ' \n' }],
    ['a query with NUL', { query: 'a\u0000' }],
    ['no hits', { topK: 0 }],
    ['half a hit', { topK: 1.5 }],
    ['too many hits', { topK: 1001 }],
  ])('refuses %s', async (_name, request) => {
    await expect(open({}).recall(request)).rejects.toThrow(InvalidRequestError);
  });
});
