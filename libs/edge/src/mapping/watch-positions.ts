import { UnknownCursorError, type LogPosition, type Namespace } from '@sfm/memory';
import { SealedBytes } from './sealed-bytes.js';

const NUMBER_BYTES = 8;
const ID_BYTES = 16;
/** The number, and the number and id of the anchor: zeros where there is none. */
const BYTES = NUMBER_BYTES * 2 + ID_BYTES;

/**
 * Writes and reads the positions that a watch goes on from. They are encrypted because their numbers count the changes of every
 * namespace, and each is bound to its own.
 */
export class WatchPositions {
  private readonly sealed: SealedBytes;

  /** @param secrets as for `PageCursor` */
  constructor(secrets: string | readonly string[]) {
    this.sealed = new SealedBytes('watch', secrets);
  }

  write(namespace: Namespace, { seq, anchor }: LogPosition): string {
    const content = Buffer.alloc(BYTES);
    content.writeDoubleBE(seq);
    if (anchor) {
      content.writeDoubleBE(anchor.seq, NUMBER_BYTES);
      content.write(anchor.eventId.replaceAll('-', ''), NUMBER_BYTES * 2, 'hex');
    }
    return this.sealed.seal(namespace, content);
  }

  /** @throws UnknownCursorError unless this service wrote the position for this namespace */
  read(namespace: Namespace, text: string): LogPosition {
    const content = this.sealed.open(namespace, text, BYTES);
    if (!content)
      throw new UnknownCursorError('position', 'must be the position of an earlier watch of this namespace');
    const anchorSeq = content.readDoubleBE(NUMBER_BYTES);
    const anchor = { seq: anchorSeq, eventId: uuidOf(content.toString('hex', NUMBER_BYTES * 2)) };
    return { seq: content.readDoubleBE(), ...(anchorSeq > 0 ? { anchor } : {}) };
  }
}

function uuidOf(hex: string): string {
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}
