import { createHash } from 'node:crypto';
import path from 'node:path';
import { describe } from './programs/cached-folder.js';
import { testEnvironment } from './environment.js';
import { LOOPBACK } from './lifetime/free-port.js';
import { REPOSITORY } from './repository.js';
import { findOnPath, runTool } from './programs/run-tool.js';
import type { ServiceName } from './service-name.js';

/** Ports of the servers of one Compose project, on the loopback interface. */
export type ComposePorts = Readonly<Record<ServiceName, number>>;

const UP_TIMEOUT_MS = 300_000;
const COMPOSE_FILE = path.join(REPOSITORY, 'docker-compose.yml');

/** Undefined when containers can be started here; else why not. */
export async function whyNoDocker(): Promise<string | undefined> {
  if (!testEnvironment.mayUseDocker) return 'SFM_TEST_DOCKER=0';
  const docker = await findOnPath('docker');
  if (docker === undefined) return 'docker is not installed';
  try {
    await runTool(docker, ['info', '--format', '{{.ServerVersion}}'], { timeoutMs: 5000 });
    await runTool(docker, ['compose', 'version'], { timeoutMs: 5000 });
    return undefined;
  } catch (error) {
    return describe(error);
  }
}

/** Project name of a folder of servers: the same folder finds its containers again. */
export function composeProject(folder: string): string {
  return `sfm-${createHash('sha256').update(folder).digest('hex').slice(0, 12)}`;
}

/** Starts a service of the profile `test` and waits until it is healthy. @returns its address as testX() gives it */
export async function composeUp(project: string, service: ServiceName, ports: ComposePorts): Promise<string> {
  await runTool('docker', [...composeArguments(project), 'up', '--detach', '--wait', `test_${service}`], {
    timeoutMs: UP_TIMEOUT_MS,
    env: composeEnvironment(ports),
  });
  return addressIn(service, ports[service]);
}

/** Stops the containers of a project; their data stays for the next start. */
export async function composeStop(project: string): Promise<void> {
  await runTool('docker', [...composeArguments(project), 'stop']);
}

function composeArguments(project: string): string[] {
  return ['compose', '--file', COMPOSE_FILE, '--project-name', project, '--profile', 'test'];
}

/** The variables of docker-compose.yml; Kafka must know its own outer port to advertise it. */
function composeEnvironment(ports: ComposePorts): Record<string, string> {
  const { postgres, redis, qdrant, kafka } = ports;
  return {
    SFM_POSTGRES_PORT: String(postgres),
    SFM_REDIS_PORT: String(redis),
    SFM_QDRANT_PORT: String(qdrant),
    SFM_KAFKA_PORT: String(kafka),
  };
}

function addressIn(service: ServiceName, port: number): string {
  const at = `${LOOPBACK}:${port}`;
  switch (service) {
    case 'postgres':
      return `postgresql://postgres:postgres@${at}/postgres`;
    case 'redis':
      return `redis://${at}`;
    case 'qdrant':
      return `http://${at}`;
    case 'kafka':
      return at;
  }
}
