import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { readTokenFile } from '@sfm/auth';
import { backendsOf, openTruth, postgresTls } from '@sfm/composition';
import { loadConfig, readEnvironment, type AppConfig } from '@sfm/config';
import { findInstance, findRunningPostgres, resolveConnection, type PostgresConnection } from '@sfm/storage';
import { withDataSource } from '../servers/with-database.js';
import { LocalMaintenance } from './local-maintenance.js';
import type { Maintenance } from './maintenance.js';
import { RemoteMaintenance } from './remote-maintenance.js';

const QUIET = { log: () => {}, warn: console.error, error: console.error };

type Work = (maintenance: Maintenance) => Promise<void>;

/**
 * Runs `work` where the indexes are. Vectors in Qdrant are worked on from here, beside whatever else runs. Indexes inside
 * a service are worked on by that service; when none runs, they are loaded into this process.
 */
export async function withMaintenance(work: Work): Promise<void> {
  const config = loadConfig(readEnvironment());
  const running = await runningDatabase(config);
  if (backendsOf(config).vectors === 'embedded') {
    const service = running && (await serviceOn(running));
    if (service) return work(await remote(config, service));
  } else if (running && config.database.url === undefined) {
    return withDataSource(running, (dataSource) => LocalMaintenance.use(config, dataSource, work));
  }
  await withTruth(config, work);
}

async function withTruth(config: AppConfig, work: Work): Promise<void> {
  const truth = await openTruth(config, QUIET, {
    use: backendsOf(config).vectors === 'embedded' ? 'alone' : 'shared',
    onLost: () => QUIET.error('another process has taken the data folder or the database over'),
  });
  try {
    await LocalMaintenance.use(config, truth.dataSource, work);
  } finally {
    await truth.close();
  }
}

/** The PostgreSQL that the configuration names; undefined for an embedded one that does not run. */
async function runningDatabase(config: AppConfig): Promise<PostgresConnection | undefined> {
  const { database, service } = config;
  if (database.url !== undefined) return resolveConnection(database.url, postgresTls(config));
  const dataDir = resolve(service.dataDir);
  if (!existsSync(join(dataDir, 'postgres'))) throw new Error(`there are no memories in ${dataDir} (SOMA_DATA_DIR)`);
  return findRunningPostgres(dataDir);
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
