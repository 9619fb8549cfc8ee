import type { Namespace } from '@sfm/memory';
import type { Client } from 'pg';
import { NAMESPACE_LOCK_CLASS } from '../connection/advisory-lock-keys.js';
import { translateDriverError } from '../connection/driver-errors.js';

/** A connection that holds advisory locks on namespaces, and loses all of them at once when it breaks. */
export class LockSession {
  /** Those who use it, counted by their owner. */
  holders = 0;
  isLost = false;
  private readonly listeners = new Set<(cause?: unknown) => void>();
  private readonly taken = new Set<Namespace>();
  private connecting: Promise<unknown> | undefined;

  constructor(private readonly client: Client) {
    client.on('error', (error) => this.lose(error));
    client.on('end', () => this.lose());
  }

  /** Calls back once when the locks are lost; returns how to take that back. */
  onLost(listener: (cause?: unknown) => void): () => void {
    this.listeners.add(listener);
    return () => void this.listeners.delete(listener);
  }

  /** Returns false when another session holds the lock. @throws StoreUnavailableError */
  async take(namespace: Namespace): Promise<boolean> {
    try {
      await (this.connecting ??= this.client.connect());
      const { rows } = await this.client.query<{ taken: boolean }>({
        text: 'SELECT pg_try_advisory_lock($1, hashtext($2)) AS taken',
        values: [NAMESPACE_LOCK_CLASS, namespace],
      });
      const isTaken = rows[0]?.taken ?? false;
      if (isTaken) this.taken.add(namespace);
      return isTaken;
    } catch (error) {
      this.lose(error);
      throw translateDriverError(error);
    }
  }

  /** Gives a lock back that was taken. A session that cannot is closed: the server frees what it held. */
  async free(namespace: Namespace): Promise<void> {
    if (!this.taken.delete(namespace) || this.isLost) return;
    try {
      await this.client.query({
        text: 'SELECT pg_advisory_unlock($1, hashtext($2))',
        values: [NAMESPACE_LOCK_CLASS, namespace],
      });
    } catch (error) {
      this.lose(error);
    }
  }

  close(): void {
    this.isLost = true;
    void this.client.end().catch(() => undefined);
  }

  private lose(cause?: unknown): void {
    if (this.isLost) return;
    this.close();
    for (const listener of this.listeners) listener(cause);
  }
}
