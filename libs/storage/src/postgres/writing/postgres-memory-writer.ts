import {
  identityOf,
  MemoryWriter,
  type DeleteCommand,
  type DeleteReceipt,
  type WriteCommand,
  type WriteReceipt,
} from '@sfm/memory';
import { currentTraceparent, traceShared } from '@sfm/observability';
import { deleteReceipts, deleteStatement, type DeletedRow } from './delete-statement.js';
import { ExpectedVersions, type Expecting } from './expected-versions.js';
import { checkKeyLength } from './key-length.js';
import { OutboxNotifier } from '../outbox/outbox-notifier.js';
import type { PostgresDatabase } from '../connection/postgres-database.js';
import { writeStatement, type WrittenRow } from './write-statement.js';

/**
 * Writes memories to PostgreSQL: each call is one statement, which commits completely or changes nothing. When a
 * command expects a version, the rows are first locked and compared in the same transaction.
 */
export class PostgresMemoryWriter extends MemoryWriter {
  private readonly notifier: OutboxNotifier;

  constructor(private readonly database: PostgresDatabase) {
    super();
    this.notifier = new OutboxNotifier(database);
  }

  /** @throws InvalidCoordinateError when the text of a coordinate is too long for an index entry. */
  async write(commands: readonly WriteCommand[]): Promise<readonly WriteReceipt[]> {
    if (commands.length === 0) return [];
    for (const { key } of commands) checkKeyLength(key);
    // A batch holds writes of several requests; the request in which the batcher happens to run is not its cause.
    const rows = await traceShared(
      { name: 'write memories', kind: 'internal', attributes: { 'soma.batch.size': commands.length } },
      commands.map(({ traceparent }) => traceparent),
      () => this.writeRows(commands),
    );
    this.notifier.notify();
    const byEvent = new Map(rows.map((row) => [row.event_id, row]));
    return commands.map(({ eventId, key }) => {
      const row = byEvent.get(eventId.toLowerCase());
      if (!row) throw new Error(`no receipt for event ${eventId}`);
      const { version, created, memory_id: id, created_at_ms: createdAtMs } = row;
      return { key, version, created, id, createdAtMs };
    });
  }

  async delete(commands: readonly DeleteCommand[]): Promise<readonly DeleteReceipt[]> {
    const distinct = [...new Map(commands.map((command) => [identityOf(command), command])).values()];
    if (distinct.length === 0) return [];
    const rows = await this.deleteRows(distinct, commands);
    if (rows.length > 0) this.notifier.notify();
    return deleteReceipts(
      distinct,
      rows.filter(({ live }) => live),
    );
  }

  private writeRows(commands: readonly WriteCommand[]): Promise<WrittenRow[]> {
    if (!commands.some(isExpecting)) return this.database.queryWithRetry<WrittenRow>(writeStatement(commands));
    return this.database.transactionWithRetry(async (run) => {
      const expected = await ExpectedVersions.lock(run, commands, 'write');
      const rows = await run<WrittenRow>(writeStatement(commands));
      const versions = new Map(rows.map(({ event_id, version }) => [event_id, version]));
      expected.confirm(
        commands.map((command) => ({ ...command, version: versions.get(command.eventId.toLowerCase()) ?? 0 })),
      );
      return rows;
    });
  }

  /** @param commands all commands, each with its expectation; `distinct` has one per coordinate */
  private deleteRows(distinct: readonly DeleteCommand[], commands: readonly DeleteCommand[]): Promise<DeletedRow[]> {
    const statement = deleteStatement(distinct, currentTraceparent());
    if (!commands.some(isExpecting)) return this.database.queryWithRetry<DeletedRow>(statement);
    return this.database.transactionWithRetry(async (run) => {
      const expected = await ExpectedVersions.lock(run, commands, 'delete');
      const rows = await run<DeletedRow>(statement);
      const gone = new Set(rows.filter(({ live }) => live).map(({ event_id }) => event_id));
      expected.confirmGone(distinct.filter(({ eventId }) => gone.has(eventId.toLowerCase())));
      return rows;
    });
  }
}

function isExpecting({ expectedVersion }: Expecting): boolean {
  return expectedVersion !== undefined;
}
