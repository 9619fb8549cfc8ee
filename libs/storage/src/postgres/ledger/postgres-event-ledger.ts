import { EventLedger, ledgerId, StoreUnavailableError, type ForeignDelete, type ForeignWrite } from '@sfm/memory';
import { foreignDeleteStatement } from '../writing/delete-statement.js';
import { DeadlinedChanges } from '../changes/deadlined-changes.js';
import { sqlState } from '../connection/driver-errors.js';
import { OutboxNotifier } from '../outbox/outbox-notifier.js';
import type { PostgresDatabase, RunInTransaction } from '../connection/postgres-database.js';
import { checkKeyLength } from '../writing/key-length.js';
import { foreignWriteStatement } from '../writing/write-statement.js';

const MAX_ATTEMPTS = 5;
const UNIQUE_VIOLATION = '23505';

type ForeignEvent = ForeignWrite | ForeignDelete;

/** Records events of other producers in memories and ledger, each once. */
export class PostgresEventLedger extends EventLedger {
  private readonly notifier: OutboxNotifier;

  private readonly changes: DeadlinedChanges;

  constructor(private readonly database: PostgresDatabase) {
    super();
    this.changes = DeadlinedChanges.on(database);
    this.notifier = new OutboxNotifier(database);
  }

  async known(ids: readonly string[]): Promise<ReadonlySet<string>> {
    if (ids.length === 0) return new Set();
    const rows = await this.database.query<{ id: string }>({
      name: 'sfm_ledger_known',
      text: 'SELECT id FROM memory_events WHERE id = ANY($1::uuid[])',
      values: [ids.map(ledgerId)],
    });
    const known = new Set(rows.map(({ id }) => id));
    return new Set(ids.filter((id) => known.has(ledgerId(id))));
  }

  /** @throws InvalidCoordinateError when the text of a coordinate is too long for an index entry. */
  async record(events: readonly ForeignEvent[]): Promise<void> {
    if (events.length === 0) return;
    for (const { key } of events) checkKeyLength(key);
    for (let attempt = 1; ; attempt += 1) {
      try {
        await this.changes.transaction((run, deadlineMs) => recordNew(run, deadlineMs, events));
        // The notification that wakes the relay also wakes followers of the ledger.
        this.notifier.notify();
        return;
      } catch (error) {
        // Another process has just recorded one of the events: check again. That can happen only once per event.
        const isRecorded = sqlState(error) === UNIQUE_VIOLATION;
        if (!isRecorded) throw error;
        if (attempt >= MAX_ATTEMPTS + events.length) {
          throw new StoreUnavailableError('the write conflicts with others; retry shortly', { cause: error });
        }
      }
    }
  }
}

async function recordNew(run: RunInTransaction, deadlineMs: number, events: readonly ForeignEvent[]): Promise<void> {
  const rows = await run<{ id: string }>({
    text: 'SELECT id FROM memory_events WHERE id = ANY($1::uuid[])',
    values: [events.map(({ id }) => ledgerId(id))],
  });
  const seen = new Set(rows.map(({ id }) => id));
  const fresh = events.filter(({ id }) => {
    const isNew = !seen.has(ledgerId(id));
    seen.add(ledgerId(id));
    return isNew;
  });
  for (const { writes, deletions } of inRuns(fresh)) {
    if (writes.length > 0) {
      await run(
        foreignWriteStatement(
          writes.map((write) => toCommand(write)),
          deadlineMs,
        ),
      );
    }
    if (deletions.length > 0) {
      await run(
        foreignDeleteStatement(
          deletions.map((deletion) => toCommand(deletion)),
          deadlineMs,
        ),
      );
    }
  }
}

interface Run {
  readonly writes: ForeignWrite[];
  readonly deletions: ForeignDelete[];
}

/** Groups consecutive events of one kind; a coordinate is deleted at most once per statement. */
function inRuns(events: readonly ForeignEvent[]): readonly Run[] {
  const runs: Run[] = [];
  for (const event of events) {
    let last = runs.at(-1);
    const isFull =
      !last ||
      (event.kind === 'write'
        ? last.deletions.length > 0
        : last.writes.length > 0 ||
          last.deletions.some(({ namespace, key }) => namespace === event.namespace && key === event.key));
    if (!last || isFull) runs.push((last = { writes: [], deletions: [] }));
    if (event.kind === 'write') last.writes.push(event);
    else last.deletions.push(event);
  }
  return runs;
}

function toCommand<Change extends ForeignEvent>(change: Change) {
  return { ...change, eventId: ledgerId(change.id), foreignEventId: ledgerId(change.eventId) };
}
