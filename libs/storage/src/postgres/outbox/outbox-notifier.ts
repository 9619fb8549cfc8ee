import { outsideTraces } from '@sfm/observability';
import type { PostgresDatabase } from '../connection/postgres-database.js';

/** Channel on which writers say that the outbox has something. */
export const OUTBOX_CHANNEL = 'soma_outbox';

/** Under load one notification stands for all writes of this span. */
const MIN_INTERVAL_MS = 10;

/**
 * Wakes the relays after a commit, in the background. Not inside the write's transaction: PostgreSQL lets only one
 * transaction with a notification commit at a time, so writers would wait for each other's disk flush.
 * Best effort: a notification that is lost with this process is made up for by the relays' polling.
 */
export class OutboxNotifier {
  private busy = false;
  private again = false;

  constructor(private readonly database: PostgresDatabase) {}

  notify(): void {
    this.again = true;
    if (this.busy) return;
    this.busy = true;
    // On behalf of all writes of the span, not of the one that came first.
    void outsideTraces(() => this.send());
  }

  private async send(): Promise<void> {
    this.again = false;
    // A notification has nothing to make durable: without the setting it would wait for a disk flush all the same.
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
