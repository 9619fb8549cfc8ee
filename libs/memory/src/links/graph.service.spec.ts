import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { toNamespace } from '../model/namespace.js';
import { SilentTelemetry } from '../telemetry/telemetry.port.js';
import { InMemoryLinks } from '../testing/in-memory-links.js';
import { GraphService, type PathQuery } from './graph.service.js';
import { LinkService } from './link.service.js';

const NS = toNamespace('links');
const LIMITS = { maxDimensions: 8, maxDepth: 8, maxBytes: 10_000 };

type Edge = readonly [from: number, to: number, weight?: number, type?: string];

async function graph(edges: readonly Edge[], maxVisited = 10_000) {
  const links = new InMemoryLinks((_, key) => Number(key) < 1000);
  const asked: string[] = [];
  const telemetry = Object.assign(new SilentTelemetry(), {
    observeLinks: (operation: string) => void asked.push(operation),
  });
  const writer = new LinkService(
    {
      link: (command, required) => links.link(command, required),
      unlink: (command) => links.unlink(command),
      prune: (command) => links.prune(command),
    },
    telemetry,
    LIMITS,
  );
  for (const [from, to, weight = 1, type = 'related'] of edges) {
    await writer.link(NS, { from: [from], to: [to], type, weight }, 'none');
  }
  return {
    links,
    writer,
    asked,
    service: new GraphService(links, telemetry, { maxVisited, maxRead: maxVisited, maxSearches: 2 }),
  };
}

const path = (from: number, to: number, more: Partial<PathQuery> = {}): PathQuery => ({
  from: [from],
  to: [to],
  maxLinks: 6,
  cost: 'weight',
  ...more,
});

/** Bellman and Ford: the least cost of a path with at most `maxLinks` links, tried link by link. */
function leastCost(edges: readonly Edge[], { from, to, maxLinks, cost }: PathQuery): number {
  let costs = new Map([[from[0], 0]]);
  for (let links = 0; links < maxLinks; links += 1) {
    const next = new Map(costs);
    for (const [start, end, weight = 1] of edges) {
      const there = (costs.get(start) ?? Infinity) + (cost === 'weight' ? weight : 1);
      if (there < (next.get(end) ?? Infinity)) next.set(end, there);
    }
    costs = next;
  }
  return costs.get(to[0]) ?? Infinity;
}

describe('the shortest path', () => {
  it('is the cheapest of all with few enough links, in any graph', async () => {
    const edge = fc.tuple(fc.nat(14), fc.nat(14), fc.nat(9)).filter(([from, to]) => from !== to);
    const edges = fc.uniqueArray(edge, { maxLength: 90, size: 'max', selector: ([from, to]) => `${from}-${to}` });
    const cost = fc.constantFrom('weight' as const, 'links' as const);
    await fc.assert(
      fc.asyncProperty(edges, fc.integer({ min: 1, max: 6 }), cost, async (drawn, maxLinks, by) => {
        const { service } = await graph(drawn);
        for (const to of [1, 7, 14]) {
          const query = path(0, to, { maxLinks, cost: by });
          const found = await service.shortestPath(NS, query, 'empty');
          expect(found?.cost ?? Infinity).toBe(leastCost(drawn, query));
          if (!found) continue;
          expect(found.nodes).toEqual([
            '0',
            ...found.steps.map(({ other, at }, n) => (found.nodes[n] === at ? other : at)),
          ]);
          expect(new Set(found.nodes).size).toBe(found.nodes.length);
          expect(found.steps.length).toBeLessThanOrEqual(maxLinks);
        }
      }),
      { numRuns: 30 },
    );
  });

  it('is found although the links of a node are only read a few at a time', async () => {
    const hub: Edge[] = Array.from({ length: 200 }, (_, n) => [0, n + 100, 1]);
    const { service } = await graph([...hub, [0, 2, 5], [150, 2, 9]]);
    expect(await service.shortestPath(NS, path(0, 2), 'refuse')).toMatchObject({ nodes: ['0', '2'], cost: 5 });
  });

  it('follows one type only, when asked to, and never goes against a link', async () => {
    const { service } = await graph([
      [1, 2, 1, 'a'],
      [2, 3, 1, 'b'],
    ]);
    expect(await service.shortestPath(NS, path(1, 3), 'refuse')).toMatchObject({ nodes: ['1', '2', '3'] });
    expect(await service.shortestPath(NS, path(1, 3, { type: 'a' }), 'refuse')).toBeUndefined();
    expect(await service.shortestPath(NS, path(3, 1), 'refuse')).toBeUndefined();
  });

  it('ends in circles too, and goes round what has expired', async () => {
    const { service, links } = await graph([
      [1, 2, 0],
      [2, 1, 0],
      [2, 3, 1],
      [1, 4, 5],
      [4, 3, 5],
    ]);
    expect(await service.shortestPath(NS, path(1, 3), 'refuse')).toMatchObject({ nodes: ['1', '2', '3'] });
    links.expired.add('2');
    expect(await service.shortestPath(NS, path(1, 3), 'refuse')).toMatchObject({ nodes: ['1', '4', '3'], cost: 10 });
    links.expired.add('3');
    await expect(service.shortestPath(NS, path(1, 3), 'refuse')).rejects.toMatchObject({ key: '3' });
  });

  it('from a memory to itself is that memory', async () => {
    const { service } = await graph([]);
    expect(await service.shortestPath(NS, path(1, 1), 'refuse')).toEqual({ nodes: ['1'], steps: [], cost: 0 });
    expect(await service.shortestPath(NS, path(4000, 4000), 'empty')).toBeUndefined();
  });

  it('is given up with a clear error when too many nodes would have to be looked at', async () => {
    const wide: Edge[] = Array.from({ length: 60 }, (_, n) => [Math.floor(n / 3), n + 1]);
    const { service } = await graph([...wide, [500, 600]], 20);
    await expect(service.shortestPath(NS, path(500, 0), 'empty')).resolves.toBeUndefined();
    const far = await graph([...wide, ...Array.from({ length: 60 }, (_, n): Edge => [200 + n, 900])], 20);
    await expect(far.service.shortestPath(NS, path(0, 900), 'empty')).rejects.toMatchObject({
      code: 'graph_limit_exceeded',
    });
    const long = path(0, 900, { maxLinks: 64 });
    await expect(far.service.shortestPath(NS, long, 'empty')).rejects.toMatchObject({ code: 'graph_limit_exceeded' });
  });

  it('of fewest links is found however many there may be', async () => {
    const chain: Edge[] = Array.from({ length: 20 }, (_, n) => [n, n + 1, 0]);
    const { service } = await graph([...chain, [0, 2, 9], [2, 6, 9]]);
    const cost = (to: number, maxLinks: number) =>
      service.shortestPath(NS, path(0, to, { maxLinks, cost: 'links' }), 'empty');
    expect(await cost(6, 64)).toMatchObject({ nodes: ['0', '2', '6'], cost: 2 });
    expect(await cost(9, 64)).toMatchObject({ cost: 5 });
    expect((await cost(20, 64))?.cost).toBe(16);
    expect(await cost(20, 15)).toBeUndefined();
    expect(await cost(20, 6)).toBeUndefined();
  });

  it.each([0, 65, 1.5, NaN])('refuses %d as its length', async (maxLinks) => {
    const { service } = await graph([]);
    await expect(service.shortestPath(NS, path(1, 2, { maxLinks }), 'empty')).rejects.toMatchObject({
      field: 'max_depth',
    });
  });

  it('says which end is missing, or nothing', async () => {
    const { service } = await graph([[1, 2]]);
    await expect(service.shortestPath(NS, path(1, 7000), 'refuse')).rejects.toMatchObject({ key: '7000' });
    expect(await service.shortestPath(NS, path(1, 7000), 'empty')).toBeUndefined();
  });
});

describe('the neighbours', () => {
  const EDGES: readonly Edge[] = [
    [1, 2, 1, 'a'],
    [1, 3, 1, 'b'],
    [1, 2, 1, 'c'],
    [2, 4],
    [3, 4],
    [4, 1],
    [4, 5],
  ];
  const ask = async (more: object, unknown: 'refuse' | 'empty' = 'refuse', maxVisited?: number) => {
    const { service } = await graph(EDGES, maxVisited);
    const query = { of: [1], direction: 'out', hops: 1, order: 'oldest', ...more } as const;
    return (await service.neighbours(NS, query, unknown)).map(({ key, hops }) => `${key}@${hops}`);
  };

  it('are those of direct links, each link by itself, in the order asked', async () => {
    expect(await ask({})).toEqual(['2@1', '3@1', '2@1']);
    expect(await ask({ order: 'newest', limit: 2 })).toEqual(['2@1', '3@1']);
    expect(await ask({ type: 'b' })).toEqual(['3@1']);
  });

  it('can be those that links come from, or both', async () => {
    expect(await ask({ direction: 'in' })).toEqual(['4@1']);
    expect(await ask({ direction: 'both' })).toEqual(['2@1', '3@1', '2@1', '4@1']);
  });

  it('further away come once, level by level, and a page at a time', async () => {
    expect(await ask({ hops: 2 })).toEqual(['2@1', '3@1', '2@1', '4@2']);
    expect(await ask({ hops: 6 })).toEqual(['2@1', '3@1', '2@1', '4@2', '5@3']);
    expect(await ask({ hops: 6, limit: 2, offset: 2 })).toEqual(['2@1', '4@2']);
    expect(await ask({ hops: 2, limit: 1 })).toEqual(['2@1']);
  });

  it('of nothing are refused or none', async () => {
    await expect(ask({ of: [5000] })).rejects.toMatchObject({ key: '5000' });
    expect(await ask({ of: [5000] }, 'empty')).toEqual([]);
    expect(await ask({ of: [900] })).toEqual([]);
  });

  it('are given up with a clear error when too many links would have to be looked at', async () => {
    await expect(ask({ hops: 6 }, 'refuse', 3)).rejects.toMatchObject({ code: 'graph_limit_exceeded' });
    expect(await ask({ hops: 6, limit: 3 }, 'refuse', 3)).toHaveLength(3);
  });

  it.each([0, 7, 1.5])('refuse %d as how far', async (hops) => {
    await expect(ask({ hops })).rejects.toMatchObject({ field: 'k_hop' });
  });
});

describe('a link', () => {
  const link = { from: [1], to: [2], type: 'related', weight: 1 };

  it.each<[string, object]>([
    ['to', { to: [1] }],
    ['to', { to: [NaN] }],
    ['from', { from: [] }],
    ['weight', { weight: NaN }],
    ['weight', { weight: -0.1 }],
    ['weight', { weight: Infinity }],
    ['type', { type: '' }],
    ['type', { type: 'x'.repeat(129) }],
    ['type', { type: 'a\u0000' }],
    ['metadata.a', { metadata: { a: '\u0000' } }],
    ['metadata', { metadata: { a: 'x'.repeat(20_000) } }],
  ])('is refused for its %s: %j', async (field, wrong) => {
    const { writer, links } = await graph([]);
    await expect(writer.link(NS, { ...link, ...wrong }, 'none')).rejects.toMatchObject({ field });
    expect(links.calls).toEqual([]);
  });

  it.each([
    ['weight_below', { weightBelow: -1 }],
    ['weight_below', { weightBelow: NaN }],
    ['max_degree', { maxDegree: -1 }],
    ['max_degree', { maxDegree: 1.5 }],
  ])('is not pruned by a wrong %s', async (field, bound) => {
    const { writer } = await graph([[1, 2]]);
    await expect(writer.prune(NS, { from: [1], ...bound })).rejects.toMatchObject({ field });
  });

  it('is pruned with all others only when that is said', async () => {
    const { writer, links } = await graph([[1, 2]]);
    await expect(writer.prune(NS, { from: [1], maxDegree: 0 })).rejects.toMatchObject({ field: 'allow_all' });
    expect(links.links).toHaveLength(1);
    expect(await writer.prune(NS, { from: [1], maxDegree: 0, allowsAll: true })).toBe(1);
    expect(await writer.prune(NS, { from: [1] })).toBe(0);
  });
});

it('tells how long each kind of change and question took, lists of links too', async () => {
  const { service, asked } = await graph([[1, 2]]);
  await service.neighbours(NS, { of: [1], direction: 'out', hops: 1, order: 'oldest' }, 'empty');
  await service.shortestPath(NS, path(1, 2), 'empty');
  await service.list(NS, { of: [1], direction: 'out', limit: 5 });
  expect(asked).toEqual(['link', 'neighbours', 'path', 'list']);
});
