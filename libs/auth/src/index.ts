export { AuthModule, type AuthModuleSetup } from './auth.module.js';
export { AuthOptions, type Credential, type RateLimitOptions } from './options/auth.options.js';
export {
  InvalidTokenException,
  MissingBearerTokenException,
  RateLimitExceededException,
} from './errors/auth.errors.js';
export { CredentialVerifier } from './tokens/credential-verifier.js';
export { Public, PublicIf } from './request/public.decorator.js';
export { CurrentNamespace, CurrentPrincipal } from './request/current-namespace.decorator.js';
export { resolveNamespace } from './namespace/resolve-namespace.js';
export type { GuardedRequest, Principal } from './request/principal.js';
export { EmbeddedRateLimiter, type EmbeddedRateLimiterOptions } from './rate-limit/embedded/embedded-rate-limiter.js';
export { Unlimited } from './rate-limit/rate-limit.guard.js';
export { RateLimiter, type RateLimitDecision } from './rate-limit/rate-limiter.port.js';
export { RedisRateLimiter, type RedisRateLimiterOptions } from './rate-limit/redis/redis-rate-limiter.js';
export { type ScriptRunner } from './rate-limit/redis/script-runner.js';
export { ensureTokenFile, readTokenFile, type TokenFile } from './token-file.js';
