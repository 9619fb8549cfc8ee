import { ExpiredMemories, trustedNamespace, type DeleteReceipt } from '@sfm/memory';
import { outsideTraces } from '@sfm/observability';
import { DeadlinedChanges } from '../changes/deadlined-changes.js';
import type { PostgresDatabase } from '../connection/postgres-database.js';
import { isAtRest } from '../rows/at-rest.js';
import { OutboxNotifier } from '../outbox/outbox-notifier.js';
import { deleteReceipts, deleteStatement, type DeletedRow } from './delete-statement.js';

/**
 * Rows that others hold are passed over: the sweep waits for nobody, so the order of its locks cannot close a circle
 * with the order of writers. A row that is written again meanwhile is checked anew before it is locked.
 */
const TAKE = `SELECT namespace, coordinate_key AS key FROM memories
  WHERE expires_at <= now() AND ${isAtRest('namespace')} ORDER BY expires_at LIMIT $1 FOR UPDATE SKIP LOCKED`;

interface TakenRow {
  readonly namespace: string;
  readonly key: string;
}

/** Finds expired memories by the index of their times, and turns them into tombstones. */
export class PostgresExpiredMemories extends ExpiredMemories {
  private readonly notifier: OutboxNotifier;
  private readonly changes: DeadlinedChanges;

  constructor(database: PostgresDatabase) {
    super();
    this.changes = DeadlinedChanges.on(database);
    this.notifier = new OutboxNotifier(database);
  }

  async remove(eventIds: readonly string[]): Promise<readonly DeleteReceipt[]> {
    const receipts = await outsideTraces(() => this.removeTaken(eventIds));
    if (receipts.length > 0) this.notifier.notify();
    return receipts;
  }

  private removeTaken(eventIds: readonly string[]): Promise<readonly DeleteReceipt[]> {
    return this.changes.transaction(async (run, deadlineMs) => {
      const taken = await run<TakenRow>({ name: 'sfm_take_expired', text: TAKE, values: [eventIds.length] });
      if (taken.length === 0) return [];
      const commands = taken.map(({ namespace, key }, index) => ({
        namespace: trustedNamespace(namespace),
        key,
        eventId: eventIds[index] ?? '',
      }));
      return deleteReceipts(commands, await run<DeletedRow>(deleteStatement(commands, deadlineMs)));
    });
  }
}
