import type { Client } from 'pg';
import { ADVISORY_LOCK_CLASS, INSTANCE_LOCK } from '../connection/advisory-lock-keys.js';

/** The holder of the instance lock, as far as PostgreSQL shows it. */
export interface InstanceLockHolder {
  readonly pid?: number;
  readonly url?: string;
}

/** `shared` excludes only an exclusive holder, `exclusive` excludes everyone. */
export type InstanceLockMode = 'exclusive' | 'shared';

/** Data that the sessions of one lock publish. */
export interface SessionLabel {
  readonly pid: number;
  /** Shared by all sessions of one lock and unique to it. */
  readonly token: string;
  readonly url: string | undefined;
}

/** Returns the application name of a session. PostgreSQL cuts it at 63 bytes. */
export function labelText({ pid, token, url }: SessionLabel): string {
  return `${labelStart({ pid, token })}${url === undefined ? '' : `url=${url}`}`.slice(0, 63);
}

/** Takes the lock if it is free. */
export async function tryLock(client: Client, mode: InstanceLockMode): Promise<boolean> {
  const take = mode === 'shared' ? 'pg_try_advisory_lock_shared' : 'pg_try_advisory_lock';
  const { rows } = await client.query<{ locked: boolean }>(`SELECT ${take}($1, $2) AS locked`, [
    ADVISORY_LOCK_CLASS,
    INSTANCE_LOCK,
  ]);
  return rows[0]?.locked ?? false;
}

const HOLDERS = `
  pg_locks AS lock JOIN pg_stat_activity AS activity ON activity.pid = lock.pid
  WHERE lock.locktype = 'advisory' AND lock.granted AND lock.objsubid = 2
    AND lock.classid = $1 AND lock.objid = $2
    AND lock.database = (SELECT oid FROM pg_database WHERE datname = current_database())`;

/** Returns the holder of the lock; an empty description when nobody holds it. */
export async function findHolder(client: Client): Promise<InstanceLockHolder> {
  const { rows } = await client.query<{ name: string }>(`SELECT activity.application_name AS name FROM ${HOLDERS}`, [
    ADVISORY_LOCK_CLASS,
    INSTANCE_LOCK,
  ]);
  const name = rows[0]?.name ?? '';
  const pid = Number(/pid=(\d+)/.exec(name)?.[1]);
  const url = /url=(\S+)/.exec(name)?.[1];
  return { ...(Number.isInteger(pid) ? { pid } : {}), ...(url === undefined ? {} : { url }) };
}

/**
 * Ends the other sessions of the same lock that hold it.
 *
 * @returns whether there were any
 * @throws the driver's error, for instance when the role may not end even its own sessions
 */
export async function endOtherSessions(client: Client, label: Pick<SessionLabel, 'pid' | 'token'>): Promise<boolean> {
  const { rows } = await client.query(
    `SELECT pg_terminate_backend(activity.pid) FROM ${HOLDERS}
       AND activity.pid <> pg_backend_pid() AND activity.usename = current_user
       AND starts_with(activity.application_name, $3)`,
    [ADVISORY_LOCK_CLASS, INSTANCE_LOCK, labelStart(label)],
  );
  return rows.length > 0;
}

function labelStart({ pid, token }: Pick<SessionLabel, 'pid' | 'token'>): string {
  return `soma pid=${pid}.${token} `;
}
