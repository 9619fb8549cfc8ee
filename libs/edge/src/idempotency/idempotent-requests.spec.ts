import { beforeEach, describe, expect, it } from '@jest/globals';
import {
  EmbeddedIdempotencyStore,
  InvalidRequestError,
  RequestInFlightError,
  ScopeForbiddenError,
  StoreUnavailableError,
  toNamespace,
  type Claim,
} from '@sfm/memory';
import { z } from 'zod';
import { IdempotentRequests, type RepeatableCall } from './idempotent-requests.js';

const SCHEMA = z.object({ run: z.int() });
const HOUR_MS = 3_600_000;

/** A store that loses the way to where it keeps things. */
class FailingStore extends EmbeddedIdempotencyStore {
  failsFor: 'remember' | 'claim' | undefined;

  override claim(...request: Parameters<EmbeddedIdempotencyStore['claim']>): Promise<Claim> {
    return this.failsFor === 'claim' ? Promise.reject(new StoreUnavailableError('away')) : super.claim(...request);
  }

  override remember(...kept: Parameters<EmbeddedIdempotencyStore['remember']>): Promise<void> {
    return this.failsFor === 'remember' ? Promise.reject(new StoreUnavailableError('away')) : super.remember(...kept);
  }
}

let store: FailingStore;
let requests: IdempotentRequests;
let runs: number;
let now: number;
let forgotten: unknown[];

const aCall = (changes: Partial<RepeatableCall> = {}): RepeatableCall => ({
  principal: { credentialId: 'c', namespace: toNamespace('n'), namespaces: '*', scopes: ['write'] },
  useCase: 'store',
  operation: 'POST /v1/memories',
  key: 'k',
  keyField: 'Idempotency-Key',
  hash: 'h',
  ...changes,
});
const work = async (isFinal = true) => ({ answer: { run: (runs += 1) }, isFinal });
const once = (call = aCall(), does: () => ReturnType<typeof work> = work) => requests.once(call, SCHEMA, does);
const failing = (error: Error) => async (): ReturnType<typeof work> => {
  runs += 1;
  throw error;
};

beforeEach(() => {
  store = new FailingStore();
  runs = 0;
  now = Date.UTC(2026, 2, 1);
  forgotten = [];
  requests = new IdempotentRequests(
    store,
    (error) => forgotten.push(error),
    () => now,
  );
});

describe('a request with a key', () => {
  it('is done once and its answer repeated for an hour', async () => {
    expect(await once()).toEqual({ run: 1 });
    now += HOUR_MS - 1;
    expect(await once()).toEqual({ run: 1 });
    now += 1;
    expect(await once()).toEqual({ run: 2 });
  });

  it('is refused while the same is being answered, and when the key was used with another', async () => {
    let finish = () => {};
    const slow = once(aCall(), async () => {
      await new Promise<void>((resolve) => (finish = resolve));
      return work();
    });
    await expect(once()).rejects.toThrow(RequestInFlightError);
    await expect(once(aCall({ hash: 'other' }))).rejects.toThrow(InvalidRequestError);
    finish();
    expect(await slow).toEqual({ run: 1 });
    await expect(once(aCall({ hash: 'other' }))).rejects.toMatchObject({ field: 'Idempotency-Key' });
    expect(await once()).toEqual({ run: 1 });
  });

  it.each([
    { error: new StoreUnavailableError('away') },
    { error: new Error('bug') },
    { error: new InvalidRequestError('payload', 'no') },
  ])('is tried again after it failed: $error.message', async ({ error }) => {
    await expect(once(aCall(), failing(error))).rejects.toBe(error);
    expect(await once()).toEqual({ run: 2 });
  });

  it('is tried again when some of it failed in a way that may pass', async () => {
    expect(await once(aCall(), () => work(false))).toEqual({ run: 1 });
    expect(await once()).toEqual({ run: 2 });
    expect(await once()).toEqual({ run: 2 });
  });

  it('is told that it was done even if that cannot be remembered', async () => {
    store.failsFor = 'remember';
    expect(await once()).toEqual({ run: 1 });
    expect(forgotten).toEqual([expect.any(StoreUnavailableError)]);
  });

  it('is not begun when nobody can say whether it was done', async () => {
    store.failsFor = 'claim';
    await expect(once()).rejects.toThrow(StoreUnavailableError);
    expect(runs).toBe(0);
  });

  it.each([
    { kind: 'too long', key: 'x'.repeat(256) },
    { kind: 'with a blank', key: 'a b' },
    { kind: 'empty', key: '' },
    { kind: 'beyond ASCII', key: 'ü' },
    { kind: 'that are two', key: ['a', 'b'] },
  ])('is refused for a key $kind', async ({ key }) => {
    await expect(once(aCall({ key }))).rejects.toMatchObject({ field: 'Idempotency-Key' });
    expect(runs).toBe(0);
  });

  it('takes the scope of what it asks for, before its key is looked at', async () => {
    const reader = { ...aCall().principal, scopes: ['read' as const] };
    await expect(once(aCall({ principal: reader, key: '' }))).rejects.toThrow(ScopeForbiddenError);
    expect(runs).toBe(0);
  });
});

it('a request without a key is done each time', async () => {
  const call = aCall({ key: undefined });
  expect([await once(call), await once(call)]).toEqual([{ run: 1 }, { run: 2 }]);
});
