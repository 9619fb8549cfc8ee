import { beforeEach, describe, expect, it } from '@jest/globals';
import { toCandidateContent } from '../../index-model/index-point-factory.js';
import { EMPTY_OVERLAY, type IndexQuery, type LaneCandidate } from '../../index-model/index-point.js';
import type { ContentQuery } from '../../index-model/lexical-index.port.js';
import { IndexUnavailableError } from '../../model/errors.js';
import { matchesFilter } from '../../model/filter.js';
import type { Memory } from '../../model/memory.js';
import { toNamespace } from '../../model/namespace.js';
import { SilentTelemetry } from '../../telemetry/telemetry.port.js';
import { aMemory } from '../../testing/memory-builder.js';
import { DEFAULT_RANKING } from '../contract/ranking-options.js';
import type { RecallRequest } from '../contract/recall.types.js';
import type { Lane, LaneSearch } from '../lanes/lane.js';
import { RecallService } from '../recall.service.js';

const namespace = toNamespace('test');
const NOW = new Date('2026-03-01T00:00:00Z');
const fields = { text: ['text'], session: ['session'], source: ['author'], time: ['date'] };

/** Proposes what it is told, among what matches the filter. */
class ToldLane implements Lane {
  readonly isInProcess = false;
  candidates: readonly LaneCandidate[] = [];
  isAway = false;
  asked = 0;

  constructor(
    readonly name: string,
    private readonly memories: () => readonly Memory[],
    readonly isFollowing = false,
  ) {}

  open(): LaneSearch {
    return {
      propose: async ({ request }, limit) => {
        this.asked += 1;
        if (this.isAway) throw new IndexUnavailableError('down');
        const matching = this.memories().filter((memory) => matchesFilter(request.filter, toCandidateContent(memory)));
        return this.candidates.filter(({ key }) => matching.some((memory) => memory.key === key)).slice(0, limit);
      },
    };
  }
  signalsOf(candidates: readonly LaneCandidate[]): ReadonlyMap<string, number> {
    return new Map(candidates.map(({ key, score }) => [key, score]));
  }
}

describe('recall, asked why something is missing', () => {
  let memories: readonly Memory[];
  let [lexical, vector, graph]: ToldLane[] = [];

  beforeEach(() => {
    memories = Array.from({ length: 200 }, (_, index) => aMemory({ id: index + 1 }));
    const all = () => memories;
    [lexical, vector, graph] = [
      new ToldLane('lexical', all),
      new ToldLane('vector', all),
      new ToldLane('graph', all, true),
    ];
    lexical.candidates = memories.slice(0, 100).map(({ key, id }) => ({ key, score: 1 - (id - 1) / 200 }));
  });

  const living = (keys: readonly string[], now: Date) =>
    memories.filter(({ key, expiresAt }) => keys.includes(key) && !(expiresAt && expiresAt <= now));
  const recall = async (request: Partial<RecallRequest> = {}) => {
    const index = {
      contents: async (_namespace: string, { keys }: ContentQuery) => living(keys, NOW).map(toCandidateContent),
      matching: async (_namespace: string, { limit }: IndexQuery) => memories.map(({ key }) => key).slice(0, limit),
    };
    const truth = { findByKeys: async (_: string, keys: readonly string[], now: Date) => living(keys, now) };
    const service = new RecallService(
      [lexical, vector, graph].flatMap((lane) => lane ?? []),
      index,
      { read: async () => EMPTY_OVERLAY },
      truth,
      new SilentTelemetry(),
      { ranking: DEFAULT_RANKING, fields, maxTopK: 1000 },
    );
    return service.recall(namespace, { query: 'ladder', topK: 3, ...request }, NOW);
  };
  const whyNot = async (place: number, request: Partial<RecallRequest> = {}) =>
    (await recall({ whyNot: [place], ...request })).whyNot;

  it('says nothing unless asked', async () => {
    expect(await recall()).not.toHaveProperty('whyNot');
  });

  it('gives place, score and signals of what others outscored', async () => {
    expect(await whyNot(7)).toEqual({
      coordinate: [7],
      fate: 'outscored',
      filters: [],
      lanes: [
        { lane: 'lexical', state: 'asked', rank: 7, signal: 0.97, cut: 40, looked: 1000 },
        { lane: 'vector', state: 'asked', rank: null, signal: null, cut: 40, looked: 1000 },
        { lane: 'graph', state: 'asked', rank: null, signal: null, cut: 40, looked: 1000 },
      ],
      rank: 7,
      score: 0.97,
      contributions: [{ signal: 'lexical', value: 0.97, weight: 1, contribution: 0.97 }],
      needed: 0.99,
    });
  });

  it('tells a hit, with its place', async () => {
    expect(await whyNot(2)).toMatchObject({ fate: 'recalled', rank: 2, score: 0.995, needed: 0.99 });
  });

  it('names the lane and the rank of what is below the cut', async () => {
    expect(await whyNot(90)).toMatchObject({
      fate: 'below_cut',
      rank: null,
      score: null,
      lanes: [{ rank: 90 }, {}, {}],
    });
  });

  it('tells what no lane proposes', async () => {
    expect(await whyNot(150)).toMatchObject({ fate: 'not_proposed', rank: null });
  });

  it('names every part of the filter that keeps it out', async () => {
    const filter = {
      type: 'semantic',
      createdFrom: 0,
      createdBefore: 1,
      payload: [
        { path: ['meta', 'lang'], equals: 'en' },
        { path: ['text'], exists: true },
      ],
    } as const;
    expect(await whyNot(2, { filter })).toEqual({
      coordinate: [2],
      fate: 'filtered',
      filters: ['type', 'createdBefore', { path: ['meta', 'lang'] }],
      lanes: [],
      rank: null,
      score: null,
      contributions: [],
      needed: null,
    });
  });

  it('tells what has expired from what is not there', async () => {
    memories = memories.map((memory) => (memory.id === 2 ? { ...memory, expiresAt: NOW } : memory));
    expect(await whyNot(2)).toMatchObject({ fate: 'expired', lanes: [] });
    expect(await whyNot(999)).toMatchObject({ fate: 'not_found', lanes: [] });
  });

  it('tells what the request makes of hits: too low a score, near duplicates, no room', async () => {
    expect(await whyNot(7, { minScore: 0.98 })).toMatchObject({ fate: 'below_min_score', score: 0.97 });
    expect(await whyNot(7, { collapse: {} })).toMatchObject({ fate: 'collapsed', rank: 7, needed: 1 });
    memories = memories.map((memory) =>
      memory.id === 2 ? { ...memory, payload: { text: 'x'.repeat(4000) } } : memory,
    );
    expect(await whyNot(2, { tokenBudget: 20 })).toMatchObject({ fate: 'over_budget', rank: 2 });
    expect(await whyNot(50, { tokenBudget: 20 })).toMatchObject({ fate: 'outscored' });
  });

  it('tells what does not hold any more', async () => {
    const validity = { fromMs: null, toMs: null, supersededAtMs: 0, supersedes: [], supersededBy: { 3: 0 } };
    memories = memories.map((memory) => (memory.id === 2 ? { ...memory, validity } : memory));
    expect(await whyNot(2)).toMatchObject({ fate: 'not_valid', lanes: [] });
    expect(await whyNot(2, { validity: 'any' })).toMatchObject({ fate: 'recalled' });
  });

  it('tells lanes that are off from those that are away', async () => {
    if (vector) vector.isAway = true;
    const view = await whyNot(7, { weights: { lanes: { graph: 0 } } });
    expect(view?.lanes.map(({ state }) => state)).toEqual(['asked', 'away', 'off']);
    const alone = await whyNot(7, { mode: 'lexical' });
    expect(alone?.lanes.map(({ state }) => state)).toEqual(['asked', 'off', 'off']);
  });
});
