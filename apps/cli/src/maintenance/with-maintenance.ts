import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { readTokenFile } from '@sfm/auth';
import { openTruth, runningDatabase, withDataSource, type CompleteOptions } from '@sfm/composition';
import { loadConfig, readEnvironment, type AppConfig } from '@sfm/config';
import { findInstance, type PostgresConnection } from '@sfm/storage';
import { configuredSystem } from '../servers/configured-system.js';
import { HEARD } from '../servers/loggers.js';
import { LocalMaintenance } from './local-maintenance.js';
import type { Maintenance } from './maintenance.js';
import { RemoteMaintenance } from './remote-maintenance.js';

type Work = (maintenance: Maintenance) => Promise<void>;

/**
 * Runs `work` where the indexes are. With vectors in Qdrant it runs here, alongside any other process. With indexes
 * inside a service, that service does the work; when none is running, they are loaded into this process.
 */
export async function withMaintenance(work: Work): Promise<void> {
  const config = loadConfig(readEnvironment());
  const system = configuredSystem(config);
  const running = await existingDatabase(system);
  if (system.vectors.kind === 'embedded') {
    const service = running && (await serviceOn(running));
    if (service) return work(await remote(config, service));
  } else if (running && system.truth.kind === 'embedded') {
    return withDataSource(running, system.truth, (dataSource) => LocalMaintenance.use(system, dataSource, work));
  }
  await withTruth(system, work);
}

async function withTruth(system: CompleteOptions, work: Work): Promise<void> {
  const truth = await openTruth(system.truth, HEARD, {
    use: system.vectors.kind === 'embedded' ? 'alone' : 'shared',
    onLost: () => HEARD.error('another process has taken the data folder or the database over'),
  });
  try {
    await LocalMaintenance.use(system, truth.dataSource, work);
  } finally {
    await truth.close();
  }
}

/** Connection to the configured PostgreSQL; undefined for an embedded one that is not running. */
async function existingDatabase({ truth }: CompleteOptions): Promise<PostgresConnection | undefined> {
  if (truth.kind === 'embedded' && !existsSync(join(truth.dataDir, 'postgres'))) {
    throw new Error(`there are no memories in ${truth.dataDir} (SOMA_DATA_DIR)`);
  }
  return runningDatabase(truth);
}

async function serviceOn(running: PostgresConnection) {
  try {
    return await findInstance(running);
  } catch (cause) {
    const where = `${running.host}:${running.port}`;
    throw new Error(`PostgreSQL at ${where} cannot be asked: ${reasonOf(cause)}`, { cause });
  }
}

/** Node reports a host with several addresses as an error without a message. */
function reasonOf(error: unknown): string {
  if (error instanceof Error && error.message !== '') return error.message;
  return error instanceof Error && 'code' in error ? String(error.code) : String(error);
}

async function remote(
  { auth, service }: AppConfig,
  { pid, url }: { readonly pid?: number; readonly url?: string },
): Promise<Maintenance> {
  if (url === undefined) {
    throw new Error(`process ${pid ?? '(unknown)'} uses the memories and does not serve; try again when it does`);
  }
  const token = auth.token ?? (await readTokenFile(resolve(service.dataDir)));
  if (token === undefined) throw new Error(`the service at ${url} wants its token: set SOMA_API_TOKEN`);
  return new RemoteMaintenance(url, token);
}
