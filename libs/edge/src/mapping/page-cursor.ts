import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto';
import { UnknownCursorError, type ListPosition, type Namespace } from '@sfm/memory';

const IV_BYTES = 12;
const TAG_BYTES = 16;
/** Creation time and id, eight bytes each. */
const POSITION_BYTES = 16;

/**
 * Encodes and decodes page cursors. They are encrypted because the creation numbers inside count the writes of every
 * namespace, and each is bound to its namespace.
 */
export class PageCursor {
  private readonly key: Buffer;

  /** @param secret the same in every process behind one address; anyone who has it can read cursors. */
  constructor(secret: string) {
    this.key = createHash('sha256').update(`page-cursor\n${secret}`).digest();
  }

  write(namespace: Namespace, { createdAtMs, id }: ListPosition): string {
    const iv = randomBytes(IV_BYTES);
    const cipher = createCipheriv('aes-256-gcm', this.key, iv, { authTagLength: TAG_BYTES }).setAAD(
      Buffer.from(namespace),
    );
    const position = Buffer.alloc(POSITION_BYTES);
    position.writeDoubleBE(createdAtMs);
    position.writeDoubleBE(id, POSITION_BYTES / 2);
    return Buffer.concat([iv, cipher.update(position), cipher.final(), cipher.getAuthTag()]).toString('base64url');
  }

  /** @throws UnknownCursorError unless this service issued the cursor for this namespace. */
  read(namespace: Namespace, cursor: string): ListPosition {
    const bytes = Buffer.from(cursor, 'base64url');
    try {
      if (bytes.length !== IV_BYTES + POSITION_BYTES + TAG_BYTES) throw new Error('wrong length');
      const decipher = createDecipheriv('aes-256-gcm', this.key, bytes.subarray(0, IV_BYTES), {
        authTagLength: TAG_BYTES,
      })
        .setAAD(Buffer.from(namespace))
        .setAuthTag(bytes.subarray(IV_BYTES + POSITION_BYTES));
      const sealed = bytes.subarray(IV_BYTES, IV_BYTES + POSITION_BYTES);
      const position = Buffer.concat([decipher.update(sealed), decipher.final()]);
      return { createdAtMs: position.readDoubleBE(), id: position.readDoubleBE(POSITION_BYTES / 2) };
    } catch {
      throw new UnknownCursorError('cursor', 'must be the next_cursor of an earlier page of this namespace');
    }
  }
}
