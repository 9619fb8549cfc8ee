import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto';

const IV_BYTES = 12;
const TAG_BYTES = 16;

/**
 * Encrypts what a caller is to give back unread and unchanged: numbers that count the writes of every namespace. Each text
 * is bound to its purpose and scope.
 */
export class SealedBytes {
  private readonly key: Buffer;
  private readonly keys: readonly Buffer[];

  /**
   * @param secrets the same in every process behind one address: the first one seals, all of them open. Anyone who has
   * one can read what is sealed with it.
   */
  constructor(purpose: string, secrets: string | readonly string[]) {
    this.keys = (typeof secrets === 'string' ? [secrets] : secrets).map((secret) =>
      createHash('sha256').update(`${purpose}\n${secret}`).digest(),
    );
    const [first] = this.keys;
    if (first === undefined) throw new Error('there is no secret to seal with');
    this.key = first;
  }

  seal(scope: string, content: Buffer): string {
    const iv = randomBytes(IV_BYTES);
    const cipher = createCipheriv('aes-256-gcm', this.key, iv, { authTagLength: TAG_BYTES }).setAAD(Buffer.from(scope));
    return Buffer.concat([iv, cipher.update(content), cipher.final(), cipher.getAuthTag()]).toString('base64url');
  }

  /** Undefined unless `seal` made the text with one of the secrets for this purpose and scope, of so many bytes. */
  open(scope: string, text: string, length: number): Buffer | undefined {
    const bytes = Buffer.from(text, 'base64url');
    if (bytes.length !== IV_BYTES + length + TAG_BYTES) return undefined;
    for (const key of this.keys) {
      const opened = this.openWith(key, scope, bytes);
      if (opened) return opened;
    }
    return undefined;
  }

  private openWith(key: Buffer, scope: string, bytes: Buffer): Buffer | undefined {
    const length = bytes.length - IV_BYTES - TAG_BYTES;
    try {
      const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, IV_BYTES), {
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
