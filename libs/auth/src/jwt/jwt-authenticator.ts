import {
  Authenticator,
  InvalidTokenError,
  RejectedTokenError,
  resolveNamespace,
  type Namespace,
  type Principal,
} from '@sfm/memory';
import { errors, jwtVerify, type JWTPayload } from 'jose';
import { IssuerKeys } from './issuer-keys.js';
import { grantOf } from './jwt-claims.js';
import type { JwtOptions } from './jwt-options.js';

const FORM = /^[\w-]+\.[\w-]+\.[\w-]*$/;
/** Signatures that need no secret of ours: a shared one could be that of somebody else's key. */
const ALGORITHMS = [
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'ES512',
  'EdDSA',
  'Ed25519',
];
/** How far the clocks of the issuer and of this machine may be apart. */
const TOLERANCE_SECONDS = 30;

/** Whether the text has the form of a signed token. */
export function isJwt(token: string): boolean {
  return FORM.test(token);
}

/** Authenticates JSON Web Tokens of one issuer (OpenID Connect or OAuth 2.0 access tokens). */
export class JwtAuthenticator extends Authenticator {
  private readonly keys: IssuerKeys;
  /** When each principal's token ends, epoch seconds. */
  private readonly ends = new WeakMap<Principal, number>();

  constructor(
    private readonly options: JwtOptions,
    private readonly defaultNamespace: Namespace,
  ) {
    super();
    this.keys = new IssuerKeys(options);
  }

  async authenticate(token: string, namespace: string | undefined): Promise<Principal> {
    const payload = await this.verified(token);
    const grant = grantOf(payload, this.options);
    const principal = {
      ...grant,
      namespace: resolveNamespace(grant.namespaces, namespace, this.defaultNamespace),
    };
    this.ends.set(principal, payload.exp ?? 0);
    return principal;
  }

  override confirm(principal: Principal): Promise<void> {
    const end = this.ends.get(principal);
    if (end === undefined || Date.now() / 1000 < end + TOLERANCE_SECONDS) return Promise.resolve();
    return Promise.reject(new RejectedTokenError('it has expired'));
  }

  private async verified(token: string): Promise<JWTPayload> {
    // Whoever decodes base64 leaves out what is none of it.
    if (!isJwt(token)) throw new InvalidTokenError();
    const { issuer, audiences } = this.options;
    try {
      const { payload } = await jwtVerify(token, this.keys.keyOf, {
        issuer,
        audience: [...audiences],
        algorithms: ALGORITHMS,
        clockTolerance: TOLERANCE_SECONDS,
        requiredClaims: ['exp', 'sub'],
      });
      return payload;
    } catch (error) {
      throw refusalOf(error);
    }
  }
}

/** What is said of a token that is none of ours; nothing of what it says itself. */
function refusalOf(error: unknown): unknown {
  if (error instanceof errors.JWTExpired) return new RejectedTokenError('it has expired');
  if (error instanceof errors.JWTClaimValidationFailed) {
    const what = error.claim === 'nbf' ? 'is not valid yet by its claim nbf' : `has a wrong or no claim ${error.claim}`;
    return new RejectedTokenError(`it ${what}`);
  }
  if (error instanceof errors.JOSEAlgNotAllowed || error instanceof errors.JOSENotSupported) {
    return new RejectedTokenError(`its algorithm is none of ${ALGORITHMS.join(', ')}`);
  }
  if (error instanceof errors.JWKSNoMatchingKey || error instanceof errors.JWKSMultipleMatchingKeys) {
    return new RejectedTokenError('it is signed with none of the keys of the issuer');
  }
  if (error instanceof errors.JWSSignatureVerificationFailed) {
    return new RejectedTokenError('its signature does not fit');
  }
  return error instanceof errors.JOSEError ? new InvalidTokenError() : error;
}
