import type { Namespace } from '../model/namespace.js';
import {
  MemoryWriter,
  type DeleteCommand,
  type DeleteReceipt,
  type WriteCommand,
  type WriteReceipt,
} from '../store/memory-writer.port.js';
import type { CapWatch } from './cap-watch.js';

/** Writes the truth, and tells the watch over caps how many memories were created. */
export class CapWatchedWriter extends MemoryWriter {
  constructor(
    private readonly truth: MemoryWriter,
    private readonly watch: CapWatch,
  ) {
    super();
  }

  async write(commands: readonly WriteCommand[]): Promise<readonly WriteReceipt[]> {
    const receipts = await this.truth.write(commands);
    const created = new Map<Namespace, number>();
    receipts.forEach((receipt, index) => {
      const { namespace } = commands[index] ?? {};
      if (receipt.created && namespace) created.set(namespace, (created.get(namespace) ?? 0) + 1);
    });
    for (const [namespace, count] of created) this.watch.created(namespace, count);
    return receipts;
  }

  delete(commands: readonly DeleteCommand[]): Promise<readonly DeleteReceipt[]> {
    return this.truth.delete(commands);
  }
}
