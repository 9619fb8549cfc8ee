import type { RecentWrites } from './recent-writes.js';
import {
  MemoryWriter,
  type DeleteCommand,
  type DeleteReceipt,
  type WriteCommand,
  type WriteReceipt,
} from '../../store/memory-writer.port.js';

/** Writes the truth, and records each write for a lexical index that follows the ledger. */
export class NotedMemoryWriter extends MemoryWriter {
  constructor(
    private readonly truth: MemoryWriter,
    private readonly recent: RecentWrites,
  ) {
    super();
  }

  async write(commands: readonly WriteCommand[]): Promise<readonly WriteReceipt[]> {
    const receipts = await this.truth.write(commands);
    this.recent.note(commands, receipts);
    return receipts;
  }

  delete(commands: readonly DeleteCommand[]): Promise<readonly DeleteReceipt[]> {
    return this.truth.delete(commands);
  }
}
