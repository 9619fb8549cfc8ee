import { Logger, type Provider } from '@nestjs/common';
import { ApiKeys, AuditLog, Authenticator, CredentialUses } from '@sfm/memory';
import { ApiKeyAuthenticator } from '../keys/api-key-authenticator.js';
import { ApiKeyRing } from '../keys/api-key-ring.js';
import { JwtAuthenticator } from '../jwt/jwt-authenticator.js';
import { AuthOptions } from '../options/auth.options.js';
import { CredentialAuthenticator } from './credential-authenticator.js';
import { CredentialVerifier } from './credential-verifier.js';
import { NotedUses } from './noted-uses.js';
import { StaticTokenAuthenticator } from './static-token-authenticator.js';

const USE_PERIOD_MS = 60_000;

const noted: Provider = {
  provide: NotedUses,
  inject: [AuthOptions, { token: ApiKeys, optional: true }, { token: AuditLog, optional: true }],
  useFactory: ({ usePeriodMs = USE_PERIOD_MS }: AuthOptions, keys?: ApiKeys, log?: AuditLog) => {
    const logger = new Logger('Audit');
    const warn = (err: unknown) => logger.warn({ msg: 'uses of credentials wait to be noted in the audit log', err });
    return new NotedUses(keys && log && new CredentialUses(log, keys, usePeriodMs, warn));
  },
};

const authenticator: Provider = {
  provide: Authenticator,
  inject: [AuthOptions, CredentialVerifier, NotedUses, { token: ApiKeys, optional: true }],
  useFactory: (options: AuthOptions, verifier: CredentialVerifier, { uses }: NotedUses, keys?: ApiKeys) => {
    const { defaultNamespace, jwt } = options;
    const ring = keys && options.keys && new ApiKeyRing(keys, options.keys.freshMs);
    const kinds = {
      tokens: new StaticTokenAuthenticator(verifier, options),
      ...(ring ? { keys: new ApiKeyAuthenticator(ring, defaultNamespace) } : {}),
      ...(jwt ? { jwt: new JwtAuthenticator(jwt, defaultNamespace) } : {}),
    };
    return new CredentialAuthenticator(verifier, kinds, uses);
  },
};

/** What resolves tokens to principals, and what notes it. */
export const authenticatorProviders: readonly Provider[] = [CredentialVerifier, noted, authenticator];
