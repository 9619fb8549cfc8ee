import { randomUUID } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { stringifyJson } from '../../model/json-number.js';
import type { JsonObject } from '../../model/json.js';
import { parseJson } from '../../model/parse-json.js';
import type { Namespace } from '../../model/namespace.js';
import { SilentTelemetry } from '../../telemetry/telemetry.port.js';
import { GraphService } from '../../links/graph.service.js';
import type { TouchingQuery } from '../../links/ports/link-reader.port.js';
import type { LinkCommand, RequiredEnds } from '../../links/ports/link-writer.port.js';
import { InMemoryLinks } from '../in-memory-links.js';
import { seededRandom } from '../seeded-random.js';
import {
  aDeletion,
  aForeignDelete,
  aLink,
  aWrite,
  drainAll,
  freshNamespace,
  storeInto,
  type LedgerAccess,
  type TruthHarness,
} from '../truth-builders.js';

/** What every pair of LinkWriter and LinkReader must do. Call it inside a spec file. */
export function describeLinksContract(adapter: string, truth: TruthHarness, ledger: () => LedgerAccess): void {
  const links = () => truth().links;
  const link = (command: LinkCommand, required: RequiredEnds = 'both') => links().writer.link(command, required);
  const touching = async (namespace: Namespace, key: string, query: Partial<TouchingQuery> = {}) => {
    const asked: TouchingQuery = { direction: 'out', order: 'oldest', now: new Date(), limit: 100, ...query };
    return (await links().reader.touching(namespace, [key], asked)).map((one) => one.link);
  };
  const shown = async (namespace: Namespace, key: string, query: Partial<TouchingQuery> = {}) =>
    (await touching(namespace, key, query)).map(({ from, to, type }) => `${from.key}-${type}-${to.key}`);
  const inAnHour = () => new Date(Date.now() + 3_600_000);
  const aMinuteAgo = () => new Date(Date.now() - 60_000);
  const store = storeInto(truth);
  /** Of every namespace: other suites count what is left. */
  const sweep = async () => {
    while ((await truth().expired.remove(Array.from({ length: 100 }, () => randomUUID()))).length > 0);
  };
  const relations = async (namespace: Namespace) =>
    (await ledger().rows(namespace)).filter(({ type }) => type === 'linked' || type === 'unlinked');

  describe(`${adapter} as the place of links`, () => {
    it('makes a link, changes it, and leaves one alone that is as it is to be', async () => {
      const namespace = await store({}, {});
      expect(await link(aLink({ namespace, from: 1, to: 2 }, { metadata: { why: 'x' } }))).toEqual({
        version: 1,
        created: true,
        changed: true,
      });
      const [made] = await touching(namespace, '1');
      expect(made).toMatchObject({
        namespace,
        from: { key: '1', coordinate: [1] },
        to: { key: '2', coordinate: [2] },
        type: 'related',
        weight: 1,
        metadata: { why: 'x' },
        version: 1,
      });
      const same = { version: 1, created: false, changed: false };
      expect(await link(aLink({ namespace, from: 1, to: 2 }, { metadata: { why: 'x' } }))).toEqual(same);
      const changed = { version: 2, created: false, changed: true };
      expect(await link(aLink({ namespace, from: 1, to: 2 }, { weight: 0.5 }))).toEqual(changed);
      expect(await link(aLink({ namespace, from: 1, to: 2 }, { type: 'other' }))).toMatchObject({ created: true });
      expect(await touching(namespace, '1')).toMatchObject([
        { id: made?.id, weight: 0.5, metadata: {}, version: 2, createdAt: made?.createdAt },
        { type: 'other', version: 1 },
      ]);
    });

    it('says whether a namespace has links, whatever others have', async () => {
      const namespace = await store({}, {});
      const other = await store({}, {});
      await link(aLink({ namespace: other, from: 1, to: 2 }));
      const known = async () => [
        await links().reader.exists(namespace),
        await links().reader.exists(other),
        await links().reader.exists(freshNamespace()),
      ];
      expect(await known()).toEqual([false, true, false]);
      await link(aLink({ namespace, from: 1, to: 2 }));
      await links().writer.unlink({ namespace: other, fromKey: '1', toKey: '2' });
      expect(await known()).toEqual([true, false, false]);
    });

    it('tells of each change once, in ledger and outbox, with all that the link is made of', async () => {
      const namespace = await store({}, {});
      await drainAll(truth().outbox);
      const [first, second] = [randomUUID(), randomUUID()];
      await link(aLink({ namespace, from: 1, to: 2 }, { eventId: first, metadata: { a: 1 } }));
      await link(aLink({ namespace, from: 1, to: 2 }, { metadata: { a: 1 } }));
      await link(aLink({ namespace, from: 1, to: 2 }, { eventId: second, weight: 3 }));
      await links().writer.unlink({ namespace, fromKey: '1', toKey: '2' });
      const rows = await relations(namespace);
      const facts = { from: [1], to: [2], link_type: 'related', from_life: 1, to_life: 1 };
      expect(rows).toMatchObject([
        { id: first, type: 'linked', key: '1', version: null, payload: { ...facts, version: 1, metadata: { a: 1 } } },
        { id: second, type: 'linked', key: '1', version: null, payload: { ...facts, version: 2, weight: 3 } },
        { type: 'unlinked', key: '1', version: null, payload: { ...facts, version: 2 } },
      ]);
      const events = (await drainAll(truth().outbox)).filter(({ event }) => event.namespace === namespace);
      expect(events.map(({ event: { id, type, payload } }) => ({ id, type, payload }))).toEqual(
        rows.map(({ id, type, payload }) => ({ id, type, payload })),
      );
      expect(events.map(({ key, version }) => ({ key, version }))).toEqual(Array(3).fill({ key: '1' }));
    });

    it('keeps metadata as it was written, in the link and in its event', async () => {
      const namespace = await store({}, {});
      await drainAll(truth().outbox);
      const metadata = parseJson('{"id":9007199254740993,"x":1.0,"big":6.02e23,"n":{"d":[1e400]}}') as JsonObject;
      await link(aLink({ namespace, from: 1, to: 2 }, { metadata }));
      const [kept] = await touching(namespace, '1');
      expect(stringifyJson(kept?.metadata ?? null)).toBe(stringifyJson(metadata));
      expect(await link(aLink({ namespace, from: 1, to: 2 }, { metadata }))).toMatchObject({ changed: false });
      const [told] = (await drainAll(truth().outbox)).filter(({ event }) => event.namespace === namespace);
      expect(stringifyJson(told?.event.payload ?? null)).toContain(stringifyJson(metadata).slice(1, -1));
    });

    it('refuses a link whose required end is missing, and changes nothing', async () => {
      const namespace = await store({}, { expiresAt: aMinuteAgo() });
      for (const [command, required, key] of [
        [aLink({ namespace, from: 1, to: 2 }), 'both', '2'],
        [aLink({ namespace, from: 1, to: 3 }), 'both', '3'],
        [aLink({ namespace, from: 2, to: 1 }), 'from', '2'],
        [aLink({ namespace, from: 3, to: 1 }), 'from', '3'],
      ] as const) {
        await expect(link(command, required)).rejects.toMatchObject({ code: 'memory_not_found', key });
      }
      expect(await relations(namespace)).toEqual([]);
      expect(await link(aLink({ namespace, from: 1, to: 3 }), 'from')).toMatchObject({ created: true });
      expect(await link(aLink({ namespace, from: 7, to: 8 }), 'none')).toMatchObject({ created: true });
      expect(await shown(namespace, '7')).toEqual(['7-related-8']);
      await sweep();
    });

    it('removes links between two coordinates, of one type or of all, and says how many', async () => {
      const namespace = await store({}, {}, {});
      for (const type of ['a', 'b', 'c']) await link(aLink({ namespace, from: 1, to: 2 }, { type }));
      await link(aLink({ namespace, from: 1, to: 3 }));
      const between = { namespace, fromKey: '1', toKey: '2' };
      expect(await links().writer.unlink({ ...between, type: 'b' })).toBe(1);
      expect(await links().writer.unlink({ ...between, type: 'b' })).toBe(0);
      expect(await links().writer.unlink({ ...between, fromKey: '2', toKey: '1' })).toBe(0);
      expect(await links().writer.unlink(between)).toBe(2);
      expect(await shown(namespace, '1')).toEqual(['1-related-3']);
      expect((await relations(namespace)).filter(({ type }) => type === 'unlinked')).toHaveLength(3);
    });

    it('counts links, of one namespace and of all', async () => {
      const [namespace, other] = [await store({}, {}), freshNamespace()];
      await link(aLink({ namespace, from: 1, to: 2 }));
      await link(aLink({ namespace, from: 2, to: 1 }));
      await link(aLink({ namespace: other, from: 2, to: 1 }), 'none');
      expect(await Promise.all([links().reader.count(namespace), links().reader.count(namespace)])).toEqual([2, 2]);
      expect(await links().reader.count(undefined)).toBeGreaterThanOrEqual(3);
    });

    it('prunes by weight, by number and by type, and all only when that is allowed', async () => {
      const namespace = await store({}, {}, {}, {}, {});
      for (const [to, weight] of [
        [2, 0.1],
        [3, 0.9],
        [4, 0.5],
        [5, 0.9],
      ] as const) {
        await link(aLink({ namespace, from: 1, to }, { weight }));
      }
      await link(aLink({ namespace, from: 1, to: 5 }, { type: 'x', weight: 0 }));
      const prune = (bounds: object) =>
        links().writer.prune({ namespace, fromKey: '1', type: 'related', allowsAll: false, ...bounds });
      expect(await prune({ weightBelow: 0.5 })).toEqual({ removed: 1 });
      expect(await prune({ weightBelow: 2 })).toEqual({ removed: 0, refused: 3 });
      expect(await prune({ maxDegree: 1 })).toEqual({ removed: 2 });
      expect(await shown(namespace, '1')).toEqual(['1-related-3', '1-x-5']);
      expect(await prune({ maxDegree: 0, allowsAll: true })).toEqual({ removed: 1 });
      expect(await prune({ maxDegree: 0 })).toEqual({ removed: 0 });
      expect(await links().writer.prune({ namespace, fromKey: '1', allowsAll: true, maxDegree: 0 })).toEqual({
        removed: 1,
      });
      expect((await relations(namespace)).filter(({ type }) => type === 'unlinked')).toHaveLength(5);
    });

    it('gives links a page at a time, either way, in the order they were made', async () => {
      const namespace = await store({}, {}, {});
      for (const [from, to] of [[1, 2], [3, 1], [1, 3], [2, 3]] as const) await link(aLink({ namespace, from, to })); // prettier-ignore
      expect(await shown(namespace, '1', { direction: 'both' })).toEqual(['1-related-2', '3-related-1', '1-related-3']);
      expect(await shown(namespace, '1', { direction: 'both', order: 'newest', limit: 2 })).toEqual([
        '1-related-3',
        '3-related-1',
      ]);
      expect(await shown(namespace, '3', { direction: 'in' })).toEqual(['1-related-3', '2-related-3']);
      expect(await shown(namespace, '3', { direction: 'in', other: '2' })).toEqual(['2-related-3']);
      expect(await shown(namespace, '1', { type: 'none' })).toEqual([]);
      const [first] = await touching(namespace, '1', { limit: 1 });
      expect(await shown(namespace, '1', { after: first?.id ?? 0 })).toEqual(['1-related-3']);
      expect(await shown(namespace, '1', { order: 'newest', after: first?.id ?? 0 })).toEqual([]);
      expect(await shown(freshNamespace(), '1')).toEqual([]);
    });

    it('lets links go with a memory at either end, however it goes, and brings none back', async () => {
      const namespace = await store({}, {}, {}, { expiresAt: inAnHour() }, {});
      const away = {
        deleted: () => truth().writer.delete([aDeletion(namespace, '2')]),
        'deleted by another producer': () => truth().ledger.record([aForeignDelete(namespace, '2')]),
        expired: async () => {
          await truth().writer.write([aWrite(namespace, { coordinate: [2], expiresAt: aMinuteAgo() })]);
          await sweep();
        },
        'expired and written again': async () => {
          await truth().writer.write([aWrite(namespace, { coordinate: [2], expiresAt: aMinuteAgo() })]);
          await truth().writer.write([aWrite(namespace, { coordinate: [2] })]);
        },
      };
      for (const [how, end] of Object.entries(away)) {
        await truth().writer.write([aWrite(namespace, { coordinate: [2] })]);
        await link(aLink({ namespace, from: 1, to: 2 }));
        await link(aLink({ namespace, from: 2, to: 3 }));
        await link(aLink({ namespace, from: 9, to: 2 }), 'none');
        await link(aLink({ namespace, from: 1, to: 3 }, { type: 'stays' }));
        await truth().writer.write([aWrite(namespace, { coordinate: [2], payload: { text: 'as alive as ever' } })]);
        expect(await shown(namespace, '2', { direction: 'both' })).toHaveLength(3);
        await end();
        for (const key of ['2', '1', '3', '9']) {
          expect({ how, key, links: await shown(namespace, key, { direction: 'both' }) }).toEqual({
            how,
            key,
            links: key === '1' || key === '3' ? ['1-stays-3'] : [],
          });
        }
        await truth().writer.write([aWrite(namespace, { coordinate: [2] })]);
        expect({ how, links: await shown(namespace, '2', { direction: 'both' }) }).toEqual({ how, links: [] });
      }
    });

    it('brings none back with a version that is restored, deleted or expired as it was', async () => {
      const namespace = await store({}, {}, { expiresAt: inAnHour() });
      const expire = () => truth().writer.write([aWrite(namespace, { coordinate: [3], expiresAt: aMinuteAgo() })]);
      const revive = (value: number, revives: number) =>
        truth().writer.write([aWrite(namespace, { coordinate: [value], revives, expectedVersion: 0 })]);
      await link(aLink({ namespace, from: 1, to: 2 }));
      await link(aLink({ namespace, from: 3, to: 1 }));
      await truth().writer.delete([aDeletion(namespace, '2')]);
      await expire();
      await link(aLink({ namespace, from: 9, to: 3 }), 'none');
      await revive(2, 2);
      await revive(3, 2);
      expect((await truth().reader.findByKeys(namespace, ['2', '3'], new Date())).map(({ key }) => key)).toEqual([
        '2',
        '3',
      ]);
      expect(await shown(namespace, '1', { direction: 'both' })).toEqual([]);
      expect(await shown(namespace, '3', { direction: 'both' })).toEqual(['9-related-3']);
    });

    it('shows no link of a memory that has expired, and keeps those made of its bare coordinate since', async () => {
      const namespace = await store({}, { expiresAt: inAnHour() }, {});
      await link(aLink({ namespace, from: 1, to: 2 }));
      await truth().writer.write([aWrite(namespace, { coordinate: [2], expiresAt: aMinuteAgo() })]);
      expect(await shown(namespace, '1')).toEqual([]);
      expect(await shown(namespace, '2', { direction: 'in' })).toEqual([]);
      const now = new Date();
      expect([...(await links().reader.ended(namespace, ['1', '2', '3'], now))]).toEqual(['2']);
      expect([...(await links().reader.living(namespace, ['1', '2', '4'], now))]).toEqual(['1']);
      await link(aLink({ namespace, from: 3, to: 2 }), 'none');
      expect(await shown(namespace, '2', { direction: 'in' })).toEqual(['3-related-2']);
      await sweep();
      expect(await shown(namespace, '2', { direction: 'in' })).toEqual(['3-related-2']);
    });

    it('never has a link of a memory that was deleted while it was made', async () => {
      const namespace = freshNamespace();
      for (let round = 0; round < 20; round += 1) {
        await truth().writer.write([1, 2].map((value) => aWrite(namespace, { coordinate: [value] })));
        const [made] = await Promise.allSettled([
          link(aLink({ namespace, from: 1, to: 2 })),
          truth().writer.delete([aDeletion(namespace, '2')]),
        ]);
        expect({ round, left: await shown(namespace, '1'), how: made.status }).toMatchObject({ round, left: [] });
      }
    });

    it('makes one link of many attempts at once', async () => {
      const namespace = await store({}, {});
      const receipts = await Promise.all(
        Array.from({ length: 12 }, (_, n) => link(aLink({ namespace, from: 1, to: 2 }, { weight: n % 2 }))),
      );
      expect(receipts.filter(({ created }) => created)).toHaveLength(1);
      const changes = receipts.filter(({ changed }) => changed).map(({ version }) => version);
      expect([...changes].sort((a, b) => a - b)).toEqual(changes.map((_, n) => n + 1));
      expect(await relations(namespace)).toHaveLength(changes.length);
    });

    it('finds cheapest paths round closed coordinates, and says when more would have to be read', async () => {
      const namespace = freshNamespace();
      const edges = [
        [1, 2, 0],
        [2, 3, 0],
        [3, 2, 0],
        [3, 4, 0.25],
        [1, 4, 0.5],
        [4, 5, 0],
        [1, 5, 3],
      ] as const;
      for (const [from, to, weight] of edges) await link(aLink({ namespace, from, to }, { weight }), 'none');
      await link(aLink({ namespace, from: 1, to: 5 }, { type: 'x', weight: 1 }), 'none');
      const asked = { from: '1', to: '5', maxLinks: 6, cost: 'weight', closed: [], most: 100 } as const;
      const find = async (more: object) => links().reader.cheapestPath(namespace, { ...asked, ...more });
      expect(await find({})).toMatchObject({
        path: {
          nodes: ['1', '2', '3', '4', '5'],
          cost: 0.25,
          steps: [{ at: '1', other: '2', type: 'related', weight: 0 }, {}, { weight: 0.25 }, { at: '4', other: '5' }],
        },
      });
      const nodes = async (more: object) => (await find(more)).path?.nodes.join('-');
      expect(await nodes({ maxLinks: 3 })).toBe('1-4-5');
      expect(await nodes({ maxLinks: 1 })).toBe('1-5');
      expect(await nodes({ closed: ['3'] })).toBe('1-4-5');
      expect(await find({ closed: ['3', '4'] })).toMatchObject({ path: { cost: 1, steps: [{ type: 'x' }] } });
      expect(await find({ closed: ['3', '4'], type: 'related' })).toMatchObject({ path: { cost: 3 } });
      expect(await nodes({ cost: 'links' })).toBe('1-5');
      expect(await find({ from: '5', to: '1' })).toEqual({ looked: 0, isFinal: true });
      expect(await find({ to: '9' })).toEqual({ looked: expect.any(Number), isFinal: true });
      expect((await find({ most: 2 })).looked).toBeGreaterThanOrEqual(2);
    });

    it('finds a path whose weights no number can add up, as one of the largest cost that there is', async () => {
      const namespace = freshNamespace();
      const edges = [
        [1, 2, Number.MAX_VALUE],
        [2, 3, 1.7e308],
        [3, 4, 1],
        [2, 5, 2 ** 970],
        [5, 6, Number.MAX_VALUE],
        ...[7, 8, 9, 10].map((at) => [at, at + 1, 1.7e308] as const),
      ] as const;
      for (const [from, to, weight] of edges) await link(aLink({ namespace, from, to }, { weight }), 'none');
      const graph = new GraphService(links().reader, new SilentTelemetry());
      for (const maxLinks of [6, 60]) {
        const found = async (from: number, to: number) => {
          const path = await graph.shortestPath(
            namespace,
            { from: [from], to: [to], maxLinks, cost: 'weight' },
            'empty',
          );
          return [path?.nodes.join('-'), path?.cost];
        };
        expect(await found(1, 2)).toEqual(['1-2', Number.MAX_VALUE]);
        expect(await found(1, 4)).toEqual(['1-2-3-4', Number.MAX_VALUE]);
        expect(await found(7, 11)).toEqual(['7-8-9-10-11', Number.MAX_VALUE]);
        expect(await found(2, 6)).toEqual(['2-5-6', Number.MAX_VALUE]);
        expect(await found(2, 4)).toEqual(['2-3-4', 1.7e308 + 1]);
      }
    });

    it('answers as a graph in memory does, whatever is asked', async () => {
      const random = seededRandom(7);
      const pick = (most: number) => Math.floor(random() * most);
      const namespace = freshNamespace();
      const model = new InMemoryLinks();
      for (let n = 0; n < 160; n += 1) {
        const [from, to] = [pick(30), pick(pick(30) + 1)];
        const command = aLink({ namespace, from, to }, { weight: pick(6), type: ['a', 'b'][pick(2)] ?? 'a' });
        await link(command, 'none');
        await model.link(command, 'none');
      }
      const graphs = [links().reader, model].map((reader) => new GraphService(reader, new SilentTelemetry()));
      for (let n = 0; n < 60; n += 1) {
        const [from, to] = [[pick(30)], [pick(30)]];
        const type = [{}, { type: 'a' }][pick(2)] ?? {};
        const path = {
          from,
          to,
          maxLinks: 1 + pick(8),
          cost: (['weight', 'links'] as const)[pick(2)] ?? 'weight',
          ...type,
        };
        const around = {
          of: from,
          direction: (['out', 'in', 'both'] as const)[pick(3)] ?? 'out',
          hops: 1 + pick(4),
          order: (['newest', 'oldest'] as const)[pick(2)] ?? 'newest',
          limit: 1 + pick(20),
          offset: pick(3),
          ...type,
        };
        const [real, wanted] = await Promise.all(
          graphs.map(async (graph) => ({
            cost: (await graph.shortestPath(namespace, path, 'empty'))?.cost,
            near: (await graph.neighbours(namespace, around, 'empty')).map(({ key, hops }) => `${key}@${hops}`),
          })),
        );
        if (from[0] !== to[0]) expect({ path, around, ...real }).toEqual({ path, around, ...wanted });
      }
    });
  });
}
