import { describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { LinkService } from '../../links/link.service.js';
import type { Namespace } from '../../model/namespace.js';
import type { NamespaceMoves } from '../../namespaces/namespace-moves.port.js';
import { NamespaceRemovalService } from '../../namespaces/namespace-removal.service.js';
import { NamespaceRenameService, type RenameOptions } from '../../namespaces/namespace-rename.service.js';
import { ExportService } from '../../portability/transfer/export.service.js';
import { SilentTelemetry } from '../../telemetry/telemetry.port.js';
import { aDeletion, aWrite, freshNamespace, nextMillisecond, type TruthHarness } from '../truth-builders.js';
import type { PortabilityAdapters } from './portability.contract.js';

const LIMITS = { maxDimensions: 16, maxBulkItems: 1000, maxDepth: 20, maxBytes: 200_000 };
const STEPS = ['begin', 'copy', 'follow', 'close', 'compare', 'handOver', 'finish'] as const;

/** Fails at one of its steps, before or after it, as a process that ends does. */
function interrupted(moves: NamespaceMoves, failsAt: number, when: 'before' | 'after'): NamespaceMoves {
  let calls = 0;
  return new Proxy(moves, {
    get(target, name) {
      const found: unknown = Reflect.get(target, name);
      if (typeof found !== 'function') return found;
      return async (...given: unknown[]): Promise<unknown> => {
        const isHere = STEPS.some((step) => step === name) && (calls += 1) === failsAt;
        if (isHere && when === 'before') throw new Error('interrupted');
        const result: unknown = await Reflect.apply(found, target, given);
        if (isHere) throw new Error('interrupted');
        return result;
      };
    },
  });
}

/** What every NamespaceMoves must do, with the adapters that a rename stands on. */
export function describeNamespaceMovesContract(
  adapter: string,
  truth: TruthHarness,
  places: () => Pick<PortabilityAdapters, 'source' | 'lock'> & { readonly moves: NamespaceMoves },
): void {
  const renamer = (moves = places().moves, options: RenameOptions = {}) => {
    const { source, lock } = places();
    const { namespaces: store, lifecycle } = truth();
    const pending = { count: () => Promise.resolve(0) };
    const clear = { clear: () => Promise.resolve() };
    const removal = new NamespaceRemovalService({
      ...{ store, pending, lock, vectors: clear, lexical: clear },
      source: truth().projection,
      indexer: { refresh: () => Promise.resolve([]) },
    });
    const parts = { source, lock, moves, store, pending, removal, policies: lifecycle.policies };
    return new NamespaceRenameService(parts, options);
  };
  const exported = async (namespace: Namespace) => {
    let text = '';
    const running = await new ExportService(places().source).export(namespace, { include: ['history', 'vectors'] });
    for await (const part of running.parts) text += part;
    return text;
  };
  const linker = () => new LinkService(truth().links.writer, new SilentTelemetry(), LIMITS);
  const linked = (namespace: Namespace, from: number, to: number, weight = 1) =>
    linker().link(namespace, { from: [from], to: [to], type: 'related', weight, metadata: { why: 'so' } }, 'none');
  const unlinked = (namespace: Namespace, from: number, to: number) =>
    linker().unlink(namespace, { from: [from], to: [to] });
  const write = (namespace: Namespace, place: number, text = `text ${place}`) =>
    truth().writer.write([aWrite(namespace, { coordinate: [place], payload: { text } })]);
  const end = (namespace: Namespace, place: number) => truth().writer.delete([aDeletion(namespace, String(place))]);
  const find = async (namespace: Namespace, place: number) =>
    (await truth().reader.findByKeys(namespace, [String(place)], new Date()))[0];
  const rest = async (namespace: Namespace) => (await truth().namespaces.rest(namespace, new Date())).isInUse;
  const count = async (namespace: Namespace) => (await truth().catalog.counts(namespace, new Date())).total;

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
    for (const place of [1, 2, 3, 4]) await write(namespace, place);
    await end(namespace, 4);
    await write(namespace, 4);
    for (const to of [1, 2, 3]) await linked(namespace, 9, to);
    await linked(namespace, 9, 1, 0.25);
    await linked(namespace, 9, 77);
    const embedding = { space: 'test', vector: new Float32Array([0.6, 0, 0.8]) };
    await truth().projection.markIndexed([{ namespace, key: '9', version: 2, embedding }]);
    return namespace;
  };

  /** Changes of every kind, the same ones each time. */
  const changed = async (namespace: Namespace) => {
    await write(namespace, 1, `again ${randomUUID()}`);
    await write(namespace, 10);
    await end(namespace, 2);
    await end(namespace, 3);
    await write(namespace, 3, 'another life');
    await linked(namespace, 9, 1, 7);
    await linked(namespace, 10, 3);
    await unlinked(namespace, 9, 77);
  };

  const completed = async (source: Namespace, target: Namespace) => {
    const renamed = await renamer().rename(source, target);
    expect(renamed).toMatchObject({ isMoved: true, isDone: true });
    return renamed;
  };

  describe(`${adapter} as what a rename stands on`, () => {
    it('moves versions, times, history, embeddings, links, importances and policy, and leaves nothing', async () => {
      const [source, target] = [await filled(), freshNamespace()];
      const policy = { maxAgeSeconds: 3e9, maxMemories: 100, keepImportanceFrom: 30 };
      await truth().lifecycle.policies.replace(source, policy, randomUUID());
      await truth().importances.count(source);
      const known = (await truth().importances.read(source)).state;
      const before = await exported(source);
      expect(await completed(source, target)).toEqual({ memories: 6, links: 4, isMoved: true, isDone: true });
      expect(await exported(target)).toBe(before);
      expect(await rest(source)).toBe(false);
      expect(known.count).toBeGreaterThan(0);
      expect((await truth().importances.read(target)).state).toEqual(known);
      expect((await truth().importances.read(source)).state.count).toBe(0);
      expect(await truth().lifecycle.policies.find(target)).toMatchObject(policy);
      expect(await truth().lifecycle.policies.find(source)).toBeUndefined();
      expect(await completed(source, target)).toEqual({ memories: 6, links: 4, isMoved: true, isDone: true });
      expect(await exported(target)).toBe(before);
    });

    it('can be taken back, and the versions go on', async () => {
      const [source, target] = [await filled(), freshNamespace()];
      const before = await exported(source);
      await completed(source, target);
      await completed(target, source);
      expect(await count(source)).toBe(6);
      expect(await find(source, 9)).toMatchObject({ payload: { text: 'nine again' }, version: 5 });
      await completed(source, target);
      await completed(target, freshNamespace());
      expect(before).not.toBe('');
    });

    it.each(['before', 'after'] as const)(
      'goes on after an interruption %s any step, with what was written since, and is always readable',
      async (when) => {
        let isInterrupted = true;
        let failsAt = 1;
        for (; isInterrupted; failsAt += 1) {
          const [source, target] = [await filled(), freshNamespace()];
          const stopped = renamer(interrupted(places().moves, failsAt, when)).rename(source, target);
          isInterrupted = await stopped.then(
            () => false,
            (error: Error) => error.message === 'interrupted' || Promise.reject(error),
          );
          const move = await places().moves.find(source);
          const isMoved = move?.phase === 'moved' || move?.phase === 'done';
          expect(await count(isMoved ? target : source)).toBe(6);
          if (!isMoved) await changed(source);
          const before = await exported(isMoved ? target : source);
          await completed(source, target);
          expect(await exported(target)).toBe(before);
          expect(await rest(source)).toBe(false);
        }
        expect(failsAt).toBeGreaterThan(9);
      },
      60_000,
    );

    it('takes every change that was acknowledged along, or refuses it for a moment', async () => {
      const [source, target] = [await filled(), freshNamespace()];
      const acknowledged = new Map<number, string>();
      let isOver = false;
      const writing = [100, 200, 300].map(async (first) => {
        for (let nth = 0; !isOver; nth += 1) {
          const [place, text] = [first + (nth % 20), `written ${nth}`];
          try {
            await write(source, place, text);
            acknowledged.set(place, text);
            if (nth % 5 === 4) {
              await end(source, place);
              acknowledged.delete(place);
            }
          } catch (error) {
            expect(error).toMatchObject({ code: 'namespace_moving', namespace: source, retryAfterSeconds: 1 });
          }
        }
      });
      const { moves } = places();
      const rename = () => renamer(moves, { patienceMs: 20_000 }).rename(source, target);
      // A call may end before all is removed, beside writers that are as fast as this.
      while (!(await rename()).isDone);
      isOver = true;
      await Promise.all(writing);
      expect(acknowledged.size).toBeGreaterThan(20);
      const texts = new Map<number, unknown>();
      for (const place of acknowledged.keys()) {
        texts.set(place, ((await find(source, place)) ?? (await find(target, place)))?.payload['text']);
      }
      expect(texts).toEqual(acknowledged);
    }, 60_000);

    it('refuses every change of a closed source, and takes it again when nobody renames it any more', async () => {
      const [source, target] = [await filled(), freshNamespace()];
      const { moves, lock, source: ledger } = places();
      const refused = { code: 'namespace_moving' };
      await lock.hold(source, async () => {
        let move = await moves.begin(source, target, await ledger.position());
        while (move.phase === 'copying') move = await moves.copy(move);
        await moves.close(move);
        await expect(write(source, 1)).rejects.toMatchObject(refused);
        await expect(write(source, 50)).rejects.toMatchObject(refused);
        await expect(end(source, 1)).rejects.toMatchObject(refused);
        await expect(linked(source, 1, 2)).rejects.toMatchObject(refused);
        await expect(unlinked(source, 9, 1)).rejects.toMatchObject(refused);
        const policy = { maxAgeSeconds: 1, maxMemories: null, keepImportanceFrom: null };
        await expect(truth().lifecycle.policies.replace(source, policy, randomUUID())).rejects.toMatchObject(refused);
        await write(target, 500);
        expect(await find(source, 1)).toMatchObject({ payload: { text: 'text 1' } });
      });
      await write(source, 1, 'as if nothing had been');
      expect((await moves.find(source))?.phase).toBe('following');
      await completed(source, target);
      expect(await find(target, 1)).toMatchObject({ payload: { text: 'as if nothing had been' }, version: 2 });
      expect(await find(target, 500)).toBeDefined();
    });

    it('takes new memories under the old name as soon as all is moved, and keeps them; what was moved is not changed', async () => {
      const [source, target] = [await filled(), freshNamespace()];
      const { moves } = places();
      const untilMoved = new Proxy(moves, {
        get: (of, name) =>
          name === 'finish' ? () => Promise.reject(new Error('interrupted')) : (Reflect.get(of, name) as unknown),
      });
      const held = new NamespaceRemovalService({
        ...{ store: truth().namespaces, pending: { count: () => Promise.resolve(0) }, lock: places().lock },
        ...{ vectors: { clear: () => Promise.resolve() }, lexical: { clear: () => Promise.resolve() } },
        ...{ source: truth().projection, indexer: { refresh: () => Promise.resolve([]) } },
      });
      await places().lock.hold(source, async () => {
        let move = await moves.begin(source, target, await places().source.position());
        while (move.phase === 'copying') move = await moves.copy(move);
        while ((await moves.follow(move, await places().source.position())) > 0);
        move = await moves.close(move);
        expect(await moves.handOver(move, await moves.compare(move))).toMatchObject({ phase: 'moved', memories: 6 });
      });
      await expect(write(source, 1)).rejects.toMatchObject({ code: 'namespace_moving' });
      await expect(end(source, 1)).rejects.toMatchObject({ code: 'namespace_moving' });
      await nextMillisecond();
      await write(source, 1000, 'new under the old name');
      await write(target, 1, 'goes on under the new name');
      await expect(renamer(untilMoved).rename(source, target)).rejects.toThrow('interrupted');
      await completed(source, target);
      expect(await count(source)).toBe(1);
      await write(source, 1, 'begins anew');
      expect(await find(target, 1)).toMatchObject({ payload: { text: 'goes on under the new name' } });
      expect((await held.remove(source)).isDone).toBe(true);
      expect(await count(target)).toBe(6);
    });

    it('refuses what is not empty, the namespace itself, and a second rename of either', async () => {
      const [source, other, target] = [await filled(), await filled(), freshNamespace()];
      await expect(renamer().rename(source, other)).rejects.toMatchObject({ code: 'namespace_not_empty' });
      await expect(renamer().rename(source, source)).rejects.toMatchObject({ code: 'invalid_request', field: 'to' });
      await expect(renamer(interrupted(places().moves, 3, 'before')).rename(source, target)).rejects.toThrow(
        'interrupted',
      );
      for (const [from, to] of [
        [source, freshNamespace()],
        [other, target],
        [target, freshNamespace()],
        [other, source],
      ] as const) {
        await expect(renamer().rename(from, to)).rejects.toMatchObject({ code: 'namespace_busy' });
      }
      const twice = await Promise.allSettled([1, 2].map(() => renamer().rename(source, target)));
      expect(twice.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
      expect(twice.find(({ status }) => status === 'rejected')).toMatchObject({ reason: { code: 'namespace_busy' } });
      await write(source, 1);
      await expect(renamer().rename(source, target)).rejects.toMatchObject({ code: 'namespace_not_empty' });
    });

    it('stops where somebody else wrote something, loses neither, and begins anew when the target is deleted', async () => {
      const [source, target] = [await filled(), freshNamespace()];
      const before = await exported(source);
      await expect(renamer(interrupted(places().moves, 3, 'before')).rename(source, target)).rejects.toThrow(
        'interrupted',
      );
      await write(target, 9, 'mine');
      await expect(renamer().rename(source, target)).rejects.toMatchObject({ code: 'import_conflict' });
      expect((await find(target, 9))?.payload).toEqual({ text: 'mine' });
      expect(await exported(source)).toBe(before);
      await write(source, 9, 'theirs');
      await expect(renamer().rename(source, target)).rejects.toMatchObject({ code: 'import_conflict' });
      expect((await find(target, 9))?.payload).toEqual({ text: 'mine' });
      await truth().namespaces.endTransfers(target);
      expect(await places().moves.find(source)).toBeUndefined();
      await completed(source, freshNamespace());
    });

    it('makes the new name known, also where only memories move, and takes one for empty whose memories have expired', async () => {
      const [source, target] = [freshNamespace(), freshNamespace()];
      await write(source, 1);
      await truth().writer.write([aWrite(target, { coordinate: [1], expiresAt: new Date(Date.now() - 1000) })]);
      await truth().writer.write([aWrite(target, { coordinate: [2], expiresAt: new Date(Date.now() - 1000) })]);
      await completed(source, target);
      const unknown = freshNamespace();
      await completed(target, unknown);
      const names = await truth().namespaces.names(undefined, 10_000);
      expect(names).toEqual(expect.arrayContaining([source, target, unknown]));
      expect(await count(unknown)).toBe(1);
      expect(await find(unknown, 1)).toMatchObject({ payload: { text: 'text 1' } });
    });

    it('moves nothing of a namespace that holds nothing', async () => {
      const [source, target] = [freshNamespace(), freshNamespace()];
      expect(await completed(source, target)).toMatchObject({ memories: 0, links: 0 });
    });
  });
}
