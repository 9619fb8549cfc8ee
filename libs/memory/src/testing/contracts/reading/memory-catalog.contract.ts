import { describe, expect, it } from '@jest/globals';
import type { MemoryFilter, PayloadCondition } from '../../../model/filter.js';
import { checkFilter, FILTER_BOUNDS } from '../../../model/filter-bounds.js';
import type { JsonValue } from '../../../model/json.js';
import { JsonNumber } from '../../../model/json-number.js';
import { parseJson } from '../../../model/parse-json.js';
import {
  aDeletion,
  aWrite,
  freshNamespace,
  nextMillisecond,
  storeInto,
  type TruthHarness,
  type WriteDetails,
} from '../../truth-builders.js';

/** What every MemoryCatalog adapter must do. Call it inside a spec file. */
export function describeMemoryCatalogContract(adapter: string, truth: TruthHarness): void {
  const now = () => new Date();
  const store = storeInto(truth);
  const keysOf = (memories: readonly { readonly key: string }[]) => memories.map(({ key }) => key);

  describe(`${adapter} as a memory catalog`, () => {
    it('pages in creation order', async () => {
      const namespace = await store(...[9, 3, 7, 1, 5].map((x) => ({ coordinate: [x] })));
      await truth().writer.write([aWrite(namespace, { coordinate: [9], payload: { text: 'changed' } })]);
      await truth().writer.delete([aDeletion(namespace, '7')]);
      const first = await truth().catalog.list(namespace, { limit: 2 }, now());
      expect(keysOf(first.memories)).toEqual(['9', '3']);
      const rest = await truth().catalog.list(namespace, { limit: 2, after: first.next }, now());
      expect(keysOf(rest.memories)).toEqual(['1', '5']);
      expect(rest.next).toBeUndefined();
    });

    it('lists a memory that was deleted and stored again where its new life began', async () => {
      const namespace = await store(...[1, 2, 3, 4].map((x) => ({ coordinate: [x] })));
      await truth().writer.delete([aDeletion(namespace, '1')]);
      const first = await truth().catalog.list(namespace, { limit: 2 }, now());
      expect(keysOf(first.memories)).toEqual(['2', '3']);
      await nextMillisecond();
      await truth().writer.write([aWrite(namespace, { coordinate: [1] })]);
      const rest = await truth().catalog.list(namespace, { limit: 5, after: first.next }, now());
      expect(keysOf(rest.memories)).toEqual(['4', '1']);
      const times = [...first.memories, ...rest.memories].map(({ createdAt }) => createdAt.getTime());
      expect(times).toEqual([...times].sort((a, b) => a - b));
    });

    it('pushes filters down: a page is filled from everything that matches', async () => {
      const namespace = await store(
        ...Array.from({ length: 40 }, (_, index): WriteDetails => ({
          type: index % 2 === 0 ? 'episodic' : 'semantic',
          payload: { rank: index, tags: index % 10 === 0 ? ['rare', 'x'] : ['x'], deep: { ['key']: `k${index % 4}` } },
        })),
      );
      const list = async (filter: MemoryFilter, limit = 3) =>
        keysOf((await truth().catalog.list(namespace, { filter, limit }, now())).memories);
      expect(await list({ payload: [{ path: ['tags'], contains: 'rare' }] })).toEqual(['1', '11', '21']);
      expect(await list({ type: 'semantic', payload: [{ path: ['rank'], range: { gte: 30, lt: 34 } }] })).toEqual([
        '32',
        '34',
      ]);
      expect(await list({ payload: [{ path: ['deep', 'key'], anyOf: ['k3', 'k2'] }] })).toEqual(['3', '4', '7']);
      expect(await list({ payload: [{ path: ['deep', 'none'], exists: false }] })).toEqual(['1', '2', '3']);
      expect(await list({ createdBefore: Date.now() - 3_600_000 })).toEqual([]);
      expect(await list({ createdFrom: Date.now() - 3_600_000 }, 1)).toEqual(['1']);
    });

    it('answers the deepest and largest filters that are allowed', async () => {
      const namespace = await store({ coordinate: [1] });
      const { maxChoices, maxConditions, maxDepth } = FILTER_BOUNDS;
      const deep = Array.from({ length: maxDepth }, () => 'k');
      const payload: PayloadCondition[] = [
        { path: deep, range: { gt: 1, gte: 1, lt: 9, lte: 9 } },
        { path: deep.slice(0, -maxConditions), contains: 'x' },
        { path: ['a'], anyOf: Array.from({ length: maxChoices }, (_, index) => index) },
        ...Array.from({ length: maxConditions - 3 }, (_, index) => ({ path: [`k${index}`], equals: index })),
      ];
      const filter: MemoryFilter = { payload };
      expect(() => checkFilter(filter)).not.toThrow();
      expect(await truth().catalog.list(namespace, { filter, limit: 5 }, now())).toEqual({ memories: [] });
    });

    it('filters by numbers as numbers, by all their digits and in any notation', async () => {
      const payloads = [
        '9007199254740992',
        '9007199254740993',
        '9007199254740994.0',
        '1e1000',
        '1.0',
        '1',
        '"1"',
        '-0',
      ];
      const namespace = await store(
        ...payloads.map((text) => ({ payload: { n: parseJson(text) as JsonValue } }) satisfies WriteDetails),
      );
      const path = ['n'];
      const list = async (condition: PayloadCondition) => {
        const filter = { payload: [condition] };
        return keysOf((await truth().catalog.list(namespace, { filter, limit: 20 }, now())).memories);
      };
      const id = new JsonNumber('9007199254740993');
      expect(await list({ path, equals: id })).toEqual(['2']);
      expect(await list({ path, equals: 1 })).toEqual(['5', '6']);
      expect(await list({ path, anyOf: [id, new JsonNumber('1e0'), 0] })).toEqual(['2', '5', '6', '8']);
      expect(await list({ path, range: { gt: id } })).toEqual(['3', '4']);
      expect(await list({ path, range: { gt: 9007199254740992, lt: new JsonNumber('1e999999') } })).toEqual(['2', '3']);
      expect(await list({ path, equals: new JsonNumber('1e1000') })).toEqual(['4']);
    });

    it('refuses nothing that looks like SQL and finds it by value', async () => {
      const nasty = `'; DROP TABLE memories; --`;
      const namespace = await store({ payload: { [nasty]: nasty } }, {});
      const filter: MemoryFilter = { payload: [{ path: [nasty], equals: nasty }] };
      expect(keysOf((await truth().catalog.list(namespace, { filter, limit: 5 }, now())).memories)).toEqual(['1']);
    });

    it('counts live memories by type, of one namespace or of all', async () => {
      const namespace = await store({ type: 'episodic' }, {}, {}, { expiresAt: new Date(Date.now() - 1_000) }, {});
      await truth().writer.delete([aDeletion(namespace, '5')]);
      expect(await truth().catalog.counts(namespace, now())).toEqual({ total: 3, episodic: 1, semantic: 2 });
      const before = await truth().catalog.counts(undefined, now());
      await store({ type: 'episodic' }, {});
      const after = await truth().catalog.counts(undefined, now());
      expect(after).toEqual({ total: before.total + 2, episodic: before.episodic + 1, semantic: before.semantic + 1 });
      expect(await truth().catalog.counts(freshNamespace(), now())).toEqual({ total: 0, episodic: 0, semantic: 0 });
    });
  });
}
