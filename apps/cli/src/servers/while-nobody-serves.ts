import { holderText, InstanceLock, type PostgresConnection } from '@sfm/storage';

/** How long to wait for a service that is stopping. */
const LOCK_WAIT_MS = 5000;

/**
 * Runs `work` while no api or consumer process uses the database, because it would index, and answer from, the data
 * being replaced.
 *
 * @throws Error asking to stop them
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
