import { randomUUID } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import type { RetentionPolicies } from '../../lifecycle/ports/retention-policies.port.js';
import { NO_POLICY } from '../../lifecycle/rules/retention-policy.js';
import { freshNamespace, type LedgerAccess } from '../truth-builders.js';

/** What every RetentionPolicies adapter must do. Call it inside a spec file. */
export function describeRetentionPoliciesContract(
  adapter: string,
  policies: () => RetentionPolicies,
  access: () => Pick<LedgerAccess, 'rows'>,
): void {
  const MANY = { maxAgeSeconds: 3_155_760_000, maxMemories: 1_000_000_000, keepImportanceFrom: -2.5 };

  describe(`${adapter} as the policies of namespaces`, () => {
    it('keeps what was written, and has none where none was', async () => {
      const namespace = freshNamespace();
      expect(await policies().find(namespace)).toBeUndefined();
      const written = await policies().replace(namespace, MANY, randomUUID());
      expect(written).toMatchObject({ namespace, ...MANY, version: 1 });
      expect(await policies().find(namespace)).toEqual(written);
      expect(await policies().all()).toContainEqual(written);
    });

    it('lists none that says nothing', async () => {
      const namespace = freshNamespace();
      await policies().replace(namespace, { ...NO_POLICY, maxMemories: 3 }, randomUUID());
      await policies().replace(namespace, NO_POLICY, randomUUID());
      expect(await policies().find(namespace)).toMatchObject({ ...NO_POLICY, version: 2 });
      expect((await policies().all()).filter((policy) => policy.namespace === namespace)).toEqual([]);
    });

    it('leaves a row in the ledger for every change, and none for the same again', async () => {
      const namespace = freshNamespace();
      const ids = [randomUUID(), randomUUID(), randomUUID()];
      await policies().replace(namespace, MANY, ids[0] ?? '');
      expect(await policies().replace(namespace, MANY, ids[1] ?? '')).toMatchObject({ version: 1 });
      await policies().replace(namespace, { ...MANY, maxMemories: 7 }, ids[2] ?? '');
      const rows = (await access().rows(namespace)).map(({ id, type, payload, key, version }) => ({
        id,
        type,
        payload,
        key,
        version,
      }));
      const stored = { policy: 'retention', max_age_seconds: MANY.maxAgeSeconds, keep_importance_from: -2.5 };
      const row = { type: 'policy_changed', key: null, version: null };
      expect(rows).toEqual([
        { ...row, id: ids[0], payload: { ...stored, max_memories: MANY.maxMemories, version: 1 } },
        { ...row, id: ids[2], payload: { ...stored, max_memories: 7, version: 2 } },
      ]);
    });

    it('takes changes of many at once, one after the other', async () => {
      const namespace = freshNamespace();
      const numbers = [1, 2, 3, 4, 5];
      const written = await Promise.all(
        numbers.map((maxMemories) => policies().replace(namespace, { ...NO_POLICY, maxMemories }, randomUUID())),
      );
      expect(written.map(({ version }) => version).sort()).toEqual(numbers);
    });
  });
}
