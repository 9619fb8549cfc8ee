import { describe, expect, it } from '@jest/globals';
import { curveOf, type ImportanceBasis } from '../../importance/importance-curve.js';
import { NO_SAMPLES, scaleOf } from '../../importance/importance-scale.js';
import { toNamespace, type Namespace } from '../../model/namespace.js';
import { aWrite, freshNamespace, nextMillisecond, type TruthHarness } from '../truth-builders.js';

const upTo = (count: number) => Array.from({ length: count }, (_, index) => index);

/** What every ImportanceStates adapter must do, with the MemoryWriter that leaves it samples. Call it inside a spec file. */
export function describeImportanceStatesContract(adapter: string, truth: TruthHarness): void {
  const write = async (namespace: Namespace, importances: readonly (number | null)[], from = 0) => {
    const commands = importances.map((importance, index) =>
      aWrite(namespace, { coordinate: [from + index], importance }),
    );
    await truth().writer.write(commands);
  };
  const read = async (namespace: Namespace) => (await truth().importances.read(namespace)).state;

  describe(`${adapter} as the importances of all namespaces`, () => {
    it('knows nothing of a namespace without memories', async () => {
      const namespace = freshNamespace();
      expect(await truth().importances.read(namespace)).toEqual({ state: scaleOf([]).state, isLong: false });
      await truth().importances.count(namespace);
      expect(await read(namespace)).toEqual(scaleOf([]).state);
    });

    it('knows every write in its order as soon as it is committed, one without importance as 1', async () => {
      const namespace = freshNamespace();
      await write(namespace, [5, null, -1.5, 9]);
      await write(namespace, [7, 7]);
      expect(await read(namespace)).toEqual(scaleOf([5, 1, -1.5, 9, 7, 7]).state);
    });

    it('tells namespaces apart that are written together', async () => {
      const [one, other] = [freshNamespace(), freshNamespace()];
      await truth().writer.write([
        aWrite(one, { coordinate: [1], importance: 3 }),
        aWrite(other, { coordinate: [1], importance: 30 }),
        aWrite(one, { coordinate: [2], importance: 4 }),
      ]);
      expect(await read(one)).toEqual(scaleOf([3, 4]).state);
      expect(await read(other)).toEqual(scaleOf([30]).state);
    });

    it('counts each sample once, whoever counts and however often', async () => {
      const namespace = freshNamespace();
      const raws = upTo(150).map((index) => (index * 37) % 101);
      await write(namespace, raws.slice(0, 70));
      await Promise.all(upTo(4).map(() => truth().importances.count(namespace)));
      expect(await read(namespace)).toEqual(scaleOf(raws.slice(0, 70)).state);
      await write(namespace, raws.slice(70), 70);
      await truth().importances.count(namespace);
      await truth().importances.count(namespace);
      expect(await read(namespace)).toEqual(scaleOf(raws).state);
    });

    it('ends with one state when several write and count at once', async () => {
      const namespace = freshNamespace();
      const writers = upTo(5).map(async (writer) => {
        for (const round of upTo(20)) {
          await write(namespace, [writer, round], 1000 * writer + 2 * round);
          if (round % 5 === writer) await truth().importances.count(namespace);
        }
      });
      await Promise.all(writers);
      const before = await read(namespace);
      await truth().importances.count(namespace);
      expect(await read(namespace)).toEqual(before);
      expect({ ...before, recent: [...before.recent].sort((a, b) => a - b) }).toMatchObject({
        count: 200,
        min: 0,
        max: 19,
        recent: upTo(5)
          .flatMap((writer) => upTo(20).flatMap((round) => [writer, round]))
          .sort((a, b) => a - b),
      });
    });

    it('says when so many samples wait that somebody should count them', async () => {
      const namespace = toNamespace(`${freshNamespace()}-long`);
      for (const index of upTo(64)) await write(namespace, [index], index);
      expect((await truth().importances.read(namespace)).isLong).toBe(true);
      await truth().importances.count(namespace);
      expect(await truth().importances.read(namespace)).toEqual({ state: scaleOf(upTo(64)).state, isLong: false });
    });

    /** Writes, and says what was known then. */
    const written = async (namespace: Namespace, batches: readonly (readonly number[])[]) => {
      const told: { readonly at: Date; readonly basis: ImportanceBasis }[] = [];
      for (const [index, batch] of batches.entries()) {
        await write(namespace, batch, 1000 * index);
        await nextMillisecond();
        const { min, max, quantiles } = await read(namespace);
        told.push({ at: new Date(), basis: { min, max, quantiles } });
        await nextMillisecond();
      }
      return told;
    };
    const raws = upTo(90).map((index) => 1 + (index % 10));
    const BATCHES = [[5], [2, 9], [4], raws, [100], raws.map((raw) => raw * raw), [1e9, -1e9], [3]];
    const expectKnown = async (namespace: Namespace, told: Awaited<ReturnType<typeof written>>) => {
      for (const { at, basis } of told) {
        const kept = await truth().importances.asOf(namespace, at);
        const [known, was] = [curveOf(kept ?? NO_SAMPLES), curveOf(basis)];
        expect([known.method, known.parameters]).toEqual([was.method, was.parameters]);
      }
    };

    it('knows how importances compared at any moment, counted or not', async () => {
      const namespace = freshNamespace();
      const early = new Date();
      await nextMillisecond();
      const told = await written(namespace, BATCHES.slice(0, 4));
      await expectKnown(namespace, told);
      await truth().importances.count(namespace);
      await expectKnown(namespace, told);
      told.push(...(await written(namespace, BATCHES.slice(4))));
      await expectKnown(namespace, told);
      await truth().importances.count(namespace);
      await truth().importances.count(namespace);
      await expectKnown(namespace, told);
      expect(await truth().importances.asOf(namespace, early)).toBeUndefined();
    });

    it('gives a namespace of which nothing is known what is known of another one, then and now', async () => {
      const [source, target] = [freshNamespace(), freshNamespace()];
      const told = await written(source, BATCHES.slice(0, 4));
      await truth().importances.count(source);
      told.push(...(await written(source, BATCHES.slice(4))));
      await truth().importances.carry(source, target);
      await truth().importances.carry(source, target);
      expect(await truth().importances.read(target)).toEqual(await truth().importances.read(source));
      await truth().importances.count(target);
      await expectKnown(target, told);
      const other = freshNamespace();
      await write(other, [7]);
      await truth().importances.carry(source, other);
      expect(await read(other)).toEqual(scaleOf([7]).state);
    });

    it('leaves no sample of a write that failed', async () => {
      const namespace = freshNamespace();
      await write(namespace, [1]);
      const refused = truth().writer.write([
        aWrite(namespace, { coordinate: [5], importance: 500 }),
        aWrite(namespace, { coordinate: [0], importance: 500, expectedVersion: 7 }),
      ]);
      await expect(refused).rejects.toThrow();
      expect(await read(namespace)).toEqual(scaleOf([1]).state);
    });
  });
}
