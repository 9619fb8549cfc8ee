import { randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { backoffMs } from '@sfm/memory';
import pg from 'pg';
import type { PostgresConnection } from '../connection/connection.js';
import {
  endOtherSessions,
  findHolder,
  labelText,
  tryLock,
  type InstanceLockHolder,
  type InstanceLockMode,
  type SessionLabel,
} from './instance-lock-sessions.js';
import { KEEP_ALIVE } from '../connection/keep-alive.js';
import type { PgTls } from '../connection/tls.js';

export type { InstanceLockHolder } from './instance-lock-sessions.js';

export interface InstanceLockOptions {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
  readonly database: string;
  /** @default false */
  readonly ssl?: PgTls;
  /** @default 'exclusive' */
  readonly mode?: InstanceLockMode;
  /** How long to wait for a lock that another backend holds, milliseconds: a killed owner's backend may linger. */
  readonly waitMs: number;
  /** Called once when the lock was lost and another process has taken it. The caller must stop writing. */
  readonly onLost: (holder: InstanceLockHolder) => void;
}

/** Returns the holder as a suffix for messages: ` (pid 7, http://…)`; empty when nothing is known. */
export function holderText({ pid, url }: InstanceLockHolder): string {
  const facts = [pid === undefined ? '' : `pid ${pid}`, url ?? ''].filter(Boolean);
  return facts.length === 0 ? '' : ` (${facts.join(', ')})`;
}

const RETRY_MS = 100;
const RETAKING = { minMs: RETRY_MS, maxMs: 1000, jitter: 0 };
/** A server may accept a connection, or keep one open, without ever answering: every wait is bounded. */
const PATIENCE = { connectionTimeoutMillis: 5000, query_timeout: 5000 } as const;

/**
 * The right to use a database, exclusively or shared: a session advisory lock on a connection of its own.
 *
 * PostgreSQL frees the lock when the process dies in any way. When the connection drops because PostgreSQL restarts or
 * the network fails, the lock is taken again.
 */
export class InstanceLock {
  private client: pg.Client | undefined;
  private url: string | undefined;
  private readonly token = randomBytes(4).toString('hex');
  private released = false;

  constructor(private readonly options: InstanceLockOptions) {}

  /** True while the connection that carries the lock is up. */
  get held(): boolean {
    return this.client !== undefined;
  }

  /**
   * Takes the lock, waiting up to `waitMs` for another holder to release it.
   *
   * @returns undefined when taken, else the holder
   * @throws the driver's error when PostgreSQL cannot be reached or refuses the login
   */
  async acquire(): Promise<InstanceLockHolder | undefined> {
    const client = await this.connect();
    try {
      const deadline = Date.now() + this.options.waitMs;
      for (;;) {
        if (await tryLock(client, this.options.mode ?? 'exclusive')) break;
        // PostgreSQL may not have noticed yet that a connection of this lock is lost: then no other process holds it.
        const isOwn = !this.released && (await endOtherSessions(client, this.label()).catch(() => false));
        if (!isOwn && Date.now() >= deadline) {
          const holder = await findHolder(client);
          await client.end().catch(() => undefined);
          return holder;
        }
        await delay(RETRY_MS);
      }
    } catch (error) {
      await client.end().catch(() => undefined);
      throw error;
    }
    this.client = client;
    client.once('end', () => {
      this.client = undefined;
      if (!this.released) void this.retake();
    });
    return undefined;
  }

  /**
   * Publishes the address of this service for a second instance that is refused. Never rejects: a connection on which
   * it fails is about to be replaced by one that has the address.
   */
  async announce(url: string): Promise<void> {
    this.url = url;
    const setting = ['application_name', labelText(this.label())];
    await this.client?.query('SELECT set_config($1, $2, false)', setting).catch(() => undefined);
  }

  /** Announces that PostgreSQL is about to be stopped: the connection may drop, and the lock is not taken again. */
  expectShutdown(): void {
    this.released = true;
  }

  /** Releases the lock. Idempotent. */
  async release(): Promise<void> {
    this.released = true;
    const { client } = this;
    this.client = undefined;
    await client?.end().catch(() => undefined);
  }

  private async connect(): Promise<pg.Client> {
    const { host, port, user, password, database, ssl = false } = this.options;
    const client = new pg.Client({
      host,
      port,
      user,
      password,
      database,
      ssl,
      application_name: labelText(this.label()),
      ...PATIENCE,
      ...KEEP_ALIVE,
    });
    // A dropped connection is handled by the 'end' event; without a listener the error would end the process.
    client.on('error', () => undefined);
    await client.connect();
    return client;
  }

  private label(): SessionLabel {
    return { pid: process.pid, token: this.token, url: this.url };
  }

  private async retake(): Promise<void> {
    for (let attempt = 1; !this.released; attempt += 1) {
      try {
        const holder = await this.acquire();
        if (holder !== undefined && !this.released) this.options.onLost(holder);
        // A release during connecting found no connection to close.
        if (this.released) await this.release();
        return;
      } catch {
        await delay(backoffMs(attempt, RETAKING));
      }
    }
  }
}

/**
 * Returns the process that holds a database's lock now; undefined when none does.
 *
 * @throws the driver's error when PostgreSQL cannot be reached or refuses the login
 */
export async function findInstance(connection: PostgresConnection): Promise<InstanceLockHolder | undefined> {
  const client = new pg.Client({ ...connection, ...PATIENCE });
  client.on('error', () => undefined);
  try {
    await client.connect();
    const holder = await findHolder(client);
    return holder.pid === undefined && holder.url === undefined ? undefined : holder;
  } finally {
    await client.end().catch(() => undefined);
  }
}
