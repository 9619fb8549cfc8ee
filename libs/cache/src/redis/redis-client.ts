import { readFileSync } from 'node:fs';
import type { ConnectionOptions } from 'node:tls';
import { backoffMs } from '@sfm/memory';
import { Cluster, Redis, type CommonRedisOptions } from 'ioredis';
import type { RedisAddress } from './redis-address.js';

export type RedisClient = Redis | Cluster;

/** Connection settings of Redis. */
export interface RedisConnectionOptions {
  readonly address: RedisAddress;
  /** PEM of the authority that signed the server's certificate; the system's authorities when absent. */
  readonly tlsCaFile?: string;
  /** Name in the server's client list. */
  readonly clientName: string;
  /** Longest wait for an answer, in milliseconds; callers then continue without Redis. @default 500 */
  readonly commandTimeoutMs?: number;
  /** Longest wait for a connection, and for any reply of a queried cluster node, in milliseconds. @default 2000 */
  readonly connectTimeoutMs?: number;
}

/** Jitter, so that many processes do not reconnect at the same moment. */
const RECONNECTING = { minMs: 50, maxMs: 2000, jitter: 0.4 };

/**
 * Creates an unconnected driver. It never queues: commands that cannot be sent now fail now. It reconnects forever, with
 * growing pauses, and also after a reply that the server has become a replica.
 *
 * @throws Error naming the certificate file that cannot be read
 */
export function createRedisClient(options: RedisConnectionOptions): RedisClient {
  const { address, clientName, connectTimeoutMs = 2000 } = options;
  const { place, username, password, db } = address;
  const tls = tlsOf(options);
  const common: CommonRedisOptions = {
    username,
    password,
    connectTimeout: connectTimeoutMs,
    // For the handshake: a server may accept and then stay silent. Callers have their own, shorter limit.
    commandTimeout: connectTimeoutMs,
    connectionName: clientName,
    disableClientInfo: true,
    enableOfflineQueue: false,
    autoResendUnfulfilledCommands: false,
    maxRetriesPerRequest: 0,
    maxLoadingRetryTime: RECONNECTING.maxMs,
    reconnectOnError: (error) => error.message.startsWith('READONLY'),
    retryStrategy,
    ...(tls === undefined ? {} : { tls }),
  };
  switch (place.kind) {
    case 'single':
      return new Redis({ ...common, ...place.node, db, lazyConnect: true });
    case 'sentinel':
      return new Redis({
        ...common,
        sentinels: [...place.sentinels],
        name: place.masterName,
        sentinelUsername: place.sentinelUsername,
        sentinelPassword: place.sentinelPassword,
        sentinelCommandTimeout: connectTimeoutMs,
        sentinelRetryStrategy: retryStrategy,
        ...(tls === undefined ? {} : { enableTLSForSentinelMode: true, sentinelTLS: tls }),
        db,
        lazyConnect: true,
      });
    case 'cluster':
      return new Cluster([...place.nodes], {
        // Drops a node that owes answers and stays silent: only a lost connection or an answer makes the driver look for
        // its replacement. Idle connections are left alone. For single servers, RedisConnection itself reconnects,
        // sooner; there the driver's timer could outlive the connection and end the next one.
        redisOptions: { ...common, socketTimeout: connectTimeoutMs },
        enableOfflineQueue: false,
        clusterRetryStrategy: retryStrategy,
        slotsRefreshTimeout: connectTimeoutMs,
        // Keeps host names unresolved, because certificates are issued to names.
        ...(tls === undefined ? {} : { dnsLookup: (host, done) => done(null, host) }),
        lazyConnect: true,
      });
  }
}

/** Milliseconds until the next attempt. */
function retryStrategy(attempt: number): number {
  return backoffMs(attempt, RECONNECTING);
}

function tlsOf({ address, tlsCaFile }: RedisConnectionOptions): ConnectionOptions | undefined {
  if (!address.tls) return undefined;
  if (tlsCaFile === undefined) return {};
  try {
    return { ca: readFileSync(tlsCaFile) };
  } catch (cause) {
    throw new Error(`The Redis certificate authority ${tlsCaFile} cannot be read.`, { cause });
  }
}
