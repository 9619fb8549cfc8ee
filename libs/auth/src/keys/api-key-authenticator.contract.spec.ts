import { describeAuthenticatorContract, InMemoryApiKeys } from '@sfm/memory/testing';
import { newSecret, SCOPES } from '@sfm/memory';
import { ApiKeyAuthenticator } from './api-key-authenticator.js';
import { ApiKeyRing } from './api-key-ring.js';

const ACT = { actor: null, action: 'keys.create', namespace: null, details: {} };

describeAuthenticatorContract('API keys', async (tokens, defaultNamespace) => {
  const keys = new InMemoryApiKeys();
  const secrets = new Map<string, string>();
  for (const { credentialId: id, namespaces, scopes } of tokens) {
    const { secret, ...stored } = newSecret();
    secrets.set(id, secret);
    const rights = { namespaces, scopes: SCOPES.filter((scope) => scopes.includes(scope)) };
    await keys.create({ id, name: id, ...rights, rateLimit: null, expiresAt: null, createdBy: null }, stored, ACT);
  }
  return {
    authenticator: new ApiKeyAuthenticator(new ApiKeyRing(keys, 1000), defaultNamespace),
    tokenOf: ({ credentialId }) => secrets.get(credentialId) ?? '',
  };
});
