import { describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { InvalidRequestError } from '../../model/errors.js';
import type { Namespace } from '../../model/namespace.js';
import { MAX_SUPERSEDED, type Validity, type ValidityQuery } from '../../model/validity.js';
import {
  aDeletion,
  aForeignDelete,
  aForeignWrite,
  aWrite,
  drainAll,
  freshNamespace,
  nextMillisecond,
  type LedgerAccess,
  type TruthHarness,
  type WriteDetails,
} from '../truth-builders.js';

const NOON = Date.UTC(2024, 0, 1, 12);

/** What a caller says; keys are places on a line. */
function said(fromMs: number | null, supersedes: readonly number[] = [], toMs: number | null = null): Validity {
  return { fromMs, toMs, supersedes: supersedes.map(String), supersededBy: {}, supersededAtMs: null };
}

/** What every truth store must do with the validity of memories. Call it inside a spec file. */
export function describeValidityContract(adapter: string, truth: TruthHarness, access: () => LedgerAccess): void {
  const put = (namespace: Namespace, key: number, details: WriteDetails = {}) =>
    truth().writer.write([aWrite(namespace, { coordinate: [key], payload: { text: `memory ${key}` }, ...details })]);
  const supersede = (namespace: Namespace, key: number, older: readonly number[], fromMs = NOON) =>
    put(namespace, key, { validity: said(fromMs, older) });
  const remove = (namespace: Namespace, key: number) => truth().writer.delete([aDeletion(namespace, String(key))]);
  const find = async (namespace: Namespace, key: number) =>
    (await truth().reader.findByKeys(namespace, [String(key)], new Date()))[0];
  const versionOf = async (namespace: Namespace, key: number) => (await find(namespace, key))?.version;
  const supersededBy = async (namespace: Namespace, key: number) => {
    const memory = await find(namespace, key);
    return memory?.validity?.supersededBy ?? {};
  };
  const listed = async (namespace: Namespace, valid?: ValidityQuery) => {
    const { memories } = await truth().catalog.list(namespace, { limit: 200, ...(valid && { valid }) }, new Date());
    return memories.map(({ key }) => Number(key));
  };
  const at = (atMs: number, withSuperseded = false): ValidityQuery => ({ atMs, withSuperseded });
  const refused = async (write: Promise<unknown>) => {
    const error: unknown = await write.catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(InvalidRequestError);
    return error instanceof InvalidRequestError ? `${error.field} ${error.allowed}` : '';
  };

  describe(`${adapter} as what keeps the validity of memories`, () => {
    it('gives it back as it was sent, and nothing where nothing was said', async () => {
      const namespace = freshNamespace();
      const validity = said(-1, [], 4_000_000_000_123);
      const [receipt] = await put(namespace, 1, { validity });
      const [plain] = await put(namespace, 2);
      expect([receipt?.hasValidity, plain?.hasValidity]).toEqual([true, undefined]);
      expect((await find(namespace, 1))?.validity).toEqual(validity);
      expect(await find(namespace, 2)).not.toHaveProperty('validity');
      const { versions } = await truth().history.page({ namespace, key: '1' }, { limit: 9 }, new Date());
      expect(versions[0]?.content?.validity).toEqual(validity);
      const records = (await drainAll(truth().outbox)).filter(({ event }) => event.namespace === namespace);
      expect(records.map(({ details }) => details?.validity)).toEqual([
        { valid_from: -1, valid_to: 4_000_000_000_123 },
        undefined,
      ]);
      await put(namespace, 1);
      expect(await find(namespace, 1)).not.toHaveProperty('validity');
    });

    it('tells a superseded memory in a version of its own, with ledger row and event', async () => {
      const namespace = freshNamespace();
      await put(namespace, 1, { type: 'episodic', importance: 3, importanceNorm: 0.5, validity: said(5) });
      const before = await find(namespace, 1);
      const [receipt] = await supersede(namespace, 2, [1]);
      expect(receipt).toMatchObject({ version: 1, created: true, hasValidity: true });
      const after = await find(namespace, 1);
      const validity = { fromMs: 5, toMs: null, supersedes: [], supersededBy: { '2': NOON }, supersededAtMs: NOON };
      expect(after).toEqual({ ...before, version: 2, updatedAt: after?.updatedAt, validity });
      expect(after?.updatedAt).toEqual((await find(namespace, 2))?.updatedAt);
      const rows = (await access().rows(namespace)).map(({ type, key, version, payload, contentHash }) => [
        `${type} ${key} ${version}`,
        payload,
        contentHash,
      ]);
      const hash = before?.contentHash;
      expect(rows).toEqual([
        ['created 1 1', { text: 'memory 1' }, hash],
        ['created 2 1', { text: 'memory 2' }, expect.any(String)],
        ['updated 1 2', { text: 'memory 1' }, hash],
      ]);
      const records = (await drainAll(truth().outbox)).filter(({ event }) => event.namespace === namespace);
      expect(records.map(({ key, version }) => [key, version])).toEqual([
        ['1', 1],
        ['2', 1],
        ['1', 2],
      ]);
      expect(await truth().pending.count(namespace)).toBe(2);
      const pending = await truth().pending.load(namespace, ['1']);
      expect(pending.map(({ memory }) => memory.validity)).toEqual([validity]);
    });

    it('is taken back by a write that does not say it any more, by a deletion, and by its expiry', async () => {
      const namespace = freshNamespace();
      await put(namespace, 1);
      await supersede(namespace, 2, [1]);
      await supersede(namespace, 2, [1]);
      expect(await versionOf(namespace, 1)).toBe(2);
      await put(namespace, 2);
      expect(await find(namespace, 1)).toMatchObject({ version: 3 });
      expect(await find(namespace, 1)).not.toHaveProperty('validity');
      await supersede(namespace, 2, [1]);
      await remove(namespace, 2);
      expect(await supersededBy(namespace, 1)).toEqual({});
      const expiring = { validity: said(NOON, [1]), expiresAt: new Date(Date.now() + 200) };
      await put(namespace, 3, expiring);
      expect(await supersededBy(namespace, 1)).toEqual({ '3': NOON });
      while (await find(namespace, 3)) await nextMillisecond();
      // Those of other tests are removed first.
      while ((await truth().expired.remove(Array.from({ length: 50 }, () => randomUUID()))).length > 0);
      expect(await supersededBy(namespace, 1)).toEqual({});
    });

    it('counts from the earliest of several, and follows when one begins at another time', async () => {
      const namespace = freshNamespace();
      await put(namespace, 1);
      await supersede(namespace, 2, [1], NOON + 5);
      await supersede(namespace, 3, [1], NOON + 1);
      expect((await find(namespace, 1))?.validity).toMatchObject({
        supersededBy: { '2': NOON + 5, '3': NOON + 1 },
        supersededAtMs: NOON + 1,
      });
      await supersede(namespace, 3, [1], NOON + 9);
      expect((await find(namespace, 1))?.validity?.supersededAtMs).toBe(NOON + 5);
      await remove(namespace, 2);
      expect((await find(namespace, 1))?.validity?.supersededAtMs).toBe(NOON + 9);
    });

    it('stays with a memory that is written again, and ends with its life', async () => {
      const namespace = freshNamespace();
      await put(namespace, 1);
      await supersede(namespace, 2, [1]);
      await put(namespace, 1, { payload: { text: 'said again' }, validity: said(7) });
      expect((await find(namespace, 1))?.validity).toEqual({
        ...said(7),
        supersededBy: { '2': NOON },
        supersededAtMs: NOON,
      });
      await remove(namespace, 1);
      const deleted = 4;
      await put(namespace, 1, { expectedVersion: 0, revives: deleted });
      expect(await supersededBy(namespace, 1)).toEqual({ '2': NOON });
      await remove(namespace, 1);
      await remove(namespace, 2);
      await put(namespace, 1, { expectedVersion: 0, revives: 6 });
      expect(await supersededBy(namespace, 1)).toEqual({});
      await supersede(namespace, 2, [1]);
      await remove(namespace, 1);
      await put(namespace, 1);
      expect(await supersededBy(namespace, 1)).toEqual({});
      expect((await find(namespace, 2))?.validity?.supersedes).toEqual(['1']);
    });

    it('holds for memories of one batch, in any order, and with versions expected', async () => {
      const namespace = freshNamespace();
      const receipts = await truth().writer.write([
        aWrite(namespace, { coordinate: [2], validity: said(NOON, [1]), expectedVersion: 0 }),
        aWrite(namespace, { coordinate: [1] }),
        aWrite(namespace, { coordinate: [3], validity: said(NOON + 1, [2]) }),
      ]);
      expect(receipts.map(({ version }) => version)).toEqual([1, 1, 1]);
      expect(await supersededBy(namespace, 1)).toEqual({ '2': NOON });
      expect(await supersededBy(namespace, 2)).toEqual({ '3': NOON + 1 });
      expect((await find(namespace, 2))?.validity?.supersedes).toEqual(['1']);
    });

    it('is what another producer says nothing of', async () => {
      const namespace = freshNamespace();
      await put(namespace, 1);
      await put(namespace, 2);
      await supersede(namespace, 3, [1, 2]);
      await truth().ledger.record([aForeignWrite(namespace, { coordinate: [1] })]);
      expect(await supersededBy(namespace, 1)).toEqual({ '3': NOON });
      await truth().ledger.record([aForeignDelete(namespace, '3')]);
      expect(await supersededBy(namespace, 1)).toEqual({});
      await supersede(namespace, 3, [1]);
      await truth().ledger.record([aForeignWrite(namespace, { coordinate: [3] })]);
      expect(await supersededBy(namespace, 1)).toEqual({});
    });

    it('decides what is read, at any time that is asked for', async () => {
      const namespace = freshNamespace();
      await put(namespace, 1);
      await put(namespace, 2, { validity: said(NOON, [], NOON + 10) });
      await put(namespace, 3, { validity: said(NOON + 5, [1]) });
      expect(await listed(namespace)).toEqual([1, 2, 3]);
      expect(await listed(namespace, at(NOON - 1))).toEqual([1]);
      expect(await listed(namespace, at(NOON))).toEqual([1, 2]);
      expect(await listed(namespace, at(NOON + 4))).toEqual([1, 2]);
      expect(await listed(namespace, at(NOON + 5))).toEqual([2, 3]);
      expect(await listed(namespace, at(NOON + 10))).toEqual([3]);
      expect(await listed(namespace, at(NOON + 10, true))).toEqual([1, 3]);
      const valid = at(NOON + 10);
      const box = { min: [0], max: [9], limit: 9, valid };
      expect((await truth().coordinates.range(namespace, box, new Date())).coordinates).toEqual([[3]]);
      const term = { term: 'memory', exact: false, caseSensitive: true, valid };
      const { memories } = await truth().keywords.search(namespace, { ...term, limit: 9 }, new Date());
      expect(memories.map(({ key }) => key)).toEqual(['3']);
      const among = await truth().keywords.among(namespace, { ...term, keys: ['1', '2', '3'] }, new Date());
      expect(among.map(({ key }) => key)).toEqual(['3']);
    });

    it('can be asked for as it was known', async () => {
      const namespace = freshNamespace();
      await put(namespace, 1);
      await nextMillisecond();
      const then = new Date();
      await nextMillisecond();
      await supersede(namespace, 2, [1]);
      await nextMillisecond();
      const known = async (moment: Date, valid: ValidityQuery) => {
        const { memories } = await truth().past.list(namespace, { limit: 9, valid }, { at: moment, now: new Date() });
        return memories.map(({ key }) => Number(key));
      };
      expect(await known(then, at(NOON))).toEqual([1]);
      expect(await known(new Date(), at(NOON))).toEqual([2]);
      expect(await known(new Date(), at(NOON - 1))).toEqual([1]);
      const [memory] = await truth().past.findByKeys(namespace, ['1'], { at: then, now: new Date() });
      expect(memory).not.toHaveProperty('validity');
    });

    it('refuses to supersede what does not live in the namespace, and changes nothing', async () => {
      const namespace = freshNamespace();
      const elsewhere = freshNamespace();
      await put(elsewhere, 1);
      await put(namespace, 2);
      await remove(namespace, 2);
      await put(namespace, 3, { expiresAt: new Date(Date.now() - 60_000) });
      await put(namespace, 4);
      for (const older of [1, 2, 3]) {
        const why = await refused(supersede(namespace, 5, [4, older]));
        expect(why).toContain(
          `supersedes must name memories that live in the same namespace; 5 cannot supersede ${older}`,
        );
      }
      expect(await find(namespace, 5)).toBeUndefined();
      expect(await versionOf(namespace, 4)).toBe(1);
      await put(namespace, 5, { validity: said(NOON, [1, 4]), isTakenOver: true });
      expect(await supersededBy(namespace, 4)).toEqual({ '5': NOON });
      expect(await supersededBy(elsewhere, 1)).toEqual({});
    });

    it('refuses circles of any length, those of writers at the same time too', async () => {
      const namespace = freshNamespace();
      for (const key of [1, 2, 3, 4]) await put(namespace, key);
      await supersede(namespace, 2, [1]);
      await supersede(namespace, 3, [2]);
      const why = await refused(supersede(namespace, 1, [3]));
      expect(why).toMatch(/^supersedes must not lead back to the memory itself/);
      expect(await supersededBy(namespace, 3)).toEqual({});
      const other = freshNamespace();
      for (const key of [1, 2, 3, 4]) await put(other, key);
      const outcomes = await Promise.allSettled([1, 2, 3, 4].map((key) => supersede(other, key, [(key % 4) + 1])));
      expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'fulfilled', 'fulfilled', 'rejected']);
    });

    it('refuses more of them for one memory than one may supersede', async () => {
      const namespace = freshNamespace();
      await put(namespace, 0);
      const crowd = Array.from({ length: MAX_SUPERSEDED }, (_, index) =>
        aWrite(namespace, { coordinate: [index + 1], validity: said(NOON, [0]) }),
      );
      await truth().writer.write(crowd);
      expect(await refused(supersede(namespace, 1000, [0]))).toContain(`${MAX_SUPERSEDED} others`);
      expect(Object.keys(await supersededBy(namespace, 0))).toHaveLength(MAX_SUPERSEDED);
      expect(await find(namespace, 1000)).toBeUndefined();
    });

    it('goes on beside writes and deletions of the same memories', async () => {
      const namespace = freshNamespace();
      const keys = [1, 2, 3, 4, 5, 6];
      for (const key of keys) await put(namespace, key);
      const change = (round: number) => {
        const key = (round % 6) + 1;
        if (round % 3 === 0 && key > 1) return supersede(namespace, key, [key - 1]).catch(() => undefined);
        return round % 7 === 0 ? remove(namespace, key) : put(namespace, key);
      };
      await Promise.all(Array.from({ length: 60 }, (_, round) => change(round)));
      const memories = await truth().reader.findByKeys(namespace, keys.map(String), new Date());
      for (const { key, validity } of memories) {
        for (const newer of Object.keys(validity?.supersededBy ?? {})) {
          const named = memories.find((memory) => memory.key === newer)?.validity?.supersedes ?? [];
          expect([newer, ...named]).toContain(key);
        }
      }
      for (const { key, version } of memories) {
        const { versions } = await truth().history.page({ namespace, key }, { limit: 200 }, new Date());
        expect(versions.map((one) => one.version)).toEqual(
          Array.from({ length: version }, (_, index) => version - index),
        );
      }
    });
  });
}
