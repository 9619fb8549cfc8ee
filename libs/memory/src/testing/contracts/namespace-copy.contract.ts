import { describe, expect, it } from '@jest/globals';
import { LinkService } from '../../links/link.service.js';
import { toCoordinate } from '../../model/coordinate.js';
import type { Namespace } from '../../model/namespace.js';
import { NamespaceCopyService, type CopyOptions } from '../../namespaces/namespace-copy.service.js';
import { NamespaceRemovalService } from '../../namespaces/namespace-removal.service.js';
import { NamespaceCopies, type CopyState } from '../../namespaces/namespace-copies.port.js';
import { toImportedMemory } from '../../portability/transfer/imported-records.js';
import { ExportService } from '../../portability/transfer/export.service.js';
import { SilentTelemetry } from '../../telemetry/telemetry.port.js';
import { aDeletion, aWrite, freshNamespace, nextMillisecond, type TruthHarness } from '../truth-builders.js';
import type { PortabilityAdapters } from './portability.contract.js';

const RULES = {
  limits: { maxDimensions: 16, maxBulkItems: 1000, maxDepth: 20, maxBytes: 200_000 },
  fields: { text: ['text'], session: ['session'], source: [], time: [] },
};
const SMALL: CopyOptions = { batchSize: 2, patienceMs: 0 };

/** Fails at one of its calls, as a process that ends does: what was written by then is not remembered. */
class InterruptedCopies extends NamespaceCopies {
  private calls = 0;

  constructor(
    private readonly inner: NamespaceCopies,
    private readonly failsAt: number,
  ) {
    super();
  }

  find(target: Namespace): Promise<CopyState | undefined> {
    return this.inner.find(target);
  }

  async save(target: Namespace, state: CopyState): Promise<void> {
    this.calls += 1;
    if (this.calls === this.failsAt) throw new Error('interrupted');
    await this.inner.save(target, state);
  }
}

/** What every NamespaceCopies must do, with the adapters that a copy stands on. */
export function describeNamespaceCopyContract(
  adapter: string,
  truth: TruthHarness,
  places: () => Pick<PortabilityAdapters, 'source' | 'target' | 'lock'> & { readonly copies: NamespaceCopies },
): void {
  const copier = (options: CopyOptions = {}, copies = places().copies) => {
    const { source, target, lock } = places();
    const { namespaces: store, importances, lifecycle } = truth();
    const embeddings = { space: 'test', dimension: 3 };
    const moves = { underWay: () => Promise.resolve(undefined) };
    const parts = { source, target, lock, copies, moves, store, importances, policies: lifecycle.policies, embeddings };
    return new NamespaceCopyService(parts, RULES, options);
  };
  const exported = async (namespace: Namespace) => {
    let text = '';
    const running = await new ExportService(places().source).export(namespace, { include: ['history', 'vectors'] });
    for await (const part of running.parts) text += part;
    return text;
  };
  const linker = () => new LinkService(truth().links.writer, new SilentTelemetry(), RULES.limits);
  const linked = (namespace: Namespace, from: number, to: number, weight = 1) =>
    linker().link(namespace, { from: [from], to: [to], type: 'related', weight, metadata: { why: 'so' } }, 'none');
  const write = (namespace: Namespace, ...places: number[]) =>
    truth().writer.write(places.map((place) => aWrite(namespace, { coordinate: [place] })));

  /** Versions, an embedding, an expiry, a deletion that began another life, links. */
  const filled = async () => {
    const namespace = freshNamespace();
    const expiresAt = new Date('2100-01-01T00:00:00.123Z');
    await truth().writer.write([
      aWrite(namespace, { coordinate: [9], payload: { text: 'nine' }, importance: 3, importanceNorm: 0.25 }),
      aWrite(namespace, { coordinate: [5], payload: { text: 'five' }, expiresAt }),
    ]);
    await nextMillisecond();
    await truth().writer.write([aWrite(namespace, { coordinate: [9], payload: { text: 'nine again', b: 1, a: 2 } })]);
    await write(namespace, 1, 2, 3, 4);
    await truth().writer.delete([aDeletion(namespace, '4')]);
    await write(namespace, 4);
    for (const to of [1, 2, 3]) await linked(namespace, 9, to);
    await linked(namespace, 9, 1, 0.25);
    await linked(namespace, 9, 77);
    const embedding = { space: 'test', vector: new Float32Array([0.6, 0, 0.8]) };
    await truth().projection.markIndexed([{ namespace, key: '9', version: 2, embedding }]);
    return namespace;
  };
  const WHOLE = { memories: 6, versions: 1, links: 4, isDone: true };

  describe(`${adapter} as what a copy of a namespace stands on`, () => {
    it('copies versions, times, history, embeddings, links and policy; the source stays as it is', async () => {
      const [source, target] = [await filled(), freshNamespace()];
      const policy = { maxAgeSeconds: 3e9, maxMemories: 100, keepImportanceFrom: 30 };
      await truth().lifecycle.policies.replace(source, policy, crypto.randomUUID());
      const before = await exported(source);
      expect(await copier().copy(source, target)).toEqual(WHOLE);
      expect(await exported(target)).toBe(before);
      expect(await exported(source)).toBe(before);
      expect(await truth().lifecycle.policies.find(target)).toMatchObject(policy);
      expect(await copier().copy(source, target)).toEqual(WHOLE);
    });

    it('copies what was there when the copy began, by as many calls as it takes', async () => {
      const [source, target] = [await filled(), freshNamespace()];
      const before = await exported(source);
      const small = { ...SMALL, patienceMs: 1 };
      let copy = await copier(SMALL).copy(source, target);
      expect(copy).toEqual({ memories: 0, versions: 0, links: 0, isDone: false });
      await write(source, 1, 100);
      await linked(source, 9, 2, 7);
      await linked(source, 1, 3);
      for (let calls = 0; !copy.isDone; calls += 1) {
        expect(calls).toBeLessThan(100);
        copy = await copier(small).copy(source, target);
      }
      expect(copy).toEqual(WHOLE);
      expect(await exported(target)).toBe(before);
    });

    it.each([1, 2, 3, 4, 5])('goes on after an interruption at step %d, and ends with the same', async (failsAt) => {
      const [source, target] = [await filled(), freshNamespace()];
      const before = await exported(source);
      const interrupted = copier({ batchSize: 2 }, new InterruptedCopies(places().copies, failsAt));
      await expect(interrupted.copy(source, target)).rejects.toThrow('interrupted');
      const { memories, links, isDone } = await copier().copy(source, target);
      expect({ memories, links, isDone }).toEqual({ memories: 6, links: 4, isDone: true });
      expect(await exported(target)).toBe(before);
    });

    it('refuses a target that holds something else, and the namespace itself', async () => {
      const [source, other, target] = [await filled(), await filled(), freshNamespace()];
      const error = { code: 'namespace_not_empty', message: expect.stringContaining(other) };
      await expect(copier().copy(source, other)).rejects.toMatchObject(error);
      await expect(copier().copy(source, source)).rejects.toMatchObject({ code: 'invalid_request', field: 'to' });
      await copier().copy(source, target);
      await expect(copier().copy(other, target)).rejects.toMatchObject({ code: 'namespace_not_empty' });
      const bare = freshNamespace();
      await linked(bare, 1, 2);
      await expect(copier().copy(source, bare)).rejects.toMatchObject({ code: 'namespace_not_empty' });
    });

    it('stops where somebody else wrote something meanwhile, and leaves it', async () => {
      const [source, target] = [await filled(), freshNamespace()];
      await copier(SMALL).copy(source, target);
      await truth().writer.write([aWrite(target, { coordinate: [9], payload: { text: 'mine' } })]);
      await expect(copier().copy(source, target)).rejects.toMatchObject({ code: 'import_conflict' });
      const [mine] = await truth().reader.findByKeys(target, ['9'], new Date());
      expect(mine?.payload).toEqual({ text: 'mine' });
    });

    it('begins anew when part of what it copied was deleted meanwhile, and is not deleted while it copies', async () => {
      const [source, target] = [await filled(), freshNamespace()];
      const { lock } = places();
      const clear = { clear: () => Promise.resolve() };
      const removal = new NamespaceRemovalService(
        {
          ...{ store: truth().namespaces, source: truth().projection, lock, vectors: clear, lexical: clear },
          // Indexes never follow here, so what is known of the namespace is not forgotten.
          ...{ pending: { count: () => Promise.resolve(1) }, indexer: { refresh: () => Promise.resolve([]) } },
        },
        { patienceMs: 200 },
      );
      await expect(
        copier({ batchSize: 2 }, new InterruptedCopies(places().copies, 3)).copy(source, target),
      ).rejects.toThrow();
      await lock.hold(target, async () => {
        await expect(removal.remove(target)).rejects.toMatchObject({ code: 'namespace_busy' });
      });
      expect(await removal.remove(target)).toMatchObject({ memories: 3, isDone: false });
      expect(await copier().copy(source, target)).toEqual(WHOLE);
      expect((await truth().catalog.counts(target, new Date())).total).toBe(WHOLE.memories);
    });

    it('waits for the indexes since it was made, however old what it holds is', async () => {
      const [source, target] = [freshNamespace(), freshNamespace()];
      const at = new Date('2001-02-03T04:05:06.789Z');
      const content = {
        type: 'episodic',
        payload: { text: 'old' },
        importance: 1,
        importanceNorm: 0,
        expiresAt: null,
      } as const;
      const old = {
        ...content,
        coordinate: toCoordinate([1], 1, 'coordinate'),
        version: 1,
        createdAt: at,
        updatedAt: at,
        versions: [],
      };
      const imported = toImportedMemory(source, old, { ...RULES, accepts: () => true });
      await places().target.memories(source, [imported], 'fail');
      await copier().copy(source, target);
      for (const namespace of [source, target]) {
        const { pending, oldestPendingSeconds } = await truth().namespaces.facts(namespace, new Date());
        expect([pending, oldestPendingSeconds < 600]).toEqual([1, true]);
        expect((await truth().pending.lag(namespace)).seconds).toBeLessThan(600);
        expect((await truth().reader.findByKeys(namespace, ['1'], new Date()))[0]?.updatedAt).toEqual(at);
      }
      expect(await truth().projection.oldestUnindexedAgeSeconds()).toBeLessThan(600);
    });

    it('forgets a copy when its target is deleted', async () => {
      const [source, target] = [await filled(), freshNamespace()];
      await copier().copy(source, target);
      await truth().namespaces.forgetRest(target);
      expect(await places().copies.find(target)).toBeUndefined();
    });
  });
}
