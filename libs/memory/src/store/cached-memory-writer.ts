import type { MemoryCache } from '../read/memory-cache.port.js';
import {
  MemoryWriter,
  type DeleteCommand,
  type DeleteReceipt,
  type WriteCommand,
  type WriteReceipt,
} from './memory-writer.port.js';

/**
 * Writes the truth, then invalidates outdated cache entries before the write is acknowledged: a reachable cache drops
 * overwritten and deleted payloads. An unreachable one keeps them until they expire, unread, because
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
      // A first version makes no cached copy outdated.
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
