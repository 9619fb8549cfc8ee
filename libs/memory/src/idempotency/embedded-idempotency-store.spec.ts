import { expect, it } from '@jest/globals';
import { EmbeddedIdempotencyStore } from './embedded-idempotency-store.js';
import { toNamespace } from '../model/namespace.js';

const NOW = new Date('2026-03-01T00:00:00Z');
const LATER = new Date('2026-03-01T01:00:00Z');

it('forgets the answers not asked for longest beyond its bound, and no request that is in flight', async () => {
  const store = new EmbeddedIdempotencyStore(2);
  const request = (key: string) => ({ credentialId: 'c', namespace: toNamespace('n'), operation: 'o', key, hash: 'h' });
  const claim = (key: string) => store.claim(request(key), NOW, LATER);
  await claim('in flight');
  for (const key of ['1', '2', '3']) {
    const claimed = await claim(key);
    if (claimed.state !== 'fresh') throw new Error('not fresh');
    await store.remember(request(key), claimed.claimId, { answer: key, until: LATER });
  }
  expect(await claim('1')).toMatchObject({ state: 'fresh' });
  expect(await claim('2')).toEqual({ state: 'remembered', answer: '2' });
  expect(await claim('3')).toEqual({ state: 'remembered', answer: '3' });
  expect(await claim('in flight')).toEqual({ state: 'in_flight' });
});
