import { UnknownCursorError, type ListPosition, type Namespace } from '@sfm/memory';
import { SealedBytes } from './sealed-bytes.js';

/** Two numbers of eight bytes: creation time and id, or a version. */
const POSITION_BYTES = 16;
type Position = readonly [number, number];

/**
 * Encodes and decodes page cursors. They are encrypted because the creation numbers inside count the writes of every
 * namespace, and each is bound to its namespace.
 */
export class PageCursor {
  private readonly sealed: SealedBytes;

  /** @param secrets the same in every process behind one address; anyone who has one can read cursors. */
  constructor(secrets: string | readonly string[]) {
    this.sealed = new SealedBytes('page-cursor', secrets);
  }

  write(namespace: Namespace, { createdAtMs, id }: ListPosition): string {
    return this.seal(namespace, [createdAtMs, id]);
  }

  /** @throws UnknownCursorError unless this service issued the cursor for this namespace. */
  read(namespace: Namespace, cursor: string): ListPosition {
    const [createdAtMs, id] = this.open(namespace, cursor, 'of this namespace');
    return { createdAtMs, id };
  }

  /** A place in the history of one coordinate. */
  writeVersion(namespace: Namespace, key: string, version: number): string {
    return this.seal(historyOf(namespace, key), [version, 0]);
  }

  /** @throws UnknownCursorError unless this service issued the cursor for the history of this coordinate. */
  readVersion(namespace: Namespace, key: string, cursor: string): number {
    return this.open(historyOf(namespace, key), cursor, 'of this history')[0];
  }

  /** The position of an export, which only goes on with the same extras. */
  writeExport(namespace: Namespace, include: readonly string[], position: number): string {
    return this.seal(exportOf(namespace, include), [position, 0]);
  }

  /** @throws UnknownCursorError unless this service issued the position for an export of this namespace with these extras. */
  readExport(namespace: Namespace, include: readonly string[], text: string): number {
    return this.open(exportOf(namespace, include), text, 'of this namespace', EXPORT_POSITION)[0];
  }

  private seal(scope: string, [first, second]: Position): string {
    const position = Buffer.alloc(POSITION_BYTES);
    position.writeDoubleBE(first);
    position.writeDoubleBE(second, POSITION_BYTES / 2);
    return this.sealed.seal(scope, position);
  }

  private open(scope: string, cursor: string, whose: string, said = NEXT_CURSOR): Position {
    const position = this.sealed.open(scope, cursor, POSITION_BYTES);
    if (!position) throw new UnknownCursorError(said.field, `must be the ${said.what} ${whose}`);
    return [position.readDoubleBE(), position.readDoubleBE(POSITION_BYTES / 2)];
  }
}

const NEXT_CURSOR = { field: 'cursor', what: 'next_cursor of an earlier page' };
const EXPORT_POSITION = { field: 'position', what: 'X-Soma-Export-Position of an export with the same extras' };

/** No key has a line break: no history reads the same. */
function exportOf(namespace: Namespace, include: readonly string[]): string {
  return `${namespace}\n${include.join()}\nexport`;
}

/** No namespace has a line break, so no other scope reads the same. */
function historyOf(namespace: Namespace, key: string): string {
  return `${namespace}\n${key}`;
}
