import 'reflect-metadata';
import cluster from 'node:cluster';
import { resolve } from 'node:path';
import { Logger } from '@nestjs/common';
import { ensureTokenFile } from '@sfm/auth';
import {
  allowsManyProcesses,
  completeOptions,
  openTruth,
  servingUse,
  Shutdown,
  type CompleteOptions,
} from '@sfm/composition';
import { ConfigError, loadConfig, readEnvironment, type AppConfig } from '@sfm/config';
import { ClusterScrape, startTracing, StructuredLogger } from '@sfm/observability';
import { memorySystemOptions, tracingOptions } from '@sfm/service-config';
import { createApi } from './api-application.js';
import { banner } from './banner.js';
import { VERSION } from './version.js';
import { WorkerPool } from './workers/worker-pool.js';

/** Name of this process in servers and trace collectors. */
const NAME = 'soma-api';

/** The configured service: its settings and the memory system they describe. */
interface Service {
  readonly config: AppConfig;
  readonly system: CompleteOptions;
}

async function main(): Promise<void> {
  const config = loadConfig(readEnvironment());
  const logger = new StructuredLogger({ level: config.logging.level, format: config.logging.format });
  Logger.overrideLogger(logger);
  if (cluster.isPrimary) for (const { variable, message } of config.warnings) logger.warn(`${variable}: ${message}`);
  const system = completeOptions(memorySystemOptions(config, NAME));
  const workers = allowsManyProcesses(system) ? config.http.workers : 1;
  if (cluster.isPrimary && workers > 1) return runWorkers(workers, logger);
  const shutdown = new Shutdown(logger, config.service.shutdownTimeoutMs, 'answering what is in flight');
  process.on('SIGTERM', () => void shutdown.begin(0));
  process.on('SIGINT', () => void shutdown.begin(0));
  const tracing = await startTracing(tracingOptions(config, { name: NAME, version: VERSION }), logger);
  shutdown.doLast(() => tracing.stop());
  const starting = serve({ config, system }, logger, shutdown);
  // Told to stop while it starts, it finishes that first: a PostgreSQL that is just being started would be left behind.
  shutdown.doFirst(() => starting.catch(() => undefined));
  try {
    await starting;
  } catch (error) {
    if (shutdown.signal.aborted) return;
    console.error(`SomaFractalMemory could not start: ${startProblem(error, config)}`);
    await shutdown.begin(1);
  }
}

/** Serves from several processes behind one port. */
async function runWorkers(workers: number, logger: StructuredLogger): Promise<void> {
  const pool = new WorkerPool(workers, logger, new ClusterScrape());
  process.on('SIGTERM', () => pool.stop());
  process.on('SIGINT', () => pool.stop());
  process.exit(await pool.run());
}

/** Opens the truth, composes the service on it and serves. */
async function serve({ config, system }: Service, logger: StructuredLogger, shutdown: Shutdown): Promise<void> {
  const opening = openTruth(system.truth, logger, {
    use: servingUse(system),
    signal: shutdown.signal,
    onLost: () => {
      logger.error('another process has taken over the data folder or the database; stopping');
      void shutdown.begin(1);
    },
  });
  shutdown.doFirst(async () => (await opening.catch(() => undefined))?.close());
  const truth = await opening;
  const { tokens, ...kept } = await apiTokens(config);
  const api = await createApi({ config, system, dataSource: truth.dataSource, tokens }, logger);
  shutdown.doFirst(() => api.close());
  const { url, grpc } = await api.listen();
  await truth.announce(url);
  // Only the first worker prints the banner; a new token is shown by the worker that created it.
  if (cluster.isPrimary || cluster.worker?.id === 1 || kept.newToken !== undefined)
    console.log(
      banner({
        url,
        ...(grpc === undefined ? {} : { grpc }),
        location: truth.location,
        rateLimit: config.rateLimit,
        ...kept,
      }),
    );
}

function startProblem(error: unknown, { http }: AppConfig): string {
  if (!(error instanceof Error)) return String(error);
  if ('code' in error && error.code === 'EADDRINUSE') {
    return `port ${http.port} of ${http.host} is in use; stop the other program or set SOMA_API_PORT`;
  }
  return error.message;
}

/** The tokens of the root credential, and where the operator finds one. */
interface RootTokens {
  readonly tokens: readonly [string, ...string[]];
  readonly newToken?: string;
  readonly tokenFile?: string;
}

/** Returns the configured tokens, or the one stored in the data folder, which is created at the first start. */
async function apiTokens(config: AppConfig): Promise<RootTokens> {
  const [first, ...others] = config.auth.tokens ?? [];
  if (first !== undefined) return { tokens: [first, ...others] };
  const { token, path, created } = await ensureTokenFile(resolve(config.service.dataDir));
  return { tokens: [token], tokenFile: path, ...(created ? { newToken: token } : {}) };
}

try {
  await main();
} catch (error) {
  console.error(error instanceof ConfigError ? error.message : error);
  process.exit(1);
}
