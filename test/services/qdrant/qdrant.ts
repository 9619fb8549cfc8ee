import { testEnvironment } from '../environment.js';
import { launchQdrant, type QdrantOptions } from '../launch.js';
import { ServerUnavailable, type ServerProcess } from '../lifetime/server-process.js';
import { noteUse, privatePlace, sharedServer } from '../lifetime/shared-server.js';

export type { QdrantOptions } from '../launch.js';

export interface TestQdrant {
  readonly url: string;
  readonly apiKey?: string;
}

export type QdrantProcess = ServerProcess & TestQdrant;

let shared: Promise<TestQdrant> | undefined;

/**
 * The Qdrant of this test run, shared by all workers: take collection names nobody else has.
 *
 * @throws ServerUnavailable saying how to get one
 */
export function testQdrant(): Promise<TestQdrant> {
  shared ??= obtain();
  return shared;
}

/** A Qdrant of the test's own. */
export async function startQdrant(options: QdrantOptions = {}): Promise<QdrantProcess> {
  const { server, ...address } = await launchQdrant(privatePlace('qdrant'), options);
  await noteUse('qdrant', 'own process');
  return Object.assign(server, address);
}

async function obtain(): Promise<TestQdrant> {
  const { qdrantUrl: url, qdrantApiKey: apiKey } = testEnvironment;
  if (url !== undefined) {
    await assertReady(url);
    await noteUse('qdrant', 'given');
    return { url, ...(apiKey === undefined ? {} : { apiKey }) };
  }
  const { state, source } = await sharedServer('qdrant', async (place) => ({
    address: (await launchQdrant(place)).url,
  }));
  await noteUse('qdrant', source);
  return { url: state['address'] ?? '' };
}

async function assertReady(url: string): Promise<void> {
  try {
    const response = await fetch(new URL('/readyz', url), { signal: AbortSignal.timeout(3000) });
    await response.arrayBuffer();
  } catch (cause) {
    throw new ServerUnavailable(`Nothing answers at SFM_TEST_QDRANT_URL (${new URL(url).host}).`, { cause });
  }
}
