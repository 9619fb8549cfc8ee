import { IssuerUnavailableError } from '@sfm/memory';
import { createRemoteJWKSet, errors, type JWTVerifyGetKey } from 'jose';
import type { JwtOptions } from './jwt-options.js';

const TIMEOUT_MS = 5000;
/** How long keys are used without asking for them again. */
const KEPT_MS = 600_000;
/** How soon after they were got they are asked for again when a token names a key that is not among them. */
const COOLDOWN_MS = 30_000;
/** How long the issuer is left alone after it did not answer. */
const RESTING_MS = 5000;
const MAX_DOCUMENT_BYTES = 1_000_000;

type RemoteKeys = ReturnType<typeof createRemoteJWKSet>;

/** Errors that say something of the token and not of the issuer. */
const OF_THE_TOKEN = [errors.JWKSNoMatchingKey, errors.JWKSMultipleMatchingKeys, errors.JOSENotSupported];

/**
 * The keys of the issuer, got when the first token comes and kept. A key that is not among them has them got again, so that
 * the issuer can replace its keys.
 */
export class IssuerKeys {
  private jwks: Promise<RemoteKeys> | undefined;
  private restingUntilMs = 0;

  constructor(private readonly options: Pick<JwtOptions, 'issuer' | 'jwksUrl'>) {}

  /** @throws IssuerUnavailableError; the errors of `jose` when no key fits */
  readonly keyOf: JWTVerifyGetKey = async (header, token) => {
    const jwks = await this.found();
    // Keys that are known are used, whether the issuer is there or not.
    if (!jwks.fresh) this.assertAwake();
    try {
      return await jwks(header, token);
    } catch (error) {
      if (OF_THE_TOKEN.some((kind) => error instanceof kind)) throw error;
      throw this.rest(error);
    }
  };

  private async found(): Promise<RemoteKeys> {
    if (this.jwks === undefined) this.assertAwake();
    try {
      return await (this.jwks ??= this.open());
    } catch (error) {
      this.jwks = undefined;
      throw this.rest(error);
    }
  }

  private assertAwake(): void {
    if (performance.now() < this.restingUntilMs) throw away();
  }

  private rest(cause: unknown): IssuerUnavailableError {
    this.restingUntilMs = performance.now() + RESTING_MS;
    return away(cause);
  }

  private async open(): Promise<RemoteKeys> {
    const { issuer, jwksUrl } = this.options;
    const url = new URL(jwksUrl ?? (await discover(issuer)));
    return createRemoteJWKSet(url, {
      timeoutDuration: TIMEOUT_MS,
      cacheMaxAge: KEPT_MS,
      cooldownDuration: COOLDOWN_MS,
    });
  }
}

async function discover(issuer: string): Promise<string> {
  const url = `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`;
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(TIMEOUT_MS), redirect: 'error' });
    const text = await response.text();
    if (!response.ok || text.length > MAX_DOCUMENT_BYTES) throw new Error(`status ${response.status}`);
    const { issuer: said, jwks_uri: found } = { ...(JSON.parse(text) as { issuer?: unknown; jwks_uri?: unknown }) };
    if (said !== issuer || typeof found !== 'string') throw new Error('the document is not that of the issuer');
    return found;
  } catch (cause) {
    throw new Error(`${url} cannot be read`, { cause });
  }
}

function away(cause?: unknown): IssuerUnavailableError {
  return new IssuerUnavailableError('the keys of the issuer of tokens cannot be had', { cause });
}
