import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { topicsOf } from '../text/text-analyzer.js';
import { clustersOf, type Clusterable } from './clusters.js';
import { DEFAULT_CONSOLIDATION, type ClusterRules } from './consolidation-request.js';

const RULES: ClusterRules = DEFAULT_CONSOLIDATION;
const MINUTE = 60_000;

function aMember(key: string, text: string, more: Partial<Clusterable> = {}): Clusterable {
  return { key, createdAtMs: 0, session: null, terms: topicsOf(text), into: undefined, ...more };
}

const grouped = async (
  members: readonly Clusterable[],
  links: readonly (readonly [string, string])[] = [],
  rules: Partial<ClusterRules> = {},
) =>
  (await clustersOf(members, links, { ...RULES, ...rules })).map(({ members: found, by }) => [
    found.map(({ key }) => key).join(''),
    by.join('+'),
  ]);

describe('memories become one', () => {
  it('when their words are similar enough, and not otherwise', async () => {
    const members = [
      aMember('a', 'the kettle boils water'),
      aMember('b', 'the cat sleeps'),
      aMember('c', 'the kettle boils water again'),
      aMember('d', 'a boiling kettle'),
    ];
    expect(await grouped(members)).toEqual([['acd', 'similarity']]);
    expect(await grouped(members, [], { minSimilarity: 0.86 })).toEqual([['ac', 'similarity']]);
    expect(await grouped(members, [], { by: ['links', 'session'] })).toEqual([]);
  });

  it('when they are of one session without a long pause', async () => {
    const at = (minutes: number) => ({ session: 's', createdAtMs: minutes * MINUTE });
    const members = [
      aMember('a', 'one', at(0)),
      aMember('b', 'two', { ...at(1), session: 't' }),
      aMember('c', 'three', at(4)),
      aMember('d', 'four', at(10)),
      aMember('e', 'five', at(15)),
    ];
    expect(await grouped(members)).toEqual([
      ['ac', 'session'],
      ['de', 'session'],
    ]);
    expect(await grouped(members, [], { sessionGapSeconds: 600 })).toEqual([['acde', 'session']]);
  });

  it('when they are linked', async () => {
    const members = ['a', 'b', 'c', 'd'].map((key) => aMember(key, key.repeat(5)));
    const links = [
      ['c', 'a'],
      ['d', 'z'],
    ] as const;
    expect(await grouped(members, links)).toEqual([['ac', 'links']]);
    expect(await grouped(members, links, { by: ['similarity'] })).toEqual([]);
    expect(await grouped(members, links, { minSources: 1, by: ['links'] })).toEqual([
      ['ac', 'links'],
      ['b', ''],
      ['d', ''],
    ]);
  });

  it('up to the most sources, the strongest ties first', async () => {
    const members = [
      aMember('a', 'kettle red'),
      aMember('b', 'kettle red hot'),
      aMember('c', 'kettle red hot'),
      aMember('d', 'kettle'),
    ];
    expect(await grouped(members, [], { maxSources: 2 })).toEqual([
      ['ad', 'similarity'],
      ['bc', 'similarity'],
    ]);
    expect(await grouped(members, [['a', 'c']], { maxSources: 2 })).toEqual([
      ['ac', 'links+similarity'],
      ['bd', 'similarity'],
    ]);
  });

  it('in full clusters where all are alike', async () => {
    const text = Array.from({ length: 32 }, (_, n) => `word${n}`).join(' ');
    const members = Array.from({ length: 500 }, (_, n) => aMember(String(n), text));
    const sizes = (await clustersOf(members, [], { ...RULES, maxSources: 100 })).map(({ members: own }) => own.length);
    expect(sizes).toEqual(Array.from({ length: 5 }, () => 100));
  });

  it('with those they were consolidated with, and never two consolidated memories', async () => {
    const members = [
      aMember('a', 'kettle', { into: 'X' }),
      aMember('b', 'teapot', { into: 'X' }),
      aMember('c', 'kettle', { into: 'Y' }),
      aMember('d', 'teapot'),
      aMember('e', 'alone', { into: 'Z' }),
    ];
    const found = await clustersOf(members, [['a', 'c']], RULES);
    expect(found.map(({ members: own, into }) => [own.map(({ key }) => key).join(''), into])).toEqual([
      ['abd', 'X'],
      ['c', 'Y'],
      ['e', 'Z'],
    ]);
  });

  it('in the same way every time, each in one cluster of an allowed size', async () => {
    const word = fc.constantFrom('kettle', 'teapot', 'water', 'cat', 'room');
    const member = fc.record({
      text: fc.array(word, { maxLength: 4 }),
      session: fc.constantFrom(null, 's', 't'),
      minute: fc.nat(20),
    });
    await fc.assert(
      fc.asyncProperty(
        fc.array(member, { maxLength: 12 }),
        fc.array(fc.tuple(fc.nat(11), fc.nat(11)), { maxLength: 5 }),
        fc.integer({ min: 1, max: 5 }),
        async (drawn, pairs, maxSources) => {
          const members = drawn
            .map(({ text, session, minute }, index) =>
              aMember(String(index), text.join(' '), { session, createdAtMs: minute * MINUTE }),
            )
            .sort((a, b) => a.createdAtMs - b.createdAtMs);
          const links = pairs.map(([from, to]) => [String(from), String(to)] as const);
          const rules = { ...RULES, minSources: 1, maxSources };
          const clusters = await clustersOf(members, links, rules);
          expect(await clustersOf(members, links, rules)).toEqual(clusters);
          expect(clusters.flatMap(({ members: own }) => own).sort(byKey)).toEqual([...members].sort(byKey));
          for (const { members: own } of clusters) {
            expect(own.length).toBeLessThanOrEqual(maxSources);
            expect(own.map(({ createdAtMs }) => createdAtMs)).toEqual(
              own.map(({ createdAtMs }) => createdAtMs).sort((a, b) => a - b),
            );
          }
        },
      ),
    );
  });
});

function byKey(one: Clusterable, other: Clusterable): number {
  return one.key < other.key ? -1 : 1;
}
