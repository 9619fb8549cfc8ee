import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto';

const IV_BYTES = 12;
const TAG_BYTES = 16;

/**
 * Encrypts what a caller is to give back unread and unchanged: numbers that count the writes of every namespace. Each text
 * is bound to its purpose and scope.
 */
export class SealedBytes {
  private readonly key: Buffer;

  /** @param secret the same in every process behind one address; anyone who has it can read what is sealed. */
  constructor(purpose: string, secret: string) {
    this.key = createHash('sha256').update(`${purpose}\n${secret}`).digest();
  }

  seal(scope: string, content: Buffer): string {
    const iv = randomBytes(IV_BYTES);
    const cipher = createCipheriv('aes-256-gcm', this.key, iv, { authTagLength: TAG_BYTES }).setAAD(Buffer.from(scope));
    return Buffer.concat([iv, cipher.update(content), cipher.final(), cipher.getAuthTag()]).toString('base64url');
  }

  /** Undefined unless `seal` made the text with this secret for this purpose and scope, of so many bytes. */
  open(scope: string, text: string, length: number): Buffer | undefined {
    const bytes = Buffer.from(text, 'base64url');
    if (bytes.length !== IV_BYTES + length + TAG_BYTES) return undefined;
    try {
      const decipher = createDecipheriv('aes-256-gcm', this.key, bytes.subarray(0, IV_BYTES), {
        authTagLength: TAG_BYTES,
      })
        .setAAD(Buffer.from(scope))
        .setAuthTag(bytes.subarray(IV_BYTES + length));
      return Buffer.concat([decipher.update(bytes.subarray(IV_BYTES, IV_BYTES + length)), decipher.final()]);
    } catch {
      return undefined;
    }
  }
}
