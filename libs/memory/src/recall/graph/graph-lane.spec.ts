import { beforeEach, describe, expect, it } from '@jest/globals';
import { openBudget, withBudget } from '../../attempts/request-budget.js';
import { toCandidateContent } from '../../index-model/index-point-factory.js';
import { EMPTY_OVERLAY } from '../../index-model/index-point.js';
import { toLinkCommand } from '../../links/link-command.js';
import { IndexUnavailableError, RequestEndedError, StoreUnavailableError } from '../../model/errors.js';
import type { Memory } from '../../model/memory.js';
import { toNamespace } from '../../model/namespace.js';
import { InMemoryLinks } from '../../testing/in-memory-links.js';
import { aMemory } from '../../testing/memory-builder.js';
import { DEFAULT_RANKING } from '../contract/ranking-options.js';
import type { RecallRequest } from '../contract/recall.types.js';
import type { ProposedCandidate, Proposals, Search } from '../lanes/lane.js';
import { GraphLane } from './graph-lane.js';

const namespace = toNamespace('test');
const LIMITS = { maxDimensions: 8, maxDepth: 8, maxBytes: 1000 };
const ranking = { ...DEFAULT_RANKING, links: { ...DEFAULT_RANKING.links, timeoutMs: 50 } };

/** What words say of keys: shares of the best match. */
const words = (signals: Record<string, number>): Proposals => {
  const candidates = Object.entries(signals).map(([key, score]) => ({ key, score }));
  return new Map([['lexical', { candidates, signals: new Map(Object.entries(signals)) }]]);
};

describe('the graph lane', () => {
  let links: InMemoryLinks;
  let memories: readonly Memory[];

  beforeEach(() => {
    links = new InMemoryLinks();
    memories = Array.from({ length: 60 }, (_, index) => aMemory({ id: index + 1 }));
  });

  const link = (from: number, to: number, weight = 1, type = 'related') =>
    links.link(toLinkCommand(namespace, { from: [from], to: [to], type, weight }, LIMITS), 'none');
  const searchOf = (request: RecallRequest): Search => ({
    namespace,
    request,
    overlay: EMPTY_OVERLAY,
    now: new Date(),
    cutShort: new Set(),
    ranking,
    contentsOf: async (keys) => memories.filter(({ key }) => keys.includes(key)).map(toCandidateContent),
  });
  const propose = (found: Proposals, lane = new GraphLane(links), more: Partial<RecallRequest> = {}, limit = 40) => {
    const request = { query: 'ladder', topK: 5, ...more };
    return lane.open(request, namespace).propose(searchOf(request), limit, found);
  };
  const signals = (candidates: readonly ProposedCandidate[]) =>
    Object.fromEntries(candidates.map(({ key, score }) => [key, Number(score.toFixed(6))]));

  it('proposes what strong hits are linked to, in either direction, with the path to it', async () => {
    await link(1, 2, 0.25, 'causes');
    await link(3, 1);
    expect(await propose(words({ 1: 0.8 }))).toEqual([
      {
        key: '2',
        score: 0.8 * 0.85 ** 0.25,
        path: { seed: [1], strength: 0.8, steps: [{ to: [2], type: 'causes', weight: 0.25, direction: 'out' }] },
      },
      {
        key: '3',
        score: 0.8 * 0.85,
        path: { seed: [1], strength: 0.8, steps: [{ to: [3], type: 'related', weight: 1, direction: 'in' }] },
      },
    ]);
  });

  it('fades with distance and weight, takes the strongest path, and goes two links far', async () => {
    for (const [from, to] of [
      [1, 2],
      [2, 3],
      [3, 4],
      [1, 5],
      [5, 3],
    ] as const)
      await link(from, to, from === 5 ? 0.5 : 1);
    const found = await propose(words({ 1: 1 }));
    expect(signals(found)).toEqual({ 2: 0.85, 5: 0.85, 3: Number((0.75 * 0.85 ** 1.5).toFixed(6)) });
    expect(found.at(-1)?.path?.steps.map(({ to }) => to)).toEqual([[5], [3]]);
    for (const { score, path } of found) {
      const { strength = NaN, steps = [] } = path ?? {};
      const cost = steps.reduce((sum, { weight }) => sum + weight, 0);
      const { fading, dimming } = ranking.links;
      expect(score).toBeCloseTo(strength * fading ** (steps.length - 1) * dimming ** cost, 9);
    }
  });

  it('lets linked hits strengthen one another, and none itself', async () => {
    await link(1, 2);
    expect(signals(await propose(words({ 1: 1, 2: 0.5 })))).toEqual({ 2: 0.85, 1: 0.425 });
  });

  it('measures strength by all that the lanes say, as a share of what they could say', async () => {
    await link(1, 2);
    const vector = { candidates: [{ key: '1', score: 0.4 }], signals: new Map([['1', 0.4]]) };
    const [found] = await propose(new Map([...words({ 1: 1 }), ['vector', vector]]));
    expect(found?.path?.strength).toBeCloseTo((1 + 0.3 * 0.4) / 1.3, 9);
    const [weak] = await propose(new Map([['vector', vector]]));
    expect(weak?.path?.strength).toBeCloseTo(0.3 * 0.4, 9);
  });

  it('costs one question where there are no links, and none where they are known', async () => {
    const lane = new GraphLane(links);
    expect(await propose(words({ 1: 1 }), lane)).toEqual([]);
    expect(await propose(words({ 1: 1 }), lane)).toEqual([]);
    expect(links.calls).toEqual(['exists', 'exists']);
    await link(1, 2);
    links.calls.length = 0;
    for (let time = 0; time < 2; time += 1) expect(await propose(words({ 1: 1 }), lane)).toHaveLength(1);
    expect(links.calls.filter((call) => call === 'exists')).toHaveLength(1);
  });

  it('proposes only what lives and matches the filter, however much else is linked better', async () => {
    memories = memories.map((memory) => (memory.id % 10 === 0 ? { ...memory, type: 'semantic' } : memory));
    for (let to = 2; to <= 16; to += 1) await link(1, to, to / 100);
    await link(1, 99, 0);
    expect(signals(await propose(words({ 1: 1 }), undefined, { filter: { type: 'semantic' } }, 2))).toEqual({
      10: Number((0.85 ** 0.1).toFixed(6)),
    });
    expect(Object.keys(signals(await propose(words({ 1: 1 }))))).not.toContain('99');
  });

  it('does not pass through what has expired', async () => {
    await link(1, 2);
    await link(2, 3);
    links.expired.add('2');
    memories = memories.filter(({ id }) => id !== 2);
    expect(await propose(words({ 1: 1 }))).toEqual([]);
  });

  it('does work within bounds, whatever is linked to what', async () => {
    for (let hub = 1; hub <= 20; hub += 1) for (let to = 21; to <= 60; to += 1) await link(hub, to, to);
    let rows = 0;
    const steps = links.steps.bind(links);
    links.steps = async (...asked) => {
      const found = await steps(...asked);
      rows += found.length;
      return found;
    };
    links.calls.length = 0;
    const strong = Object.fromEntries(Array.from({ length: 20 }, (_, index) => [index + 1, 1 - index / 100]));
    await propose(words(strong));
    const { seeds, neighbours, further } = ranking.links;
    expect(rows).toBeLessThanOrEqual(2 * neighbours * (seeds + further));
    expect(links.calls.filter((call) => call === 'steps')).toHaveLength(4);
  });

  it('follows links once for a request, however many candidates are wanted', async () => {
    await link(1, 2);
    await link(1, 3);
    const request: RecallRequest = { query: 'ladder', topK: 5 };
    const open = new GraphLane(links).open(request, namespace);
    expect(await open.propose(searchOf(request), 1, words({ 1: 1 }))).toHaveLength(1);
    links.calls.length = 0;
    expect(await open.propose(searchOf(request), 4, words({ 1: 1 }))).toHaveLength(2);
    expect(links.calls).toEqual([]);
  });

  it('is away when links cannot be read, or not in time', async () => {
    await link(1, 2);
    links.steps = () => Promise.reject(new StoreUnavailableError('down'));
    await expect(propose(words({ 1: 1 }))).rejects.toThrow(IndexUnavailableError);
    links.steps = () => new Promise(() => undefined);
    await expect(propose(words({ 1: 1 }))).rejects.toThrow(/within 50 ms/);
  });

  it('leaves half of what a request has left to the others, and ends with it', async () => {
    await link(1, 2);
    links.steps = () => new Promise(() => undefined);
    const { budget, hangUp, close } = openBudget(100);
    await expect(withBudget(budget, () => propose(words({ 1: 1 })))).rejects.toThrow(IndexUnavailableError);
    expect(budget.ended).toBeUndefined();
    const waiting = withBudget(budget, () => propose(words({ 1: 1 })));
    hangUp();
    await expect(waiting).rejects.toThrow(RequestEndedError);
    close();
  });

  it('does not take an unknown failure for a lane that is away', async () => {
    await link(1, 2);
    links.steps = () => Promise.reject(new TypeError('a bug'));
    await expect(propose(words({ 1: 1 }))).rejects.toThrow('a bug');
  });
});
