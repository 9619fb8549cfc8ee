import { describeAuthenticatorContract } from '@sfm/memory/testing';
import { CredentialVerifier } from './credential-verifier.js';
import { StaticTokenAuthenticator } from './static-token-authenticator.js';

describeAuthenticatorContract('a list of tokens', (tokens, defaultNamespace) => {
  const options = {
    credentials: tokens.map(({ credentialId: id, token, namespaces, scopes }) => ({ id, token, namespaces, scopes })),
    defaultNamespace,
    rateLimit: { max: 0, windowMs: 0 },
  };
  return new StaticTokenAuthenticator(new CredentialVerifier(options), options);
});
