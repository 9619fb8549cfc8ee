import { backoffMs } from '@sfm/memory';
import type { Client } from 'pg';
import { OUTBOX_CHANNEL } from './outbox-notifier.js';

const BACKOFF = { minMs: 100, maxMs: 5_000, jitter: 0 };

/**
 * Listens for committed outbox rows on a connection of its own. Replaces a lost connection, with growing pauses while
 * PostgreSQL is away; calls `wake` once after every (re)connection, for notifications missed meanwhile.
 */
export class OutboxListener {
  private client: Client | undefined;
  private timer: NodeJS.Timeout | undefined;
  private failures = 0;
  private stopped = false;

  constructor(
    private readonly makeClient: () => Client,
    private readonly wake: () => void,
  ) {}

  /** Resolves when it listens, or when the first attempt failed and the next one is scheduled. Never rejects. */
  async start(): Promise<void> {
    let client: Client | undefined;
    try {
      client = this.makeClient();
      this.client = client;
      this.watch(client);
      await client.connect();
      await client.query(`LISTEN ${OUTBOX_CHANNEL}`);
    } catch {
      this.replace(client);
      return;
    }
    this.failures = 0;
    if (!this.stopped) this.wake();
  }

  async stop(): Promise<void> {
    this.stopped = true;
    clearTimeout(this.timer);
    await this.client?.end().catch(() => {});
  }

  private watch(client: Client): void {
    client.on('notification', () => {
      if (!this.stopped) this.wake();
    });
    client.on('error', () => this.replace(client));
    client.on('end', () => this.replace(client));
  }

  /** Replaces only the current client: a failing client reports the failure more than once. */
  private replace(client: Client | undefined): void {
    if (this.stopped || this.client !== client) return;
    this.client = undefined;
    client?.end().catch(() => {});
    clearTimeout(this.timer);
    this.failures += 1;
    this.timer = setTimeout(() => void this.start(), backoffMs(this.failures, BACKOFF)).unref();
  }
}
