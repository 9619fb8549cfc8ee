import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

const FORM = /^sfm_([0-9a-f]{12})_[A-Za-z0-9_-]{43}$/;

/** What is stored of a secret. */
export interface StoredSecret {
  readonly prefix: string;
  /**
   * SHA-256 of the secret. Slow hashes protect what people make up; 256 random bits cannot be guessed, and a slow hash
   * would cost every request.
   */
  readonly hash: Buffer;
}

/** A new secret of 256 random bits, `sfm_<prefix>_<random>`, and what is stored of it. */
export function newSecret(): StoredSecret & { readonly secret: string } {
  const prefix = randomBytes(6).toString('hex');
  const secret = `sfm_${prefix}_${randomBytes(32).toString('base64url')}`;
  return { secret, prefix, hash: hashOfSecret(secret) };
}

/** The prefix of what can be the secret of a key; undefined for any other text. */
export function prefixOfSecret(text: string): string | undefined {
  return FORM.exec(text)?.[1];
}

/** Whether the hash is that of the secret, in a time that does not depend on where they differ. */
export function isSecret(secret: string, hash: Buffer): boolean {
  const own = hashOfSecret(secret);
  return own.length === hash.length && timingSafeEqual(own, hash);
}

function hashOfSecret(secret: string): Buffer {
  return createHash('sha256').update(secret).digest();
}
