import type { MemoryCache } from '../read/memory-cache.port.js';
import {
  MemoryWriter,
  type DeleteCommand,
  type DeleteReceipt,
  type WriteCommand,
  type WriteReceipt,
} from './memory-writer.port.js';

/**
 * Writes the truth, then tells the cache what became old, before the write is acknowledged: an overwritten or deleted
 * payload is gone from a cache that can be reached. One that cannot be reached keeps it until it expires, unread, because
 * `CachedMemoryReader` checks versions.
 */
export class CachedMemoryWriter extends MemoryWriter {
  constructor(
    private readonly truth: MemoryWriter,
    private readonly cache: MemoryCache,
  ) {
    super();
  }

  async write(commands: readonly WriteCommand[]): Promise<readonly WriteReceipt[]> {
    const receipts = await this.truth.write(commands);
    const changed = receipts.flatMap(({ key, version }, index) => {
      const { namespace } = commands[index] ?? {};
      // There is nothing older than a first version.
      return namespace === undefined || version === 1 ? [] : [{ namespace, key, version }];
    });
    if (changed.length > 0) await this.cache.invalidate(changed);
    return receipts;
  }

  async delete(commands: readonly DeleteCommand[]): Promise<readonly DeleteReceipt[]> {
    const receipts = await this.truth.delete(commands);
    if (receipts.length > 0) await this.cache.invalidate(receipts);
    return receipts;
  }
}
