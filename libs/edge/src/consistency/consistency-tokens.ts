import { UnknownWriteError, type Namespace, type WritePosition } from '@sfm/memory';
import { SealedBytes } from '../mapping/sealed-bytes.js';

const SEQ_BYTES = 8;
const ID_BYTES = 16;

/** Writes and reads the tokens by which a caller names a write it has to see. Each is bound to its namespace. */
export class ConsistencyTokens {
  private readonly sealed: SealedBytes;

  /** @param secrets as for `PageCursor` */
  constructor(secrets: string | readonly string[]) {
    this.sealed = new SealedBytes('consistency', secrets);
  }

  write(namespace: Namespace, { seq, eventId }: WritePosition): string {
    const content = Buffer.alloc(SEQ_BYTES + ID_BYTES);
    content.writeDoubleBE(seq);
    content.write(eventId.replaceAll('-', ''), SEQ_BYTES, 'hex');
    return this.sealed.seal(namespace, content);
  }

  /** @throws UnknownWriteError unless this service issued the token for this namespace. */
  read(namespace: Namespace, token: string, field: string): WritePosition {
    const content = this.sealed.open(namespace, token, SEQ_BYTES + ID_BYTES);
    if (!content) {
      throw new UnknownWriteError(
        field,
        'must be the token of an earlier answer of this service in this namespace, unchanged',
      );
    }
    return { seq: content.readDoubleBE(), eventId: content.toString('hex', SEQ_BYTES) };
  }
}
