import { readFileSync } from 'node:fs';
import type { ConnectionOptions } from 'node:tls';
import { backoffMs } from '@sfm/memory';
import { Cluster, Redis, type CommonRedisOptions } from 'ioredis';
import type { RedisAddress } from './redis-address.js';

export type RedisClient = Redis | Cluster;

/** How to reach Redis. */
export interface RedisConnectionOptions {
  readonly address: RedisAddress;
  /** PEM of the authority that signed the server's certificate; the system's authorities when absent. */
  readonly tlsCaFile?: string;
  /** What the server's list of clients shows. */
  readonly clientName: string;
  /** Longest wait for an answer, in milliseconds; a caller goes on without Redis then. @default 500 */
  readonly commandTimeoutMs?: number;
  /** Longest wait for a connection, and for any sign of life of a cluster node that was asked, in milliseconds. @default 2000 */
  readonly connectTimeoutMs?: number;
}

/** Spread, so that many processes do not come back at the same moment. */
const RECONNECTING = { minMs: 50, maxMs: 2000, jitter: 0.4 };

/**
 * A driver that is not connected yet. It never queues: what cannot be sent now fails now. It reconnects for ever, with
 * growing pauses, and after an answer that says that the server has become a replica.
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
    // For the handshake: a server that accepts and says nothing. Callers have a shorter limit of their own.
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
        // A node that owes answers and says nothing is left: only a lost connection, or an answer, makes the driver ask
        // the others who has taken over. A connection on which nobody waits is let be. For single servers the
        // connection itself is renewed, sooner; there the driver's timer could outlive it and end the next one.
        redisOptions: { ...common, socketTimeout: connectTimeoutMs },
        enableOfflineQueue: false,
        clusterRetryStrategy: retryStrategy,
        slotsRefreshTimeout: connectTimeoutMs,
        // A name stays a name, because certificates are made out to names.
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
