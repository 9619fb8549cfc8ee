import {
  identityOf,
  LinkWriter,
  MemoryNotFoundError,
  StoreUnavailableError,
  type LinkCommand,
  type LinkReceipt,
  type Namespace,
  type PruneCommand,
  type PruneReceipt,
  type RequiredEnds,
  type UnlinkCommand,
} from '@sfm/memory';
import { DeadlinedChanges } from '../changes/deadlined-changes.js';
import type { PostgresDatabase } from '../connection/postgres-database.js';
import { OutboxNotifier } from '../outbox/outbox-notifier.js';
import { WriteOrder } from '../writing/write-order.js';
import { linkStatement, type LinkedRow } from './link-statement.js';
import { pruneStatement, unlinkStatement, type PrunedRow, type UnlinkedRow } from './unlink-statements.js';

const MAX_ATTEMPTS = 5;

/** Writes links to PostgreSQL: each call is one statement, which commits completely or changes nothing. */
export class PostgresLinkWriter extends LinkWriter {
  private readonly notifier: OutboxNotifier;
  private readonly changes: DeadlinedChanges;
  private readonly order = new WriteOrder();

  constructor(database: PostgresDatabase) {
    super();
    this.changes = DeadlinedChanges.on(database);
    this.notifier = new OutboxNotifier(database);
  }

  link(command: LinkCommand, required: RequiredEnds): Promise<LinkReceipt> {
    const { namespace, from } = command;
    return this.inOrder(namespace, from.key, async () => {
      for (let attempt = 1; attempt <= MAX_ATTEMPTS; attempt += 1) {
        const [row] = await this.changes.run<LinkedRow>((deadlineMs) => linkStatement(command, required, deadlineMs));
        const receipt = row && this.toReceipt(namespace, row);
        if (receipt) return receipt;
      }
      throw new StoreUnavailableError('the link conflicts with others; retry shortly');
    });
  }

  unlink(command: UnlinkCommand): Promise<number> {
    return this.inOrder(command.namespace, command.fromKey, async () => {
      const [row] = await this.changes.run<UnlinkedRow>((deadlineMs) => unlinkStatement(command, deadlineMs));
      const removed = row?.removed ?? 0;
      if (removed > 0) this.notifier.notify();
      return removed;
    });
  }

  prune(command: PruneCommand): Promise<PruneReceipt> {
    return this.inOrder(command.namespace, command.fromKey, async () => {
      const [row] = await this.changes.run<PrunedRow>((deadlineMs) => pruneStatement(command, deadlineMs));
      if (!row) return { removed: 0 };
      if (row.removed > 0) this.notifier.notify();
      return row.refused ? { removed: 0, refused: row.looked_at } : { removed: row.removed };
    });
  }

  /** @throws MemoryNotFoundError for a missing end */
  private toReceipt(namespace: Namespace, { version, created, changed, missing }: LinkedRow): LinkReceipt | undefined {
    if (missing !== null) throw new MemoryNotFoundError(namespace, missing);
    if (version === null) return undefined;
    if (changed) this.notifier.notify();
    return { version, created, changed };
  }

  private inOrder<T>(namespace: Namespace, key: string, change: () => Promise<T>): Promise<T> {
    return this.order.run([identityOf({ namespace, key })], change);
  }
}
