import { createHash } from 'node:crypto';

/**
 * Running checksum of lines: each part's is the SHA-256 of the one before (hex) and the bytes of the part. So a part can
 * be checked by itself once the one before is known, and whoever goes on after it needs nothing else of what came before.
 */
export class LineChain {
  private hash;

  /** @param last checksum of the part before; empty for the first part */
  constructor(last = '') {
    this.hash = createHash('sha256').update(last);
  }

  add(bytes: string | Uint8Array): void {
    this.hash.update(bytes);
  }

  /** Returns the checksum of the part, hex, and begins the next one. */
  close(): string {
    const sum = this.hash.digest('hex');
    this.hash = createHash('sha256').update(sum);
    return sum;
  }
}
