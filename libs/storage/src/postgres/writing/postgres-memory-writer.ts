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
import { toPosition } from './ledger-position.js';
import { checkKeyLength } from './key-length.js';
import { OutboxNotifier } from '../outbox/outbox-notifier.js';
import { DeadlinedChanges } from '../changes/deadlined-changes.js';
import type { PostgresDatabase } from '../connection/postgres-database.js';
import { isSuperseding, Supersessions } from './supersessions.js';
import { WriteOrder } from './write-order.js';
import { reviveStatement, writeStatement, type WrittenRow } from './write-statement.js';

/**
 * Writes memories to PostgreSQL: each call is one statement, which commits completely or changes nothing. When a
 * command expects a version, or supersedes memories, the rows are first locked and compared in the same transaction.
 */
export class PostgresMemoryWriter extends MemoryWriter {
  private readonly notifier: OutboxNotifier;
  private readonly changes: DeadlinedChanges;
  private readonly order = new WriteOrder();

  constructor(database: PostgresDatabase) {
    super();
    this.changes = DeadlinedChanges.on(database);
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
      const { version, created, memory_id: id, created_at_ms: createdAtMs, has_validity: hasValidity } = row;
      const validity = hasValidity ? { hasValidity } : {};
      return { key, version, created, id, createdAtMs, ...validity, ...toPosition(row) };
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

  private async writeRows(commands: readonly WriteCommand[]): Promise<WrittenRow[]> {
    return this.order.run(commands.map(identityOf), async () => {
      const sentMs = performance.now();
      const rows = await this.tryToWrite(commands);
      if (rows[0] !== undefined) this.changes.noteTime(rows[0].server_ms, sentMs);
      return rows;
    });
  }

  private tryToWrite(commands: readonly WriteCommand[]): Promise<WrittenRow[]> {
    const [reviving] = commands.filter(({ revives }) => revives !== undefined);
    if (reviving && commands.length > 1) throw new TypeError('a write that takes a deletion back comes alone');
    const supersessions = commands.some(isSuperseding) ? new Supersessions(commands) : undefined;
    if (!commands.some(isExpecting) && !supersessions) {
      return this.changes.run<WrittenRow>((deadlineMs) => writeStatement(commands, deadlineMs));
    }
    return this.changes.transaction(async (run, deadlineMs) => {
      await supersessions?.lock(run);
      const expected = await ExpectedVersions.lock(run, commands, 'write');
      if (reviving) expected.confirmRevived(reviving);
      const statement = reviving ? reviveStatement(reviving, deadlineMs) : writeStatement(commands, deadlineMs);
      const rows = await run<WrittenRow>(statement);
      const versions = new Map(rows.map(({ event_id, version }) => [event_id, version]));
      expected.confirm(
        commands.map((command) => ({ ...command, version: versions.get(command.eventId.toLowerCase()) ?? 0 })),
      );
      await supersessions?.confirm(run);
      return rows;
    });
  }

  /** @param commands all commands, each with its expectation; `distinct` has one per coordinate */
  private deleteRows(distinct: readonly DeleteCommand[], commands: readonly DeleteCommand[]): Promise<DeletedRow[]> {
    return this.order.run(distinct.map(identityOf), () => this.tryToDelete(distinct, commands));
  }

  private tryToDelete(distinct: readonly DeleteCommand[], commands: readonly DeleteCommand[]): Promise<DeletedRow[]> {
    const statement = (deadlineMs: number) => deleteStatement(distinct, deadlineMs, currentTraceparent());
    if (!commands.some(isExpecting)) return this.changes.run<DeletedRow>(statement);
    return this.changes.transaction(async (run, deadlineMs) => {
      const expected = await ExpectedVersions.lock(run, commands, 'delete');
      const rows = await run<DeletedRow>(statement(deadlineMs));
      const gone = new Set(rows.filter(({ live }) => live).map(({ event_id }) => event_id));
      expected.confirmGone(distinct.filter(({ eventId }) => gone.has(eventId.toLowerCase())));
      return rows;
    });
  }
}

function isExpecting({ expectedVersion }: Expecting): boolean {
  return expectedVersion !== undefined;
}
