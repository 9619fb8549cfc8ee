import { randomBytes } from 'node:crypto';
import { appendFile } from 'node:fs/promises';
import path from 'node:path';
import { expect } from '@jest/globals';
import { describe } from '../programs/cached-folder.js';
import { composeProject, composeUp, whyNoDocker } from '../compose.js';
import { testEnvironment } from '../environment.js';
import { freePorts } from './free-port.js';
import type { Place } from '../launch.js';
import { oncePerRun, type SharedState } from './once-per-run.js';
import type { ServiceName } from '../service-name.js';

/** Where a server came from. */
export type ServerSource = 'given' | 'compose' | 'process' | 'own process';

/** The folder of this Jest run. @throws Error outside of one */
export function runFolder(): string {
  const { runDir } = testEnvironment;
  if (runDir === undefined) throw new Error('Test servers need test/global-setup.mjs as globalSetup of Jest.');
  return runDir;
}

/** A place for a server of one test. */
export function privatePlace(service: string): Place {
  const folder = path.join(runFolder(), 'servers', `${service}-${randomBytes(4).toString('hex')}`);
  return { folder, records: recordsFolder() };
}

export function recordsFolder(): string {
  return path.join(runFolder(), 'processes');
}

/**
 * The server of this test run: a container when a Docker engine runs, else what `start` starts. One worker does it, the
 * others wait for it.
 */
export async function sharedServer(
  service: ServiceName,
  start: (place: Place) => Promise<SharedState>,
): Promise<{ state: SharedState; source: ServerSource }> {
  const runDir = runFolder();
  const { address = '' } = await oncePerRun(runDir, `compose-${service}`, () => inContainer(runDir, service));
  if (address !== '') return { state: { address }, source: 'compose' };
  const place = { folder: path.join(runDir, 'servers', service), records: recordsFolder() };
  return { state: await oncePerRun(runDir, service, () => start(place)), source: 'process' };
}

/** @returns no address when it cannot be had this way, which is no error: processes are next */
async function inContainer(runDir: string, service: ServiceName): Promise<SharedState> {
  const docker = await oncePerRun(runDir, 'docker', async () => {
    const [postgres = 0, redis = 0, qdrant = 0, kafka = 0] = await freePorts(4);
    const project = composeProject(runDir);
    const ports = { postgres, redis, qdrant, kafka };
    const numbers = Object.entries(ports).map(([name, port]) => [name, String(port)] as const);
    return { why: (await whyNoDocker()) ?? '', project, ...Object.fromEntries(numbers) };
  });
  if (docker['why'] !== '') return {};
  const port = (name: ServiceName): number => Number(docker[name]);
  const ports = { postgres: port('postgres'), redis: port('redis'), qdrant: port('qdrant'), kafka: port('kafka') };
  try {
    return { address: await composeUp(docker['project'] ?? '', service, ports) };
  } catch (error) {
    process.stderr.write(
      `\n${service}: Docker runs, but not this container (${describe(error)}); a process is tried.\n`,
    );
    return {};
  }
}

/** Notes what the running spec file uses, for the table that `make test` prints. */
export async function noteUse(service: ServiceName, source: ServerSource): Promise<void> {
  const { runDir } = testEnvironment;
  const suite = expect.getState().testPath;
  if (runDir === undefined || suite === undefined) return;
  await appendFile(path.join(runDir, 'uses.jsonl'), `${JSON.stringify({ suite, service, source })}\n`);
}
