import { hash, timingSafeEqual } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { AuthOptions } from '../auth.options.js';
import type { Principal } from '../principal.js';

interface KnownCredential {
  readonly digest: Buffer;
  readonly principal: Principal;
}

/**
 * Tells whom a token names. Every transport asks it.
 *
 * How long it takes depends neither on the token nor on which credential matches: tokens are compared as digests of
 * equal length, with all credentials, in constant time.
 */
@Injectable()
export class CredentialVerifier {
  private readonly credentials: readonly KnownCredential[];

  /** @throws Error when a credential has no token, or two share an id or a token. */
  constructor(options: AuthOptions) {
    const { credentials } = options;
    for (const distinct of [credentials.map(({ id }) => id), credentials.map(({ token }) => token)]) {
      if (new Set(distinct).size !== credentials.length) throw new Error('two credentials share an id or a token');
      if (distinct.includes('')) throw new Error('a credential has an empty id or token');
    }
    this.credentials = credentials.map(({ id, token, namespaces, scopes }) => ({
      digest: digestOf(token),
      principal: Object.freeze({ credentialId: id, namespaces, scopes: scopes ?? ['*'] }),
    }));
  }

  verify(token: string): Principal | undefined {
    const digest = digestOf(token);
    let match: Principal | undefined;
    for (const credential of this.credentials) {
      if (timingSafeEqual(digest, credential.digest)) match = credential.principal;
    }
    return match;
  }
}

function digestOf(token: string): Buffer {
  return hash('sha256', token, 'buffer');
}
