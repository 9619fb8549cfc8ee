import { beforeEach, describe, expect, it } from '@jest/globals';
import {
  InvalidTokenError,
  newSecret,
  RejectedTokenError,
  StoreUnavailableError,
  toNamespace,
  type NewApiKey,
} from '@sfm/memory';
import { InMemoryApiKeys } from '@sfm/memory/testing';
import { ApiKeyAuthenticator } from './api-key-authenticator.js';
import { ApiKeyRing } from './api-key-ring.js';

const FRESH_MS = 5000;
const HOME = toNamespace('home');
const ACT = { actor: null, action: 'x', namespace: null, details: {} };
const KEY: NewApiKey = {
  ...{ id: 'k', name: 'k', scopes: ['read'], namespaces: '*', rateLimit: 7, expiresAt: null, createdBy: null },
};

let nowMs: number;
let keys: InMemoryApiKeys;
let authenticator: ApiKeyAuthenticator;

beforeEach(() => {
  nowMs = 1000;
  keys = new InMemoryApiKeys(undefined, () => nowMs);
  authenticator = new ApiKeyAuthenticator(new ApiKeyRing(keys, FRESH_MS, () => nowMs), HOME);
});

const issue = async (changes: Partial<NewApiKey> = {}) => {
  const { secret, ...stored } = newSecret();
  await keys.create({ ...KEY, ...changes }, stored, ACT);
  return secret;
};

describe('ApiKeyAuthenticator', () => {
  it('asks the store once for many requests, and again when what it knows is no longer fresh', async () => {
    const secret = await issue();
    const principals = await Promise.all(Array.from({ length: 100 }, () => authenticator.authenticate(secret, 'x')));
    expect(principals[0]).toMatchObject({ credentialId: 'k', namespace: 'x', rateLimit: 7 });
    nowMs += FRESH_MS - 1;
    await authenticator.authenticate(secret, 'x');
    expect(keys.lookups).toBe(1);
    nowMs += 1;
    await authenticator.authenticate(secret, 'x');
    expect(keys.lookups).toBe(2);
  });

  it('lets a revoked key go on no longer than that, in the middle of an answer too, and says why', async () => {
    const secret = await issue();
    const principal = await authenticator.authenticate(secret, undefined);
    await keys.revoke('k', ACT);
    await authenticator.confirm(principal);
    nowMs += FRESH_MS;
    await expect(authenticator.confirm(principal)).rejects.toThrow(RejectedTokenError);
    await expect(authenticator.authenticate(secret, undefined)).rejects.toThrow('the API key was revoked');
  });

  it('lets go of the secret of before, when a key has another', async () => {
    const secret = await issue();
    const principal = await authenticator.authenticate(secret, undefined);
    const { secret: second, ...stored } = newSecret();
    await keys.rotate('k', stored, ACT);
    expect(await authenticator.authenticate(second, undefined)).toMatchObject({ credentialId: 'k' });
    nowMs += FRESH_MS;
    await expect(authenticator.authenticate(secret, undefined)).rejects.toThrow(InvalidTokenError);
    await expect(authenticator.confirm(principal)).rejects.toThrow('given another secret');
  });

  it('ends a key when its time is over, by the clock of the store', async () => {
    const secret = await issue({ expiresAt: new Date(nowMs + 2000) });
    const principal = await authenticator.authenticate(secret, undefined);
    nowMs += 1999;
    await authenticator.confirm(principal);
    nowMs += 1;
    await expect(authenticator.confirm(principal)).rejects.toThrow('has expired');
    await expect(authenticator.authenticate(secret, undefined)).rejects.toThrow(RejectedTokenError);
  });

  it('tells a revoked key’s state only to who holds the secret', async () => {
    const secret = await issue();
    await keys.revoke('k', ACT);
    const guess = `${secret.slice(0, -5)}AAAAA`;
    await expect(authenticator.authenticate(guess, undefined)).rejects.toMatchObject({ code: 'invalid_token' });
    await expect(authenticator.authenticate(secret, undefined)).rejects.toMatchObject({ code: 'token_rejected' });
  });

  it('refuses everybody as away, and nobody as wrong, while the store is away and nothing fresh is known', async () => {
    const secret = await issue();
    await authenticator.authenticate(secret, undefined);
    keys.failure = new StoreUnavailableError('away');
    await authenticator.authenticate(secret, undefined);
    nowMs += FRESH_MS;
    await expect(authenticator.authenticate(secret, undefined)).rejects.toThrow(StoreUnavailableError);
  });

  it('looks many made-up keys up together, one look-up at a time, and never what is no key', async () => {
    const wrong = (token: string) => authenticator.authenticate(token, undefined).catch((error: unknown) => error);
    const answers = await Promise.all(Array.from({ length: 1000 }, () => wrong(newSecret().secret)));
    expect(answers.every((error) => error instanceof InvalidTokenError)).toBe(true);
    expect(keys.lookups).toBeLessThanOrEqual(5);
    const before = keys.lookups;
    await Promise.all(['sfm_', 'sfm_0123456789ab_short', newSecret().secret.toUpperCase()].map(wrong));
    expect(keys.lookups).toBe(before);
  });
});
