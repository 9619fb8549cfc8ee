import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { Redis } from 'ioredis';
import { childEnvironment } from '../environment.js';
import { freePort, freePorts, LOOPBACK } from '../lifetime/free-port.js';
import { LocalServer } from '../lifetime/local-server.js';
import { findRedis } from './redis-program.js';
import { startRedis, type RedisProcess } from './redis.js';
import { noteUse, privatePlace } from '../lifetime/shared-server.js';
import { waitFor } from '../lifetime/wait-for.js';

const SLOTS = 16_384;
export const MASTER_NAME = 'main';

/** A cluster of masters. */
export interface RedisCluster {
  readonly nodes: readonly RedisProcess[];
  /** `host:port` of every node. */
  readonly addresses: readonly string[];
  /** Starts a replica of a master; resolves when it has the master's data and every node knows it. */
  addReplica(master: RedisProcess): Promise<RedisClusterReplica>;
  /** Ends the replicas too. */
  stop(): Promise<void>;
}

/** A replica of a cluster. */
export interface RedisClusterReplica {
  /** Makes it the master without asking anybody, as an election does whose outcome is certain. */
  takeOver(): Promise<void>;
}

/** A master with one replica and a sentinel that promotes it when the master has been away for three seconds. */
export interface RedisSentinel {
  readonly master: RedisProcess;
  readonly replica: RedisProcess;
  /** `host:port` of the sentinel. */
  readonly address: string;
  readonly sentinelPassword: string;
  stop(): Promise<void>;
}

/** Starts a cluster whose slots are all served. */
export async function startRedisCluster(size = 3): Promise<RedisCluster> {
  const buses = await freePorts(size);
  const nodes: RedisProcess[] = [];
  for (const bus of buses) nodes.push(await startClusterNode(bus));
  await asClientsOf(nodes, async (clients) => {
    for (const [index, client] of clients.entries()) {
      const [from, to] = [index, index + 1].map((edge) => Math.floor((edge * SLOTS) / size));
      await client.call('CLUSTER', 'ADDSLOTSRANGE', String(from), String((to ?? 0) - 1));
      await client.call('CLUSTER', 'MEET', LOOPBACK, portOf(nodes[0]), String(buses[0]));
    }
    await waitUntilWhole(clients);
  });
  const replicas: RedisProcess[] = [];
  return {
    nodes,
    addresses: nodes.map((node) => `${LOOPBACK}:${portOf(node)}`),
    addReplica: async (master) => {
      const replica = await startClusterNode(await freePort());
      replicas.push(replica);
      await asClientsOf([replica, master, ...nodes, ...replicas], async ([own, followed, ...all]) => {
        await own?.call('CLUSTER', 'MEET', LOOPBACK, portOf(nodes[0]), String(buses[0]));
        await waitUntilWhole(all);
        await own?.call('CLUSTER', 'REPLICATE', String(await followed?.call('CLUSTER', 'MYID')));
        await waitFor(async () => (await own?.info('replication'))?.includes('master_link_status:up') === true, {
          what: () => 'the replica to have the data of its master',
        });
      });
      return {
        takeOver: () =>
          asClientsOf([replica], async ([own]) => {
            await own?.call('CLUSTER', 'FAILOVER', 'TAKEOVER');
          }),
      };
    },
    stop: async () => {
      await Promise.all([...nodes, ...replicas].map((node) => node.stop()));
    },
  };
}

function startClusterNode(bus: number): Promise<RedisProcess> {
  const args = ['--cluster-enabled', 'yes', '--cluster-port', String(bus), '--cluster-node-timeout', '15000'];
  return startRedis({ args });
}

async function asClientsOf(
  servers: readonly RedisProcess[],
  work: (clients: readonly Redis[]) => Promise<void>,
): Promise<void> {
  const clients = servers.map(({ url }) => new Redis(url, { enableReadyCheck: false }));
  try {
    await work(clients);
  } finally {
    for (const client of clients) client.disconnect();
  }
}

/** Every node knows all the others, and all slots are served. */
async function waitUntilWhole(clients: readonly Redis[]): Promise<void> {
  const isWhole = async (client: Redis): Promise<boolean> => {
    const info = String(await client.call('CLUSTER', 'INFO'));
    return info.includes('cluster_state:ok') && info.includes(`cluster_known_nodes:${clients.length}`);
  };
  await waitFor(async () => (await Promise.all(clients.map(isWhole))).every(Boolean), {
    what: () => 'every node to know the whole cluster',
  });
}

/** Starts a master, its replica and a sentinel that knows both. Servers and sentinel have passwords. */
export async function startRedisSentinel(password: string, sentinelPassword: string): Promise<RedisSentinel> {
  const login = ['--masterauth', password];
  const master = await startRedis({ password, args: login });
  const replica = await startRedis({ password, args: [...login, '--replicaof', LOOPBACK, portOf(master)] });
  const program = await findRedis();
  const { folder, records } = privatePlace('redis');
  const port = await freePort();
  const config = path.join(folder, 'sentinel.conf');
  await mkdir(folder, { recursive: true });
  await writeFile(
    config,
    [
      `port ${port}`,
      `bind ${LOOPBACK}`,
      `requirepass ${sentinelPassword}`,
      `sentinel monitor ${MASTER_NAME} ${LOOPBACK} ${portOf(master)} 1`,
      `sentinel auth-pass ${MASTER_NAME} ${password}`,
      `sentinel down-after-milliseconds ${MASTER_NAME} 3000`,
      `sentinel failover-timeout ${MASTER_NAME} 5000`,
    ].join('\n'),
  );
  const sentinel = new LocalServer({
    name: 'Redis Sentinel',
    command: program.command,
    args: [config, '--sentinel'],
    env: childEnvironment(program.libraryPath === undefined ? {} : { LD_LIBRARY_PATH: program.libraryPath }),
    folder,
    records,
    answers: () => knowsReplica(port, sentinelPassword),
  });
  await sentinel.start();
  await noteUse('redis', 'own process');
  return {
    master,
    replica,
    address: `${LOOPBACK}:${port}`,
    sentinelPassword,
    stop: async () => {
      await Promise.all([sentinel.stop(), master.stop(), replica.stop()]);
    },
  };
}

async function knowsReplica(port: number, password: string): Promise<boolean> {
  const client = new Redis({ port, host: LOOPBACK, password, lazyConnect: true, retryStrategy: () => null });
  client.on('error', () => undefined);
  try {
    await client.connect();
    const facts = JSON.stringify(await client.call('SENTINEL', 'MASTER', MASTER_NAME));
    return facts.includes('"num-slaves","1"');
  } catch {
    return false;
  } finally {
    client.disconnect();
  }
}

function portOf(server: RedisProcess | undefined): string {
  return new URL(server?.url ?? '').port;
}
