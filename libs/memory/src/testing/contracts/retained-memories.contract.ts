import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { LeaseGrant } from '../../lifecycle/ports/lifecycle-schedule.port.js';
import type { RemovalCandidate } from '../../lifecycle/ports/retained-memories.port.js';
import type { Namespace } from '../../model/namespace.js';
import {
  aWrite,
  drainAll,
  freshNamespace,
  nextMillisecond,
  type LedgerAccess,
  type TruthHarness,
} from '../truth-builders.js';
import type { LifecycleScheduleHarness } from './lifecycle-schedule.contract.js';

const ALL = { keepImportanceFrom: null, limit: 100 };
const LEAST = { ...ALL, notOlderThanSeconds: null };

/** What every RetainedMemories adapter must do. Call it inside a spec file. */
export function describeRetainedMemoriesContract(
  adapter: string,
  truth: TruthHarness,
  { schedule, access }: { readonly schedule: LifecycleScheduleHarness; readonly access: () => LedgerAccess },
): void {
  const retained = () => truth().lifecycle.retained;
  const keysOf = (candidates: readonly RemovalCandidate[]) => candidates.map(({ key }) => key);
  /** Stores memories at (0), (1), … with these importances, one after the other. */
  const storeWith = async (importances: readonly (number | null)[]) => {
    const namespace = freshNamespace();
    for (const [index, importance] of importances.entries()) {
      await truth().writer.write([aWrite(namespace, { coordinate: [index], importance })]);
      await nextMillisecond();
    }
    return namespace;
  };
  const commandsFor = (namespace: Namespace, candidates: readonly RemovalCandidate[]) =>
    candidates.map(({ key, version }) => ({ namespace, key, version, eventId: randomUUID() }));

  describe(`${adapter} as the way to what rules remove`, () => {
    let grant: LeaseGrant;
    beforeEach(async () => {
      grant = (await (await schedule()).take('contract', 60_000)) ?? { fence: -1 };
    });
    afterEach(async () => {
      await truth().lifecycle.schedule.release(grant);
    });

    it('orders by importance without rounding it, none as 0, then by age, and spares the newest', async () => {
      const namespace = await storeWith([5, 1, 1.9, null, 0, null, 2]);
      expect(keysOf(await retained().least(namespace, LEAST))).toEqual(['3', '4', '5', '1', '2', '0']);
      expect(keysOf(await retained().least(namespace, { ...LEAST, limit: 4 }))).toEqual(['3', '4', '5', '1']);
      expect(keysOf(await retained().least(namespace, { ...LEAST, keepImportanceFrom: 1.9 }))).toEqual([
        '3',
        '4',
        '5',
        '1',
      ]);
      const low = await storeWith([1, 1, -3]);
      expect(keysOf(await retained().least(low, LEAST))).toEqual(['0', '1']);
      expect(await retained().least(freshNamespace(), LEAST)).toEqual([]);
    });

    it('tells ages from the time of creation, which storing again does not change', async () => {
      const namespace = await storeWith([null, 7]);
      await truth().writer.write([aWrite(namespace, { coordinate: [0], payload: { text: 'again' } })]);
      expect(keysOf(await retained().olderThan(namespace, 3600, ALL))).toEqual([]);
      expect(keysOf(await retained().olderThan(namespace, 0, ALL))).toEqual(['0', '1']);
      expect(keysOf(await retained().olderThan(namespace, 0, { ...ALL, keepImportanceFrom: 7 }))).toEqual(['0']);
      expect(keysOf(await retained().olderThan(namespace, 0, { ...ALL, limit: 1 }))).toEqual(['0']);
      expect(await retained().least(namespace, { ...LEAST, notOlderThanSeconds: 0 })).toEqual([]);
    });

    it('sees what lives, of its namespace alone, and what has expired apart from it', async () => {
      const namespace = await storeWith([null, null, null, null]);
      await storeWith([null]);
      const gone = new Date(Date.now() - 1000);
      await truth().writer.write([aWrite(namespace, { coordinate: [1], expiresAt: gone })]);
      await truth().writer.delete([{ namespace, key: '2', eventId: randomUUID() }]);
      expect(await retained().countUpTo(namespace, 10)).toBe(2);
      expect(await retained().countUpTo(namespace, 1)).toBe(1);
      expect(keysOf(await retained().olderThan(namespace, 0, ALL))).toEqual(['0', '3']);
      expect(keysOf(await retained().expired(namespace, 10))).toEqual(['1']);
    });

    it('names every namespace once, in portions', async () => {
      const mine = [await storeWith([1]), await storeWith([1])];
      const seen: Namespace[] = [];
      for (let names; (names = await retained().namespaces(seen.at(-1), 2)).length > 0;) seen.push(...names);
      expect(seen.filter((name) => mine.includes(name)).sort()).toEqual([...mine].sort());
      expect(new Set(seen).size).toBe(seen.length);
    });

    it('deletes as a caller would: tombstone, ledger row and event', async () => {
      const namespace = await storeWith([1, 2]);
      await drainAll(truth().outbox);
      const candidates = await retained().least(namespace, LEAST);
      const commands = commandsFor(namespace, candidates);
      expect(await retained().remove(commands, grant.fence)).toMatchObject([{ namespace, key: '0', version: 2 }]);
      expect(await truth().reader.findByKeys(namespace, ['0', '1'], new Date())).toMatchObject([{ key: '1' }]);
      const events = (await drainAll(truth().outbox)).filter(({ event }) => event.namespace === namespace);
      expect(events).toMatchObject([
        { event: { event_id: commands[0]?.eventId, type: 'deleted' }, key: '0', version: 2 },
      ]);
      expect(await retained().remove(commands, grant.fence)).toEqual([]);
    });

    it('leaves what was changed since it was looked at, and what is being changed, and waits for nobody', async () => {
      const namespace = await storeWith([1, 1, 1, 9]);
      const commands = commandsFor(namespace, await retained().least(namespace, LEAST));
      await truth().writer.write([aWrite(namespace, { coordinate: [0], payload: { text: 'changed' } })]);
      const open = await access().begin();
      await open.write([aWrite(namespace, { coordinate: [1], payload: { text: 'being changed' } })]);
      const removed = await retained().remove(commands, grant.fence);
      await open.commit();
      expect(removed).toMatchObject([{ namespace, key: '2', version: 2 }]);
      const left = await truth().reader.findByKeys(namespace, ['0', '1', '2'], new Date());
      expect(left.map(({ key, version }) => ({ key, version }))).toEqual([
        { key: '0', version: 2 },
        { key: '1', version: 2 },
      ]);
    });

    it('deletes nothing for one who does not hold the lease any more', async () => {
      const namespace = await storeWith([1, 2]);
      const commands = commandsFor(namespace, await retained().least(namespace, LEAST));
      const former = grant;
      await truth().lifecycle.schedule.release(former);
      expect(await retained().remove(commands, former.fence)).toEqual([]);
      grant = (await truth().lifecycle.schedule.take('another', 60_000)) ?? former;
      expect(await retained().remove(commands, former.fence)).toEqual([]);
      expect(await retained().remove(commands, grant.fence)).toHaveLength(1);
    });
  });
}
