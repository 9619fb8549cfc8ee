import { beforeEach, describe, expect, it } from '@jest/globals';
import type { IdempotencyStore, RepeatableRequest } from '../../idempotency/idempotency-store.port.js';
import { toNamespace, trustedNamespace } from '../../model/namespace.js';

const NOW = Date.UTC(2026, 2, 1);
const at = (seconds: number) => new Date(NOW + seconds * 1000);

/** What every IdempotencyStore adapter must do. `create` gives one that knows nothing yet. Call it inside a spec file. */
export function describeIdempotencyStoreContract(adapter: string, create: () => Promise<IdempotencyStore>): void {
  describe(`${adapter} as an idempotency store`, () => {
    let store: IdempotencyStore;
    const aRequest = (changes: Partial<RepeatableRequest> = {}): RepeatableRequest => ({
      credentialId: 'main',
      namespace: toNamespace('contract_ns'),
      operation: 'POST /memories',
      key: 'key',
      hash: 'a'.repeat(64),
      ...changes,
    });
    /** Claims at `seconds`, for a minute. */
    const claim = (request = aRequest(), seconds = 0) => store.claim(request, at(seconds), at(seconds + 60));
    const claimed = async (request = aRequest(), seconds = 0) => {
      const found = await claim(request, seconds);
      if (found.state !== 'fresh') throw new Error(`not fresh but ${found.state}`);
      return found.claimId;
    };
    const remember = async (request = aRequest(), answer: object = { version: 1 }) =>
      store.remember(request, await claimed(request), {
        answer: JSON.parse(JSON.stringify(answer)),
        until: at(3600),
      });

    beforeEach(async () => {
      store = await create();
    });

    it('gives a request that it does not know to whoever asks first', async () => {
      expect(await claim()).toEqual({ state: 'fresh', claimId: expect.any(String) });
      expect(await claim()).toEqual({ state: 'in_flight' });
    });

    it('repeats what a request was answered', async () => {
      const answer = { version: 3, created: false, list: [1, null, { deep: 'ü' }], text: '' };
      await remember(aRequest(), answer);
      expect(await claim()).toEqual({ state: 'remembered', answer });
      expect(await claim(aRequest(), 3599)).toEqual({ state: 'remembered', answer });
    });

    it('tells another request with the same key, in flight and answered', async () => {
      const other = aRequest({ hash: 'b'.repeat(64) });
      const held = await claimed();
      expect(await claim(other)).toEqual({ state: 'other_request' });
      await store.remember(aRequest(), held, { answer: 1, until: at(3600) });
      expect(await claim(other)).toEqual({ state: 'other_request' });
      expect(await claim()).toEqual({ state: 'remembered', answer: 1 });
    });

    it('gives a released request to the next one, whatever it asks', async () => {
      await store.release(aRequest(), await claimed());
      const other = aRequest({ hash: 'b'.repeat(64) });
      await store.release(other, await claimed(other));
      expect(await claim()).toMatchObject({ state: 'fresh' });
    });

    it('forgets an answer when its time is over, and then takes any request under the key', async () => {
      await remember();
      expect(await claim(aRequest({ hash: 'b'.repeat(64) }), 3600)).toMatchObject({ state: 'fresh' });
      expect(await claim(aRequest(), 3601)).toEqual({ state: 'other_request' });
    });

    it('takes a claim that was held too long for lost', async () => {
      await claim();
      expect(await claim(aRequest(), 59)).toEqual({ state: 'in_flight' });
      expect(await claim(aRequest(), 60)).toMatchObject({ state: 'fresh' });
      expect(await claim(aRequest(), 61)).toEqual({ state: 'in_flight' });
    });

    it('does not let who lost a claim keep or release anything', async () => {
      const lost = await claimed();
      const mine = await claimed(aRequest(), 60);
      await store.remember(aRequest(), lost, { answer: 'late', until: at(3600) });
      await store.release(aRequest(), lost);
      expect(await claim(aRequest(), 61)).toEqual({ state: 'in_flight' });
      await store.remember(aRequest(), mine, { answer: 'mine', until: at(3600) });
      await store.release(aRequest(), mine);
      await store.remember(aRequest(), mine, { answer: 'twice', until: at(3600) });
      expect(await claim(aRequest(), 61)).toEqual({ state: 'remembered', answer: 'mine' });
    });

    it.each<[string, Partial<RepeatableRequest>]>([
      ['credentials', { credentialId: 'other' }],
      ['namespaces', { namespace: toNamespace('other_ns') }],
      ['operations', { operation: 'POST /memories:batch' }],
      ['keys', { key: 'KEY' }],
    ])('keeps %s apart', async (_, changes) => {
      await remember();
      expect(await claim(aRequest(changes))).toMatchObject({ state: 'fresh' });
    });

    it('does not mistake two requests whose parts read the same in a row', async () => {
      await remember(aRequest({ credentialId: 'a', namespace: trustedNamespace('b c'), key: 'd' }));
      expect(await claim(aRequest({ credentialId: 'a b', namespace: toNamespace('c'), key: 'd' }))).toMatchObject({
        state: 'fresh',
      });
      expect(await claim(aRequest({ credentialId: 'a', namespace: toNamespace('b'), key: 'c d' }))).toMatchObject({
        state: 'fresh',
      });
    });

    it('gives a request to one of many who claim it at once', async () => {
      const claims = await Promise.all(Array.from({ length: 20 }, () => claim()));
      expect(claims.filter(({ state }) => state === 'fresh')).toHaveLength(1);
      expect(claims.filter(({ state }) => state === 'in_flight')).toHaveLength(19);
    });
  });
}
