import { describe, expect, it } from '@jest/globals';
import { canonicalJson } from '../../../model/content-hash.js';
import {
  aDeletion,
  aWrite,
  freshNamespace,
  nextMillisecond,
  storeInto,
  type TruthHarness,
} from '../../truth-builders.js';
import { WRITTEN_PAYLOAD } from '../../written-numbers.js';

/** What every MemoryHistory adapter must do. Call it inside a spec file. */
export function describeMemoryHistoryContract(adapter: string, truth: TruthHarness): void {
  const now = () => new Date();
  const store = storeInto(truth);
  const all = { limit: 100 };

  describe(`${adapter} as a history of memories`, () => {
    it('has every version of a coordinate, newest first, as it was sent', async () => {
      const expiresAt = new Date(Date.now() + 3_600_000);
      const namespace = await store({ payload: { n: 1 }, type: 'episodic' });
      await truth().writer.write([
        aWrite(namespace, { coordinate: [1], payload: WRITTEN_PAYLOAD, importance: 7, importanceNorm: 0.5, expiresAt }),
      ]);
      await truth().writer.delete([aDeletion(namespace, '1')]);
      const { versions, standing } = await truth().history.page({ namespace, key: '1' }, all, now());
      expect(versions.map(({ version, kind, type }) => [version, kind, type])).toEqual([
        [3, 'deleted', 'semantic'],
        [2, 'updated', 'semantic'],
        [1, 'created', 'episodic'],
      ]);
      const [deletion, second, first] = versions;
      expect(deletion?.content).toBeNull();
      expect(second?.content).toMatchObject({ importance: 7, importanceNorm: 0.5, expiresAt });
      expect(canonicalJson(second?.content?.payload ?? {})).toBe(canonicalJson(WRITTEN_PAYLOAD));
      expect(first?.content).toMatchObject({ payload: { n: 1 }, importance: null, expiresAt: null });
      expect(first?.content?.contentHash).toMatch(/^[0-9a-f]{64}$/);
      const times = versions.map(({ at }) => at.getTime());
      expect(times).toEqual([...times].sort((a, b) => b - a));
      expect(standing).toEqual({ version: 3, createdVersion: 1, isLive: false });
    });

    it('tells what is there now: a later life, an expired memory, nothing', async () => {
      const namespace = await store({}, { expiresAt: new Date(Date.now() + 3_600_000) });
      await truth().writer.delete([aDeletion(namespace, '1')]);
      await truth().writer.write([aWrite(namespace, { coordinate: [1] })]);
      const of = async (key: string, at = now()) => (await truth().history.page({ namespace, key }, all, at)).standing;
      expect(await of('1')).toEqual({ version: 3, createdVersion: 3, isLive: true });
      expect(await of('2')).toEqual({ version: 1, createdVersion: 1, isLive: true });
      expect(await of('2', new Date(Date.now() + 7_200_000))).toMatchObject({ isLive: false });
      expect(await truth().history.page({ namespace, key: '404' }, all, now())).toEqual({
        versions: [],
        standing: undefined,
      });
      expect(await truth().history.page({ namespace: freshNamespace(), key: '1' }, all, now())).toEqual({
        versions: [],
      });
    });

    it('tells the version that was known at a moment', async () => {
      const namespace = await store({ payload: { n: 1 } });
      await nextMillisecond();
      const between = now();
      await nextMillisecond();
      await truth().writer.delete([aDeletion(namespace, '1')]);
      const place = { namespace, key: '1' };
      const at = async (moment: Date) => (await truth().history.knownAt(place, moment, now())).versions;
      expect(await at(between)).toMatchObject([{ version: 1, content: { payload: { n: 1 } } }]);
      expect(await at(new Date(Date.now() + 1000))).toMatchObject([{ version: 2, kind: 'deleted' }]);
      expect(await at(new Date(0))).toEqual([]);
    });

    it('is read page by page, and by version', async () => {
      const namespace = await store({ payload: { n: 1 } });
      for (const n of [2, 3, 4, 5])
        await truth().writer.write([aWrite(namespace, { coordinate: [1], payload: { n } })]);
      const page = async (before?: number) => {
        const query = { limit: 2, ...(before === undefined ? {} : { before }) };
        const { versions } = await truth().history.page({ namespace, key: '1' }, query, now());
        return versions.map(({ version }) => version);
      };
      expect(await page()).toEqual([5, 4]);
      expect(await page(4)).toEqual([3, 2]);
      expect(await page(2)).toEqual([1]);
      expect(await page(1)).toEqual([]);
      const { versions } = await truth().history.find({ namespace, key: '1' }, [2, 4, 99, 3_000_000_000], now());
      expect(versions.map(({ content }) => content?.payload['n']).sort()).toEqual([2, 4]);
    });
  });
}
