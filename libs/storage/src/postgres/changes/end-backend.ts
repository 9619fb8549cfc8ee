import { backoffMs, withoutBudget } from '@sfm/memory';
import { setTimeout as delay } from 'node:timers/promises';
import type { Client } from 'pg';

/** Time between two looks whether the process is gone. */
const LOOK_MS = 20;
/** Pauses after a failed attempt. */
const RETRYING = { minMs: LOOK_MS, maxMs: 1000, jitter: 0.5 };
/** Longest wait for one connection or answer: a server that hangs is asked again. */
const ASK_MS = 2000;

const TERMINATE = `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
  WHERE pid = $1 AND backend_type = 'client backend' AND datname = current_database()`;

/**
 * Ends the server process of a connection that was given up, through a connection of its own. A process that is stopped
 * or busy ends when it goes on.
 *
 * @returns whether it is gone for certain before `untilMs` (of `performance.now()`)
 */
export async function endBackend(makeClient: () => Client, pid: number, untilMs: number): Promise<boolean> {
  return withoutBudget(async () => {
    for (let attempt = 1; ; attempt += 1) {
      const asked = await ask(makeClient, pid, untilMs).catch(() => 'unknown' as const);
      if (asked === 'gone') return true;
      if (performance.now() >= untilMs) return false;
      await delay(backoffMs(attempt, RETRYING), undefined, { ref: false });
    }
  });
}

async function ask(makeClient: () => Client, pid: number, untilMs: number): Promise<'gone' | 'there'> {
  const client = makeClient();
  client.on('error', () => undefined);
  const limit = setTimeout(() => void client.end().catch(() => undefined), ASK_MS);
  try {
    await client.connect();
    for (;;) {
      const { rows } = await client.query(TERMINATE, [pid]);
      if (rows.length === 0) return 'gone';
      if (performance.now() >= untilMs) return 'there';
      limit.refresh();
      await delay(LOOK_MS);
    }
  } finally {
    clearTimeout(limit);
    await client.end().catch(() => undefined);
  }
}
