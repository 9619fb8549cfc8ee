import { withoutBudget } from '@sfm/memory';
import { outsideTraces } from '@sfm/observability';
import type { PostgresDatabase } from '../connection/postgres-database.js';

/** Channel on which writers announce new outbox rows. */
export const OUTBOX_CHANNEL = 'soma_outbox';

/** Under load, one notification covers all writes of this interval. */
const MIN_INTERVAL_MS = 10;

/**
 * Wakes the relays after a commit, in the background. Not inside the write's transaction: PostgreSQL commits only one
 * transaction with a notification at a time, so writers would wait for each other's disk flush. Best effort: the
 * relays' polling makes up for a notification that is lost with this process.
 */
export class OutboxNotifier {
  private busy = false;
  private again = false;

  constructor(private readonly database: PostgresDatabase) {}

  notify(): void {
    this.again = true;
    if (this.busy) return;
    this.busy = true;
    // Sent on behalf of all writes of the interval, so it belongs to no single trace and no single request.
    void withoutBudget(() => outsideTraces(() => this.send()));
  }

  private async send(): Promise<void> {
    this.again = false;
    // A notification has nothing to make durable; without the setting it would still wait for a disk flush.
    await this.database
      .query({
        name: 'sfm_notify',
        text: "SELECT set_config('synchronous_commit', 'off', true), pg_notify($1, '')",
        values: [OUTBOX_CHANNEL],
      })
      .catch(() => {});
    setTimeout(() => {
      if (this.again) void this.send();
      else this.busy = false;
    }, MIN_INTERVAL_MS).unref();
  }
}
