import { describe, expect, it } from '@jest/globals';
import type { MemoryFilter } from '../../model/filter.js';
import type { JsonObject } from '../../model/json.js';
import type { KeywordQuery } from '../../read/memory-reader.port.js';
import { aDeletion, aWrite, freshNamespace, type TruthHarness, type WriteDetails } from '../truth-builders.js';

/** What every MemoryReader adapter must do. Call it inside a spec file. */
export function describeMemoryReaderContract(adapter: string, truth: TruthHarness): void {
  const now = () => new Date();
  const store = async (...memories: WriteDetails[]): Promise<string> => {
    const namespace = freshNamespace();
    await truth().writer.write(
      memories.map((details, index) => aWrite(namespace, { coordinate: [index + 1], ...details })),
    );
    return namespace;
  };
  const keysOf = (memories: readonly { readonly key: string }[]) => memories.map(({ key }) => key);
  const inAnHour = () => new Date(Date.now() + 3_600_000);

  describe(`${adapter} as a memory reader: by identity and by page`, () => {
    it('finds live memories by key and leaves out unknown, deleted and expired ones', async () => {
      const namespace = await store({}, {}, { expiresAt: inAnHour() }, {});
      await truth().writer.delete([aDeletion(namespace, '2')]);
      const found = await truth().reader.findByKeys(namespace, ['1', '2', '3', '404'], now());
      expect(keysOf(found).sort()).toEqual(['1', '3']);
      const later = await truth().reader.findByKeys(namespace, ['1', '3'], new Date(Date.now() + 7_200_000));
      expect(keysOf(later)).toEqual(['1']);
      expect(await truth().reader.findByKeys(namespace, [], now())).toEqual([]);
      expect(await truth().reader.findByKeys(freshNamespace(), ['1'], now())).toEqual([]);
    });

    it('outlines the same memories, and leaves nothing out but large payloads', async () => {
      // Random letters: what compresses well is small for the store.
      const large = { text: Array.from({ length: 20_000 }, () => Math.random().toString(36)[2] ?? '').join('') };
      const namespace = await store({ payload: { text: 'small' } }, { payload: large }, {}, { expiresAt: inAnHour() });
      await truth().writer.delete([aDeletion(namespace, '3')]);
      const later = new Date(Date.now() + 7_200_000);
      const asked = ['1', '2', '3', '4', '404'];
      const byKey = <T extends { readonly key: string }>(found: readonly T[]) =>
        [...found].sort((one, other) => one.key.localeCompare(other.key));
      const whole = byKey(await truth().reader.findByKeys(namespace, asked, now()));
      const outlines = byKey(await truth().reader.findOutlines(namespace, asked, now()));
      expect(keysOf(outlines)).toEqual(['1', '2', '4']);
      expect(outlines[1]?.payload).toBeUndefined();
      expect(outlines.map((outline) => ({ ...outline, payload: outline.payload ?? large }))).toEqual(whole);
      expect(keysOf(byKey(await truth().reader.findOutlines(namespace, asked, later)))).toEqual(['1', '2']);
      expect(await truth().reader.findOutlines(namespace, [], now())).toEqual([]);
    });

    it('pages in creation order', async () => {
      const namespace = await store(...[9, 3, 7, 1, 5].map((x) => ({ coordinate: [x] })));
      await truth().writer.write([aWrite(namespace, { coordinate: [9], payload: { text: 'changed' } })]);
      await truth().writer.delete([aDeletion(namespace, '7')]);
      const first = await truth().reader.list(namespace, { limit: 2 }, now());
      expect(keysOf(first)).toEqual(['9', '3']);
      const rest = await truth().reader.list(namespace, { limit: 2, afterId: first.at(-1)?.id }, now());
      expect(keysOf(rest)).toEqual(['1', '5']);
      expect(await truth().reader.list(namespace, { limit: 2, afterId: rest.at(-1)?.id }, now())).toEqual([]);
    });

    it('pushes filters down: a page is filled from everything that matches', async () => {
      const namespace = await store(
        ...Array.from({ length: 40 }, (_, index): WriteDetails => ({
          type: index % 2 === 0 ? 'episodic' : 'semantic',
          payload: { rank: index, tags: index % 10 === 0 ? ['rare', 'x'] : ['x'], deep: { ['key']: `k${index % 4}` } },
        })),
      );
      const list = async (filter: MemoryFilter, limit = 3) =>
        keysOf(await truth().reader.list(namespace, { filter, limit }, now()));
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

    it('refuses nothing that looks like SQL and finds it by value', async () => {
      const nasty = `'; DROP TABLE memories; --`;
      const namespace = await store({ payload: { [nasty]: nasty } }, {});
      const filter: MemoryFilter = { payload: [{ path: [nasty], equals: nasty }] };
      expect(keysOf(await truth().reader.list(namespace, { filter, limit: 5 }, now()))).toEqual(['1']);
    });
  });

  describe(`${adapter} as a memory reader: by place`, () => {
    it('gives the coordinates inside a box, bounds included, in creation order', async () => {
      const namespace = await store(
        ...[
          [3, 3],
          [0, 0],
          [1, 2],
          [5, 5],
          [1, 9],
        ].map((coordinate) => ({ coordinate })),
      );
      const coordinates = await truth().reader.range(namespace, { min: [0, 0], max: [3, 3] }, now());
      expect(coordinates).toEqual([
        [3, 3],
        [0, 0],
        [1, 2],
      ]);
    });

    it('compares only the leading dimensions that both have', async () => {
      const namespace = await store({ coordinate: [1] }, { coordinate: [1, 50] }, { coordinate: [9, 1, 1] });
      expect(await truth().reader.range(namespace, { min: [0, 0], max: [5, 10] }, now())).toEqual([[1]]);
      expect(await truth().reader.range(namespace, { min: [0], max: [5] }, now())).toEqual([[1], [1, 50]]);
      expect(await truth().reader.range(namespace, { min: [0, 0], max: [9] }, now())).toHaveLength(3);
    });

    it('can ask for one type', async () => {
      const namespace = await store({ type: 'episodic' }, { type: 'semantic' });
      expect(await truth().reader.range(namespace, { min: [0], max: [9], type: 'episodic' }, now())).toEqual([[1]]);
    });
  });

  describe(`${adapter} as a memory reader: by keyword`, () => {
    const search = async (
      payloads: readonly JsonObject[],
      query: Partial<KeywordQuery> & { readonly term: string },
    ) => {
      const namespace = await store(...payloads.map((payload) => ({ payload })));
      const found = await truth().reader.keywordSearch(
        namespace,
        { exact: false, caseSensitive: false, limit: 10, ...query },
        now(),
      );
      return keysOf(found).map((key) => Number(key) - 1);
    };

    it('finds a term inside any string at any depth, newest first', async () => {
      const payloads: JsonObject[] = [
        { a: { b: [{ c: 'the Needle here' }] } },
        { needle: 'only a key' },
        { a: 'NEEDLEwork' },
        { a: 1 },
      ];
      expect(await search(payloads, { term: 'needle' })).toEqual([2, 0]);
      expect(await search(payloads, { term: 'Needle', caseSensitive: true })).toEqual([0]);
      expect(await search(payloads, { term: 'needle', limit: 1 })).toEqual([2]);
    });

    it('with `exact` wants a whole string field', async () => {
      const payloads = [{ a: 'apple' }, { a: 'apple pie' }, { a: ['x', 'APPLE'] }];
      expect(await search(payloads, { term: 'apple', exact: true })).toEqual([2, 0]);
      expect(await search(payloads, { term: 'apple', exact: true, caseSensitive: true })).toEqual([0]);
    });

    it('takes every character literally', async () => {
      const texts = [
        '100%',
        '100 percent',
        'a_b',
        'axb',
        'back\\slash',
        'say "hi"',
        'line\nbreak',
        'tab\there',
        '{"a":1}',
        '\u0001',
      ];
      const payloads = texts.map((text) => ({ text }));
      for (const [index, text] of texts.entries()) {
        if (text === '100 percent' || text === 'axb') continue;
        for (const caseSensitive of [true, false]) {
          expect(await search(payloads, { term: text, caseSensitive })).toEqual([index]);
          expect(await search(payloads, { term: text, caseSensitive, exact: true })).toEqual([index]);
        }
      }
      expect(await search([{ a: 'line\nbreak' }, { a: 'x' }], { term: 'n' })).toEqual([0]);
      expect(await search([{ a: 'tab\there' }], { term: 'nothere' })).toEqual([]);
      expect(await search([{ a: 1, b: true, c: null }], { term: '1' })).toEqual([]);
    });

    it('ignores case in every script when asked to', async () => {
      expect(await search([{ a: 'GRÜSSE aus Köln' }, { a: 'grusse' }], { term: 'grüsse' })).toEqual([0]);
      expect(await search([{ a: 'ПРИВЕТ' }], { term: 'привет', exact: true })).toEqual([0]);
      expect(await search([{ a: 'ΟΔΟΣ' }], { term: 'οδος' })).toEqual([0]);
      expect(await search([{ a: '5 \u212a' }, { a: '5 k' }], { term: '5 K' })).toEqual([1, 0]);
      expect(await search([{ a: '\u{1F600} smile' }], { term: '\u{1F600} SMILE' })).toEqual([0]);
    });

    it('can ask for one type and goes on past what only looks alike', async () => {
      const namespace = await store(
        { payload: { text: 'target' }, type: 'episodic' },
        { payload: { text: 'target' } },
        ...Array.from({ length: 450 }, (): WriteDetails => ({ payload: { target: 'a key' }, type: 'episodic' })),
      );
      const query: KeywordQuery = { term: 'target', exact: false, caseSensitive: false, limit: 5, type: 'episodic' };
      expect(keysOf(await truth().reader.keywordSearch(namespace, query, now()))).toEqual(['1']);
    });
  });

  describe(`${adapter} as a memory reader: figures`, () => {
    it('counts live memories by type, of one namespace or of all', async () => {
      const namespace = await store({ type: 'episodic' }, {}, {}, { expiresAt: new Date(Date.now() - 1_000) }, {});
      await truth().writer.delete([aDeletion(namespace, '5')]);
      expect(await truth().reader.counts(namespace, now())).toEqual({ total: 3, episodic: 1, semantic: 2 });
      const before = await truth().reader.counts(undefined, now());
      await store({ type: 'episodic' }, {});
      const after = await truth().reader.counts(undefined, now());
      expect(after).toEqual({ total: before.total + 2, episodic: before.episodic + 1, semantic: before.semantic + 1 });
      expect(await truth().reader.counts(freshNamespace(), now())).toEqual({ total: 0, episodic: 0, semantic: 0 });
    });

    it('notes accesses without a new version', async () => {
      const namespace = await store({}, {});
      const at = new Date(Date.UTC(2030, 0, 1));
      await truth().reader.touch(namespace, ['1', '404'], at);
      await truth().reader.touch(namespace, ['1', '2'], new Date(at.getTime() - 5_000));
      await truth().reader.touch(namespace, [], at);
      const [one] = await truth().reader.findByKeys(namespace, ['1'], now());
      const [two] = await truth().reader.findByKeys(namespace, ['2'], now());
      expect(one).toMatchObject({ accessCount: 2, lastAccessedAt: at, version: 1 });
      expect(two).toMatchObject({ accessCount: 1, lastAccessedAt: new Date(at.getTime() - 5_000), version: 1 });
    });

    it('gives the newest raw importances, newest last', async () => {
      const namespace = await store(...[5, null, -1.5, 9].map((importance) => ({ importance })));
      expect(await truth().reader.recentImportances(namespace, 10)).toEqual([5, -1.5, 9]);
      expect(await truth().reader.recentImportances(namespace, 2)).toEqual([-1.5, 9]);
    });
  });
}
