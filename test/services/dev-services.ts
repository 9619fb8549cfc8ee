import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { EmbeddedPostgres } from '@sfm/storage';
import { composeProject, composeStop, composeUp, whyNoDocker, type ComposePorts } from './compose.js';
import { testEnvironment } from './environment.js';
import { withFileLock } from './lifetime/file-lock.js';
import { freePort, isListening, isPortFree, LOOPBACK } from './lifetime/free-port.js';
import { launchKafka, launchQdrant, launchRedis } from './launch.js';
import { recordProcess } from './lifetime/local-server.js';
import { SERVICES, type ServiceName } from './service-name.js';

/** A server for a developer. */
export interface DevServer {
  readonly service: ServiceName;
  /** The value of its variable, see `DEV_VARIABLES`. */
  readonly address: string;
  /** False when it was running already. */
  readonly isNew: boolean;
}

export const DEV_VARIABLES: Readonly<Record<ServiceName, string>> = {
  postgres: 'POSTGRES_URL',
  redis: 'REDIS_URL',
  qdrant: 'QDRANT_URL',
  kafka: 'KAFKA_BOOTSTRAP_SERVERS',
};

/** Where their clients look first. */
const USUAL_PORTS: ComposePorts = { postgres: 5432, redis: 6379, qdrant: 6333, kafka: 9092 };

type State = Readonly<Partial<Record<ServiceName, { readonly pid: number; readonly address: string }>>>;

/** Where the servers of `make dev-services` keep their data. */
export function devFolder(): string {
  return path.join(testEnvironment.cacheDir, 'dev-services');
}

/**
 * Starts what does not run yet: containers when a Docker engine runs, else processes. They keep running, and their data
 * is kept from one start to the next.
 *
 * @throws ServerUnavailable, ServerDidNotStart; what was started until then keeps running
 */
export async function startDevServices(folder: string): Promise<DevServer[]> {
  await mkdir(folder, { recursive: true });
  return withFileLock(path.join(folder, 'lock'), async () =>
    (await whyNoDocker()) === undefined ? startContainers(folder) : startProcesses(folder),
  );
}

/** Stops the containers, if there are any; processes are ended by end-processes.mjs. */
export async function stopDevContainers(folder: string): Promise<void> {
  if ((await readPorts(folder)) !== undefined) await composeStop(composeProject(folder));
}

async function startContainers(folder: string): Promise<DevServer[]> {
  const ports = (await readPorts(folder)) ?? (await choosePorts(folder));
  const servers: DevServer[] = [];
  for (const service of SERVICES) {
    const isNew = !(await isListening(LOOPBACK, ports[service]));
    servers.push({ service, isNew, address: await composeUp(composeProject(folder), service, ports) });
  }
  return servers;
}

async function startProcesses(folder: string): Promise<DevServer[]> {
  const servers: DevServer[] = [await startPostgres(folder)];
  for (const service of ['redis', 'qdrant', 'kafka'] as const) servers.push(await startUnlessRunning(folder, service));
  return servers;
}

async function startPostgres(folder: string): Promise<DevServer> {
  const dataDir = path.join(folder, 'postgres');
  const launcher = new EmbeddedPostgres({ dataDir, exclusive: false, preferredPort: USUAL_PORTS.postgres });
  const { url, adopted, pid } = await launcher.start();
  await recordProcess(path.join(folder, 'processes'), pid, 'SIGQUIT');
  return { service: 'postgres', address: url, isNew: !adopted };
}

async function startUnlessRunning(folder: string, service: 'redis' | 'qdrant' | 'kafka'): Promise<DevServer> {
  const known = (await readState(folder))[service];
  if (known !== undefined && (await isRecorded(folder, known.pid)) && (await answers(known.address))) {
    return { service, address: known.address, isNew: false };
  }
  const port = known === undefined ? undefined : await portIfFree(known.address);
  const place = {
    folder: path.join(folder, service),
    records: path.join(folder, 'processes'),
    port: port ?? (await usualOrFreePort(service)),
  };
  const { pid, address } = await LAUNCH[service](place);
  await writeJson(path.join(folder, 'state.json'), { ...(await readState(folder)), [service]: { pid, address } });
  return { service, address, isNew: true };
}

interface DevPlace {
  readonly folder: string;
  readonly records: string;
  readonly port: number;
}

const LAUNCH = {
  redis: async (place: DevPlace) => {
    const { server, url } = await launchRedis(place);
    return { pid: server.pid, address: url };
  },
  qdrant: async (place: DevPlace) => {
    const { server, url } = await launchQdrant(place);
    return { pid: server.pid, address: url };
  },
  kafka: async (place: DevPlace) => {
    const { server, brokers } = await launchKafka(place);
    return { pid: server.pid, address: brokers.join(',') };
  },
};

async function answers(address: string): Promise<boolean> {
  return isListening(LOOPBACK, portOf(address));
}

/** A server that comes back is looked for where it was. */
async function portIfFree(address: string): Promise<number | undefined> {
  const port = portOf(address);
  return (await isPortFree(port)) ? port : undefined;
}

function portOf(address: string): number {
  return Number(/:(\d+)$/.exec(address)?.[1]);
}

/** Not ended by `make dev-services-down`, nor by itself. */
async function isRecorded(folder: string, pid: number): Promise<boolean> {
  return readFile(path.join(folder, 'processes', String(pid))).then(
    () => true,
    () => false,
  );
}

async function usualOrFreePort(service: ServiceName): Promise<number> {
  const usual = USUAL_PORTS[service];
  return (await isPortFree(usual)) ? usual : freePort();
}

async function choosePorts(folder: string): Promise<ComposePorts> {
  const ports = {
    postgres: await usualOrFreePort('postgres'),
    redis: await usualOrFreePort('redis'),
    qdrant: await usualOrFreePort('qdrant'),
    kafka: await usualOrFreePort('kafka'),
  };
  await writeJson(path.join(folder, 'containers.json'), ports);
  return ports;
}

async function readPorts(folder: string): Promise<ComposePorts | undefined> {
  const text = await readFile(path.join(folder, 'containers.json'), 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  const ports: ComposePorts = JSON.parse(text);
  return ports;
}

async function readState(folder: string): Promise<State> {
  const state: State = JSON.parse(await readFile(path.join(folder, 'state.json'), 'utf8').catch(() => '{}'));
  return state;
}

async function writeJson(file: string, content: unknown): Promise<void> {
  await writeFile(`${file}.draft`, `${JSON.stringify(content, undefined, 2)}\n`, { mode: 0o600 });
  await rename(`${file}.draft`, file);
}
