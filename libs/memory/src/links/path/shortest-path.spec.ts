import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Step } from '../ports/link-reader.port.js';
import { findShortestPath, type PathSearch, type StepSource } from './shortest-path.js';

type Edge = readonly [from: number, to: number, weight: number];

function sourceOf(edges: readonly Edge[]): StepSource & { asked: number } {
  const links = edges.map(([from, to, weight], id) => ({ from: `${from}`, to: `${to}`, weight, id, type: 't' }));
  const source: StepSource & { asked: number } = {
    asked: 0,
    steps: async (direction, from, limit) =>
      from.flatMap(({ key, after }) => {
        const own = links
          .map(({ from: start, to: end, ...rest }): Step => {
            const [at, other] = direction === 'out' ? [start, end] : [end, start];
            return { at, other, ...rest };
          })
          .filter(({ at, weight, id }) => {
            const isBeyond = !after || weight > after.weight || (weight === after.weight && id > after.id);
            return at === key && isBeyond;
          })
          .sort((a, b) => a.weight - b.weight || a.id - b.id)
          .slice(0, limit);
        source.asked += own.length;
        return own;
      }),
    bridges: async ({ from, to }) => {
      const { asked } = source;
      const steps = await source.steps('out', from, Infinity);
      source.asked = asked;
      return steps.filter(({ at, other, weight }) =>
        from.some(({ key, below }) => key === at && weight < below && to.includes(other)),
      );
    },
  };
  return source;
}

/** Bellman and Ford: the least cost of a path with at most `maxHops` links, tried link by link. */
function leastCost(edges: readonly Edge[], { from, to, maxHops, cost }: PathSearch): number {
  let costs = new Map([[from, 0]]);
  for (let hops = 0; hops < maxHops; hops += 1) {
    const next = new Map(costs);
    for (const [start, end, weight] of edges) {
      const there = (costs.get(`${start}`) ?? Infinity) + (cost === 'weight' ? weight : 1);
      if (there < (next.get(`${end}`) ?? Infinity)) next.set(`${end}`, there);
    }
    costs = next;
  }
  return costs.get(to) ?? Infinity;
}

const edges = fc.uniqueArray(fc.tuple(fc.nat(14), fc.nat(14), fc.nat(9)), {
  maxLength: 90,
  size: 'max',
  selector: ([from, to]) => `${from}-${to}`,
});

describe('the shortest path', () => {
  it('is the cheapest of all with few enough links, however few are read at a time', async () => {
    const cost = fc.constantFrom('weight' as const, 'links' as const);
    const few = fc.integer({ min: 1, max: 6 });
    await fc.assert(
      fc.asyncProperty(edges, few, cost, few, async (drawn, maxHops, by, stepsAtOnce) => {
        const real = drawn.filter(([from, to]) => from !== to);
        const common = { maxHops, cost: by, closed: new Set<string>(), maxVisited: 1000, stepsAtOnce };
        for (const to of ['1', '7', '14']) {
          const search: PathSearch = { from: '0', to, ...common, source: sourceOf(real) };
          const found = await findShortestPath(search);
          expect(found?.cost ?? Infinity).toBe(leastCost(real, search));
          if (!found) continue;
          expect([found.nodes[0], found.nodes.at(-1)]).toEqual(['0', to]);
          expect(new Set(found.nodes).size).toBe(found.nodes.length);
          expect(found.steps.length).toBe(found.nodes.length - 1);
          expect(found.steps.length).toBeLessThanOrEqual(maxHops);
          const sum = found.steps.reduce((all, { weight }) => all + (by === 'weight' ? weight : 1), 0);
          expect(sum).toBe(found.cost);
        }
      }),
      { numRuns: 200 },
    );
  });

  it('reads little of a node with very many links', async () => {
    const hub: Edge[] = Array.from({ length: 5000 }, (_, n) => [1, n + 100, 1 + (n % 7)]);
    const source = sourceOf([[0, 1, 1], ...hub, [200, 2, 1]]);
    const search = {
      from: '0',
      to: '2',
      maxHops: 6,
      cost: 'weight',
      closed: new Set<string>(),
      maxVisited: 100,
    } as const;
    expect(await findShortestPath({ ...search, source })).toMatchObject({ nodes: ['0', '1', '200', '2'] });
    expect(source.asked).toBeLessThan(200);
  });
});
