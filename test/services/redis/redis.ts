import { testEnvironment } from '../environment.js';
import { isListening } from '../lifetime/free-port.js';
import { launchRedis, type RedisOptions } from '../launch.js';
import { ServerUnavailable, type ServerProcess } from '../lifetime/server-process.js';
import { noteUse, privatePlace, sharedServer } from '../lifetime/shared-server.js';

export type { RedisOptions } from '../launch.js';

export interface TestRedis {
  readonly url: string;
}

/** `caFile` is there when the server speaks TLS. */
export type RedisProcess = ServerProcess & TestRedis & { readonly caFile?: string };

let shared: Promise<TestRedis> | undefined;

/**
 * The Redis of this test run, shared by all workers: take keys and channels nobody else has.
 *
 * @throws ServerUnavailable saying how to get one
 */
export function testRedis(): Promise<TestRedis> {
  shared ??= obtain();
  return shared;
}

/** A Redis of the test's own, with an append-only file. */
export async function startRedis(options: RedisOptions = {}): Promise<RedisProcess> {
  const { server, ...address } = await launchRedis(privatePlace('redis'), options);
  await noteUse('redis', 'own process');
  return Object.assign(server, address);
}

async function obtain(): Promise<TestRedis> {
  const given = testEnvironment.redisUrl;
  if (given !== undefined) {
    await assertReachable(given);
    await noteUse('redis', 'given');
    return { url: given };
  }
  const { state, source } = await sharedServer('redis', async (place) => ({ address: (await launchRedis(place)).url }));
  await noteUse('redis', source);
  return { url: state['address'] ?? '' };
}

async function assertReachable(url: string): Promise<void> {
  const { hostname, port } = new URL(url);
  if (await isListening(hostname, Number(port || 6379))) return;
  throw new ServerUnavailable(`Nothing answers at SFM_TEST_REDIS_URL (${hostname}:${port || 6379}).`);
}
