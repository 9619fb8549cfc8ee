import type { CompleteOptions, QdrantVectorsOptions } from '@sfm/composition';
import type { Connection } from '../connection/connection.js';
import { configuredSystem } from '../servers/configured-system.js';
import { databaseFindings } from './database-checks.js';
import { diskFindings } from './disk-checks.js';
import type { Finding } from './finding.js';
import { portFinding, serverFinding, type Server } from './network-checks.js';

const QDRANT_PORT = 6333;
const KAFKA_PORT = 9092;

/** Looks at what the settings of this machine name: folder, disk, ports, PostgreSQL and its schema, Redis, Qdrant, Kafka. */
export async function examineInstallation(
  { config }: Connection,
  { isServed, signal }: { readonly isServed: boolean; readonly signal: AbortSignal },
): Promise<readonly Finding[]> {
  const system = configuredSystem(config);
  const { host, port } = config.http;
  const { isEnabled, port: grpcPort } = config.grpc;
  const ports = isServed
    ? []
    : [
        await portFinding('port', host, { port, setting: 'SOMA_API_PORT' }),
        ...(isEnabled ? [await portFinding('gRPC port', host, { port: grpcPort, setting: 'SOMA_GRPC_PORT' })] : []),
      ];
  const servers = await Promise.all(serversOf(system).map((server) => serverFinding(server, signal)));
  return [...ports, ...(await diskFindings(system)), ...(await databaseFindings(system)), ...servers];
}

function serversOf({ cache: { redis }, vectors, events }: CompleteOptions): readonly Server[] {
  const brokers = events.kind === 'kafka' ? events.connection.brokers : [];
  return [
    ...(redis ? redisNodes(redis).map((at) => ({ name: 'Redis', setting: 'REDIS_URL', ...at })) : []),
    ...(vectors.kind === 'qdrant'
      ? [{ name: 'Qdrant', setting: 'QDRANT_URL', ...qdrantPlace(vectors.connection) }]
      : []),
    ...brokers.map((broker) => ({
      name: 'Kafka',
      setting: 'KAFKA_BOOTSTRAP_SERVERS',
      ...placeOf(`tcp://${broker}`, KAFKA_PORT),
    })),
  ];
}

function redisNodes({ address: { place } }: NonNullable<CompleteOptions['cache']['redis']>) {
  if (place.kind === 'single') return [place.node];
  return place.kind === 'sentinel' ? place.sentinels : place.nodes;
}

function qdrantPlace({ url, host = 'localhost', port = QDRANT_PORT }: QdrantVectorsOptions['connection']) {
  return url === undefined ? { host, port } : placeOf(url, QDRANT_PORT);
}

function placeOf(address: string, standardPort: number) {
  const { hostname } = new URL(address);
  const [, port = String(standardPort)] = /:(\d+)\/?$/.exec(address) ?? [];
  return { host: hostname.replace(/^\[(.*)\]$/, '$1'), port: Number(port) };
}
