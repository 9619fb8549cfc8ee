import { randomUUID } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { v7 as uuidv7 } from 'uuid';
import type { AuditEntry } from '../../audit/audit-entry.js';
import { auditLine, type SealedEntry } from '../../audit/audit-chain.js';
import { exportAudit } from '../../audit/audit-export.js';
import type { AuditLog } from '../../audit/audit-log.port.js';
import { verifyAudit } from '../../audit/verify-audit.js';
import type { NewApiKey } from '../../credentials/api-key.js';
import { isSecret, newSecret } from '../../credentials/api-key-secret.js';
import type { ApiKeys } from '../../credentials/api-keys.port.js';
import { toNamespace } from '../../model/namespace.js';

/** A store of keys, and the log that its changes are noted in. */
export interface CredentialAdapters {
  readonly keys: ApiKeys;
  readonly log: AuditLog;
}

const act = (action: string) => ({ actor: 'root', action, namespace: null, details: { marker: randomUUID() } });

function newKey(changes: Partial<NewApiKey> = {}): NewApiKey {
  return {
    id: uuidv7(),
    name: 'a key',
    scopes: ['read', 'write'],
    namespaces: [toNamespace('team-a'), { prefix: 'team-b:' }],
    rateLimit: null,
    expiresAt: null,
    createdBy: 'root',
    ...changes,
  };
}

/** What every pair of ApiKeys and AuditLog must do. Call it inside a spec file. */
export function describeCredentialsContract(adapter: string, adapters: () => CredentialAdapters): void {
  const keys = () => adapters().keys;
  const log = () => adapters().log;
  const parsed = ({ text }: SealedEntry) => JSON.parse(text) as Omit<AuditEntry, 'at'> & { at: string };
  /** Entries that were added while `work` ran. */
  const notedBy = async (work: () => Promise<unknown>) => {
    const { seq } = await log().head();
    await work();
    return (await log().page(seq, 100)).map(parsed);
  };

  describe(`${adapter} as the keeper of API keys`, () => {
    it('gives back a key as it was made, with the hash of its secret and not the secret', async () => {
      const { secret, ...stored } = newSecret();
      const expiresAt = new Date(Date.now() + 60_000);
      const key = newKey({ rateLimit: 7, expiresAt });
      const made = await keys().create(key, stored, act('keys.create'));
      expect(made).toMatchObject({ ...key, prefix: stored.prefix, revokedAt: null, rotatedAt: null, lastUsedAt: null });
      expect(await keys().find(key.id)).toEqual(made);
      const [found] = await keys().findByPrefixes(['000000000000', stored.prefix]);
      expect(found?.key).toEqual(made);
      expect(isSecret(secret, found?.hash ?? Buffer.of())).toBe(true);
      expect(isSecret(`${secret.slice(0, -1)}!`, found?.hash ?? Buffer.of())).toBe(false);
      expect(found?.remainingMs).toBeGreaterThan(30_000);
      expect(found?.remainingMs).toBeLessThanOrEqual(60_000);
    });

    it('keeps the right to every namespace, and says that a key has expired', async () => {
      const { prefix, hash } = newSecret();
      await keys().create(
        newKey({ namespaces: '*', expiresAt: new Date(Date.now() - 5000) }),
        { prefix, hash },
        act('x'),
      );
      const [found] = await keys().findByPrefixes([prefix]);
      expect(found?.key.namespaces).toBe('*');
      expect(found?.remainingMs).toBeLessThan(0);
    });

    it('replaces the secret of a key: that of before is found no more', async () => {
      const [first, second] = [newSecret(), newSecret()];
      const key = newKey();
      await keys().create(key, first, act('keys.create'));
      expect(await keys().rotate(key.id, second, act('keys.rotate'))).toMatchObject({
        id: key.id,
        prefix: second.prefix,
        rotatedAt: expect.any(Date),
      });
      const found = await keys().findByPrefixes([first.prefix, second.prefix]);
      expect(found.map((one) => one.key.prefix)).toEqual([second.prefix]);
      expect(isSecret(second.secret, found[0]?.hash ?? Buffer.of())).toBe(true);
    });

    it('ends a key for good, which stays to be told of', async () => {
      const key = newKey();
      const stored = newSecret();
      await keys().create(key, stored, act('keys.create'));
      expect(await keys().revoke(key.id, act('keys.revoke'))).toMatchObject({ revokedAt: expect.any(Date) });
      expect((await keys().findByPrefixes([stored.prefix]))[0]?.key.revokedAt).toBeInstanceOf(Date);
      expect(await notedBy(() => keys().revoke(key.id, act('keys.revoke')))).toEqual([]);
      expect(await keys().revoke(key.id, act('keys.revoke'))).toBeUndefined();
      expect(await keys().rotate(key.id, newSecret(), act('keys.rotate'))).toBeUndefined();
      expect(await keys().revoke(randomUUID(), act('keys.revoke'))).toBeUndefined();
    });

    it('lists keys in the order they were made, a page at a time', async () => {
      const made = [newKey(), newKey(), newKey()];
      for (const key of made) await keys().create(key, newSecret(), act('keys.create'));
      const [first, second, third] = made.map(({ id }) => id);
      const ids = async (after: string | undefined, limit: number) =>
        (await keys().list(after, limit)).map(({ id }) => id);
      expect(await ids(first, 1)).toEqual([second]);
      expect(await ids(second, 100)).toEqual([third]);
      expect(await ids(undefined, 10_000)).toEqual(expect.arrayContaining([first, second, third]));
    });

    it('notes the last use, never an earlier one, and of keys that are gone nothing', async () => {
      const key = newKey();
      await keys().create(key, newSecret(), act('keys.create'));
      const [early, late] = [new Date('2026-01-01T00:00:00Z'), new Date('2026-01-02T00:00:00Z')];
      await keys().noteUses([
        { id: key.id, at: late },
        { id: randomUUID(), at: late },
      ]);
      await keys().noteUses([{ id: key.id, at: early }]);
      expect((await keys().find(key.id))?.lastUsedAt).toEqual(late);
    });

    it('notes each change in the log, with the change', async () => {
      const key = newKey();
      const acts = [act('keys.create'), act('keys.rotate'), act('keys.revoke')];
      const [create, rotate, revoke] = acts;
      const noted = await notedBy(async () => {
        await keys().create(key, newSecret(), create ?? act(''));
        await keys().rotate(key.id, newSecret(), rotate ?? act(''));
        await keys().revoke(key.id, revoke ?? act(''));
      });
      expect(noted).toMatchObject(acts.map((one) => ({ ...one, kind: 'act' })));
    });
  });

  describe(`${adapter} as an audit log`, () => {
    const entry = (details: AuditEntry['details'] = {}): AuditEntry => ({
      ...{ at: new Date(), kind: 'act', actor: null, action: 'test', namespace: 'a "quoted" näme', details },
    });

    it('chains entries of many who add some at once, without a gap, and is verified with nothing but the lines', async () => {
      const { seq } = await log().head();
      const adding = Array.from({ length: 12 }, (_, index) => log().append([entry({ index }), entry({ index })]));
      await Promise.all([...adding, keys().create(newKey(), newSecret(), act('keys.create'))]);
      const page = await log().page(seq, 100);
      expect(page.map((one) => one.seq)).toEqual(Array.from({ length: 25 }, (_, index) => seq + 1 + index));
      const text = await textOf(await exportAudit(log()));
      const verdict = await verifyAudit(linesOf(text));
      expect(verdict).toMatchObject({ isIntact: true, firstSeq: 1, problems: [], head: await log().head() });
      expect(text).toContain(page.map(auditLine).join(''));
      expect(await verifyAudit(linesOf(await textOf(await exportAudit(log(), seq))))).toMatchObject({
        isIntact: true,
        entries: 25,
        firstSeq: seq + 1,
      });
    });

    it('adds nothing when there is nothing', async () => {
      const head = await log().head();
      await log().append([]);
      expect(await log().head()).toEqual(head);
    });
  });
}

async function textOf(parts: AsyncIterable<string>): Promise<string> {
  let text = '';
  for await (const part of parts) text += part;
  return text;
}

async function* linesOf(text: string): AsyncGenerator<string> {
  yield* text.split('\n');
}
