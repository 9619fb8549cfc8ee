import type { RunningService } from '../e2e/support/running-service.js';
import { waitFor } from '../services/lifetime/wait-for.js';
import type { Cluster } from './cluster.js';
import { kafkaProgress } from './kafka-progress.js';
import { queryTruth } from './observe.js';

/** Beyond the promise, so that the report can say how long it really took. */
const GIVE_UP_MS = 120_000;

/** What `GET /health` says. */
export interface Health {
  readonly status: string;
  readonly healthy: boolean;
  readonly vector_store: boolean;
  readonly services: readonly { readonly name: string; readonly healthy: boolean }[];
}

export async function healthOf(service: RunningService): Promise<Health> {
  return service.json<Health>('/health', { signal: AbortSignal.timeout(10_000) });
}

/** Resolves when everything is published, applied and healthy. @throws Error with what is still open */
export async function untilRecovered(cluster: Cluster): Promise<void> {
  let open: readonly string[] = [];
  await waitFor(
    async () => {
      open = await openMatters(cluster);
      return open.length === 0;
    },
    { timeoutMs: GIVE_UP_MS, intervalMs: 100, what: () => `recovery; open: ${open.join('; ')}` },
  );
}

async function openMatters(cluster: Cluster): Promise<string[]> {
  const answers = await Promise.all([
    ...cluster.apis.map((api) => asked(`health of ${api.url}`, () => sickness(api))),
    ...cluster.consumers.map((consumer) => asked('consumer', () => unreadiness(consumer.url))),
    asked('truth', () => backlog(cluster)),
    asked('kafka', () => consumerLag(cluster)),
  ]);
  return answers.filter((answer) => answer !== undefined);
}

/** Whoever does not answer has not recovered. */
async function asked(what: string, ask: () => Promise<string | undefined>): Promise<string | undefined> {
  try {
    const problem = await ask();
    return problem === undefined ? undefined : `${what}: ${problem}`;
  } catch (error) {
    return `${what}: ${error instanceof Error ? error.message : String(error)}`;
  }
}

async function sickness(service: RunningService): Promise<string | undefined> {
  const { healthy, services } = await healthOf(service);
  if (healthy) return undefined;
  return `unhealthy: ${services.flatMap((part) => (part.healthy ? [] : [part.name])).join(', ')}`;
}

async function unreadiness(url: string): Promise<string | undefined> {
  const { status } = await fetch(`${url}/readyz`);
  return status === 200 ? undefined : `/readyz answers ${status}`;
}

async function backlog(cluster: Cluster): Promise<string | undefined> {
  const [row] = await queryTruth<{ outbox: number; unindexed: number }>(
    cluster,
    `SELECT (SELECT count(*) FROM outbox WHERE parked_at IS NULL)::int AS outbox,
            (SELECT count(*) FROM memories WHERE indexed_version < version)::int AS unindexed`,
  );
  if (row?.outbox === 0 && row.unindexed === 0) return undefined;
  return `${row?.outbox} in the outbox, ${row?.unindexed} not indexed`;
}

async function consumerLag(cluster: Cluster): Promise<string | undefined> {
  const { lag } = await kafkaProgress(cluster);
  return lag === 0 ? undefined : `lag ${lag}`;
}
