import { describe, expect, it } from '@jest/globals';
import type { MemorySelection, SelectionQuery } from '../../../read/memory-selection.port.js';
import type { Namespace } from '../../../model/namespace.js';
import {
  aDeletion,
  aWrite,
  freshNamespace,
  nextMillisecond,
  type TruthHarness,
  type WriteDetails,
} from '../../truth-builders.js';

const DRAWS = 400;
const DRAWN = 5;
const MEMORIES = 20;
/** Six standard deviations of how often one of them is drawn. */
const TOLERANCE = 6 * Math.sqrt(DRAWS * (DRAWN / MEMORIES) * (1 - DRAWN / MEMORIES));

const NOON = Date.UTC(2024, 0, 1, 12);

/** What every MemorySelection adapter must do. Call it inside a spec file. */
export function describeMemorySelectionContract(
  adapter: string,
  truth: TruthHarness,
  selection: () => MemorySelection,
): void {
  type Way = 'recent' | 'important' | 'sample';
  const keys = async (way: Way, namespace: Namespace, query: Partial<SelectionQuery> = {}, now = new Date()) =>
    (await selection()[way](namespace, { limit: 100, ...query }, now)).map(({ key }) => key);
  /** Each created at a time of its own. */
  const stored = async (...memories: WriteDetails[]) => {
    const namespace = freshNamespace();
    for (const [index, details] of memories.entries()) {
      await truth().writer.write([aWrite(namespace, { coordinate: [index + 1], ...details })]);
      await nextMillisecond();
    }
    return namespace;
  };

  describe(`${adapter} as a selection of memories`, () => {
    it('gives the recent ones, newest first', async () => {
      const namespace = await stored({ type: 'episodic' }, {}, { type: 'episodic' }, {});
      await truth().writer.write([aWrite(namespace, { coordinate: [1], payload: { again: true }, type: 'episodic' })]);
      expect(await keys('recent', namespace)).toEqual(['4', '3', '2', '1']);
      expect(await keys('recent', namespace, { limit: 2 })).toEqual(['4', '3']);
      expect(await keys('recent', namespace, { type: 'episodic' })).toEqual(['3', '1']);
      expect(await keys('recent', namespace, { type: 'semantic', limit: 1 })).toEqual(['4']);
      expect(await keys('recent', freshNamespace())).toEqual([]);
    });

    it('gives the important ones, those without importance as 0, and the older first of two as important', async () => {
      const namespace = await stored(
        { importance: 1 },
        { importance: -1, type: 'episodic' },
        {},
        { importance: 5, type: 'episodic' },
        { importance: 5 },
        { importance: 0, type: 'episodic' },
      );
      expect(await keys('important', namespace)).toEqual(['4', '5', '1', '3', '6', '2']);
      expect(await keys('important', namespace, { limit: 3 })).toEqual(['4', '5', '1']);
      expect(await keys('important', namespace, { type: 'episodic' })).toEqual(['4', '6', '2']);
      const [memory] = await selection().important(namespace, { limit: 1 }, new Date());
      expect(memory).toEqual((await truth().reader.findByKeys(namespace, ['4'], new Date()))[0]);
    });

    it('leaves out what was deleted, has expired, or is elsewhere', async () => {
      const soon = new Date(Date.now() + 3_600_000);
      const namespace = await stored({}, { expiresAt: soon }, {}, {});
      await stored({ importance: 9 });
      await truth().writer.delete([aDeletion(namespace, '3')]);
      const later = new Date(soon.getTime() + 1);
      for (const way of ['recent', 'important', 'sample'] as const) {
        expect((await keys(way, namespace)).sort()).toEqual(['1', '2', '4']);
        expect((await keys(way, namespace, {}, later)).sort()).toEqual(['1', '4']);
      }
    });

    it('selects only what holds at the time asked for, however few that are', async () => {
      const [began, over] = [
        { fromMs: NOON, toMs: null },
        { fromMs: null, toMs: NOON },
      ];
      const rest = { supersedes: [], supersededBy: {}, supersededAtMs: null };
      const namespace = await stored(
        ...Array.from({ length: 12 }, () => ({ validity: { ...over, ...rest } })),
        { type: 'episodic' },
        { validity: { ...began, ...rest, supersedes: ['13'] } },
        { validity: { ...began, ...rest } },
      );
      const before = { atMs: NOON - 1, withSuperseded: false };
      const [after, all] = [
        { ...before, atMs: NOON },
        { atMs: NOON, withSuperseded: true },
      ];
      for (const way of ['recent', 'important', 'sample'] as const) {
        expect((await keys(way, namespace, { valid: after })).sort()).toEqual(['14', '15']);
        expect((await keys(way, namespace, { valid: all })).sort()).toEqual(['13', '14', '15']);
        expect(await keys(way, namespace, { valid: before })).toHaveLength(13);
        expect(await keys(way, namespace)).toHaveLength(15);
        expect(await keys(way, namespace, { valid: after, type: 'episodic' })).toEqual([]);
        for (let draw = 0; draw < 5; draw += 1) {
          expect(['14', '15']).toContain((await keys(way, namespace, { valid: after, limit: 1 }))[0]);
        }
      }
    });

    it('draws samples of a type without repetition, and all when there are fewer', async () => {
      const namespace = await stored(
        ...Array.from({ length: 8 }, (_, n) => ({ type: n % 2 ? 'semantic' : 'episodic' }) as const),
      );
      expect((await keys('sample', namespace)).sort()).toEqual(['1', '2', '3', '4', '5', '6', '7', '8']);
      expect((await keys('sample', namespace, { type: 'episodic' })).sort()).toEqual(['1', '3', '5', '7']);
      const drawn = await keys('sample', namespace, { limit: 6 });
      expect(new Set(drawn).size).toBe(6);
      expect(await keys('sample', freshNamespace())).toEqual([]);
    });

    it('draws each as often as any other, in any order', async () => {
      const namespace = await stored(
        ...Array.from({ length: MEMORIES }, (_, n) => ({ payload: { n, filler: 'x'.repeat(n * 100) } })),
      );
      const counts = new Map<string, number>();
      const first = new Map<string, number>();
      for (let draw = 0; draw < DRAWS; draw += 1) {
        const drawn = await keys('sample', namespace, { limit: DRAWN });
        expect(new Set(drawn).size).toBe(DRAWN);
        for (const key of drawn) counts.set(key, (counts.get(key) ?? 0) + 1);
        first.set(drawn[0] ?? '', (first.get(drawn[0] ?? '') ?? 0) + 1);
      }
      expect(counts.size).toBe(MEMORIES);
      for (const count of counts.values()) {
        expect(Math.abs(count - (DRAWS * DRAWN) / MEMORIES)).toBeLessThan(TOLERANCE);
      }
      expect(Math.max(...first.values())).toBeLessThan(DRAWS / MEMORIES + TOLERANCE);
    });
  });
}
