import { expect, it } from '@jest/globals';
import { RejectedTokenError, StoreUnavailableError, toNamespace, type Principal } from '@sfm/memory';
import { HeldCredentials, whileHeld } from './held-credentials.js';

const PRINCIPAL: Principal = {
  ...{ credentialId: 'k', namespace: toNamespace('home'), namespaces: '*', scopes: ['read'] },
};

/** Parts without an end. */
async function* parts(): AsyncGenerator<number> {
  for (let part = 0; ; part += 1) {
    await new Promise(setImmediate);
    yield part;
  }
}

it('ends an answer when its credential does, and not because nobody can tell', async () => {
  const failures = [new StoreUnavailableError('away'), undefined, new RejectedTokenError('revoked')];
  let looks = 0;
  const confirm = () => {
    const failure = failures[looks];
    looks += 1;
    return failure ? Promise.reject(failure) : Promise.resolve();
  };
  const held = new HeldCredentials({ confirm }, 1).hold(PRINCIPAL);
  const read = async () => {
    for await (const part of whileHeld(held, parts())) if (part < 0) break;
  };
  await expect(read()).rejects.toThrow(RejectedTokenError);
  expect(looks).toBe(3);
  expect(held.signal.reason).toBeInstanceOf(RejectedTokenError);
});

it('looks no more when the answer is written, or nobody reads on', async () => {
  let looks = 0;
  const looked = () => {
    looks += 1;
    return Promise.resolve();
  };
  const held = new HeldCredentials({ confirm: looked }, 1).hold(PRINCIPAL);
  for await (const part of whileHeld(held, parts())) if (part > 0 && looks > 2) break;
  const before = looks;
  for (let turns = 0; turns < 50; turns += 1) await new Promise(setImmediate);
  expect(looks).toBe(before);
});
