import { holderText, InstanceLock, type PostgresConnection } from '@sfm/storage';

/** How long a service that is just stopping is waited for. */
const LOCK_WAIT_MS = 5000;

/**
 * Runs `work` while no api and no consumer is at the database: one that went on would index, and answer from, what is being
 * replaced.
 *
 * @throws Error that says to stop them
 */
export async function whileNobodyServes(connection: PostgresConnection, work: () => Promise<void>): Promise<void> {
  const lock = new InstanceLock({ ...connection, mode: 'exclusive', waitMs: LOCK_WAIT_MS, onLost: () => undefined });
  const holder = await lock.acquire();
  if (holder) {
    throw new Error(
      `a service${holderText(holder)} works on the database: stop every api and consumer process first ` +
        '(in Kubernetes: scale their deployments to 0)',
    );
  }
  try {
    await work();
  } finally {
    await lock.release();
  }
}
