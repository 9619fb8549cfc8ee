import { expect, it } from '@jest/globals';
import { toNamespace } from '../model/namespace.js';
import { EmbeddedNamedLocks } from './embedded-named-locks.js';
import { LockService, type LockTerms } from './lock.service.js';

const NAMESPACE = toNamespace('locks');
const service = new LockService(new EmbeddedNamedLocks());

it.each<[field: string, name: string, request: LockTerms]>([
  ['name', '', {}],
  ['name', 'x'.repeat(201), {}],
  ['name', 'a\0b', {}],
  ['name', '\ud800', {}],
  ['name', 'soma:consolidation', {}],
  ['owner', 'a', { owner: '' }],
  ['owner', 'a', { owner: 'x'.repeat(201) }],
  ['owner', 'a', { owner: '\0' }],
  ['ttl_seconds', 'a', { ttlSeconds: 0 }],
  ['ttl_seconds', 'a', { ttlSeconds: 3601 }],
  ['ttl_seconds', 'a', { ttlSeconds: NaN }],
  ['wait_seconds', 'a', { waitSeconds: -1 }],
  ['wait_seconds', 'a', { waitSeconds: 31 }],
  ['wait_seconds', 'a', { waitSeconds: NaN }],
])('%s is refused when it is not allowed', async (field, name, request) => {
  await expect(service.acquire(NAMESPACE, { name, ...request })).rejects.toMatchObject({
    code: 'invalid_request',
    field,
  });
});

it('what the service locks for itself is in no caller’s way', async () => {
  await service.withReservedLock(NAMESPACE, { purpose: 'consolidation' }, async () => {
    await service.withLock(NAMESPACE, { name: 'consolidation' }, async () => undefined);
    await expect(
      service.withReservedLock(toNamespace('other'), { purpose: 'consolidation' }, async () => 'free'),
    ).resolves.toBe('free');
  });
});

it('a wait ends when its patience does', async () => {
  await service.acquire(NAMESPACE, { name: 'taken' });
  const patience = new AbortController();
  const wait = service.acquire(NAMESPACE, { name: 'taken', waitSeconds: 30, patience: patience.signal });
  patience.abort();
  await expect(wait).rejects.toMatchObject({ code: 'lock_held' });
});
