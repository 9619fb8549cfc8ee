import { waitFor } from '../services/lifetime/wait-for.js';
import type { Cluster } from './cluster.js';
import { kafkaProgress } from './kafka-progress.js';
import { queryTruth } from './observe.js';

const PATIENCE_MS = 60_000;

/**
 * Kills every relay (they live in the services) at a moment when events are on the topic whose outbox rows are still
 * there: published, and not yet noted as published. The services are stopped while that is looked at, so that the
 * moment does not pass; where it was missed, or a busy server does not tell, they go on and are stopped again.
 */
export async function strikeRelayMidPublish(cluster: Cluster): Promise<void> {
  const baseline = await republished(cluster);
  await waitFor(
    async () => {
      signalAll(cluster, 'SIGSTOP');
      const isBetween = async () => (await published(cluster)) - baseline > (await removed(cluster));
      if (await isBetween().catch(() => false)) return true;
      signalAll(cluster, 'SIGCONT');
      return false;
    },
    { timeoutMs: PATIENCE_MS, intervalMs: 7, what: () => 'a relay in the middle of publishing' },
  );
  await Promise.all(cluster.apis.map((api) => api.signal('SIGKILL')));
}

/** How many more records the topic has than events were ever relayed: those that earlier kills had published twice. */
async function republished(cluster: Cluster): Promise<number> {
  let surplus = 0;
  await waitFor(
    async () => {
      signalAll(cluster, 'SIGSTOP');
      const isQuiet = async () => {
        const before = await removed(cluster);
        surplus = (await published(cluster)) - before;
        return (await relaysAtWork(cluster)) === 0 && before === (await removed(cluster));
      };
      return isQuiet()
        .catch(() => false)
        .finally(() => signalAll(cluster, 'SIGCONT'));
    },
    { timeoutMs: PATIENCE_MS, intervalMs: 7, what: () => 'a moment without a relay at work' },
  );
  return surplus;
}

async function published(cluster: Cluster): Promise<number> {
  return (await kafkaProgress(cluster)).published;
}

/** Events whose outbox rows are gone. */
async function removed(cluster: Cluster): Promise<number> {
  const [row] = await queryTruth<{ count: number }>(
    cluster,
    'SELECT ((SELECT count(*) FROM memory_events) - (SELECT count(*) FROM outbox))::int AS count',
  );
  return row?.count ?? 0;
}

/** Transactions that hold events of the outbox. */
async function relaysAtWork(cluster: Cluster): Promise<number> {
  const [row] = await queryTruth<{ count: number }>(
    cluster,
    `SELECT count(*)::int AS count FROM pg_locks
     WHERE locktype = 'relation' AND relation = 'outbox'::regclass AND mode = 'RowShareLock'`,
  );
  return row?.count ?? 0;
}

function signalAll(cluster: Cluster, signal: 'SIGSTOP' | 'SIGCONT'): void {
  for (const { pid } of cluster.apis) process.kill(pid, signal);
}
