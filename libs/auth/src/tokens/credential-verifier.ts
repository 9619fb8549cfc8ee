import { timingSafeEqual } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { SCOPES, type Grant } from '@sfm/memory';
import { AuthOptions, type Credential } from '../options/auth.options.js';

/** Padding after a token: no UTF-8 text contains this byte. */
const PADDING = 0xff;
const KNOWN_SCOPES: ReadonlySet<string> = new Set(['*', ...SCOPES]);

interface KnownCredential {
  readonly padded: Buffer;
  readonly grant: Grant;
}

/**
 * Finds the credential of a token.
 *
 * The time taken depends on the length of the sent token, but not on the credentials' lengths or on which one matches:
 * tokens are padded to the longest one and compared with all of them in constant time.
 */
@Injectable()
export class CredentialVerifier {
  private readonly credentials: readonly KnownCredential[];
  /** UTF-8 bytes of the longest token. */
  private readonly longest: number;

  /** @throws Error when a credential has no token or an unknown scope, or two share an id or a token. */
  constructor(options: AuthOptions) {
    const { credentials } = options;
    const tokens = credentials.flatMap(tokensOf);
    for (const distinct of [credentials.map(({ id }) => id), tokens]) {
      if (new Set(distinct).size !== distinct.length) throw new Error('two credentials share an id or a token');
      if (distinct.includes('')) throw new Error('a credential has an empty id or token');
    }
    const unknown = credentials.flatMap(({ scopes = [] }) => scopes.filter((scope) => !KNOWN_SCOPES.has(scope)));
    if (unknown.length > 0)
      throw new Error(`there is no scope ${unknown.join(', ')}; known: ${[...KNOWN_SCOPES].join(', ')}`);
    this.longest = Math.max(0, ...tokens.map((token) => Buffer.byteLength(token)));
    this.credentials = credentials.flatMap((credential) => {
      const { id, namespaces, scopes = ['*'] } = credential;
      const grant = Object.freeze({ credentialId: id, namespaces, scopes });
      return tokensOf(credential).map((token) => ({ padded: this.pad(token), grant }));
    });
  }

  verify(token: string): Grant | undefined {
    if (Buffer.byteLength(token) > this.longest) return undefined;
    const padded = this.pad(token);
    let match: Grant | undefined;
    for (const credential of this.credentials) {
      if (timingSafeEqual(padded, credential.padded)) match = credential.grant;
    }
    return match;
  }

  private pad(token: string): Buffer {
    const padded = Buffer.allocUnsafe(this.longest).fill(PADDING);
    padded.write(token);
    return padded;
  }
}

function tokensOf({ token, otherTokens = [] }: Credential): readonly string[] {
  return [token, ...otherTokens];
}
