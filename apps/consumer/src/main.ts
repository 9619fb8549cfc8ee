import 'reflect-metadata';
import { Logger } from '@nestjs/common';
import { completeOptions, openTruth, Shutdown, type CompleteOptions } from '@sfm/composition';
import { ConfigError, loadConfig, readEnvironment, type AppConfig } from '@sfm/config';
import { startTracing, StructuredLogger } from '@sfm/observability';
import { memorySystemOptions, tracingOptions } from '@sfm/service-config';
import { startConsumer } from './consumer-application.js';
import { startStatus } from './status/status-application.js';
import { VERSION } from './version.js';

/** Name of this process in servers and trace collectors. */
const NAME = 'soma-consumer';

/**
 * Applies events that arrive over a broker. Without one there is nothing to do, because the api process indexes itself:
 * the consumer reports that and exits, rather than idling and looking healthy.
 */
async function main(): Promise<void> {
  const config = loadConfig(readEnvironment());
  const system = completeOptions(memorySystemOptions(config, NAME));
  if (system.events.kind !== 'kafka') {
    console.error(
      'No event broker is configured: events are applied by the api process itself, so no consumer is needed.',
    );
    return;
  }
  const logger = new StructuredLogger({ level: config.logging.level, format: config.logging.format });
  Logger.overrideLogger(logger);
  for (const { variable, message } of config.warnings) logger.warn(`${variable}: ${message}`);
  const shutdown = new Shutdown(logger, config.service.shutdownTimeoutMs, 'finishing the events that are under way');
  const stopping = new AbortController();
  const stop = () => {
    stopping.abort();
    void shutdown.begin(0);
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
  const tracing = await startTracing(tracingOptions(config, { name: NAME, version: VERSION }), logger);
  shutdown.doLast(() => tracing.stop());
  try {
    await run({ config, system }, logger, { shutdown, signal: stopping.signal });
  } catch (error) {
    if (!stopping.signal.aborted) console.error(`The consumer could not start: ${startProblem(error, config)}`);
    await shutdown.begin(1);
  }
}

/** Starts answering probes, then opens the truth and consumes. */
async function run(
  { config, system }: { readonly config: AppConfig; readonly system: CompleteOptions },
  logger: StructuredLogger,
  { shutdown, signal }: { readonly shutdown: Shutdown; readonly signal: AbortSignal },
): Promise<void> {
  const status = await startStatus(config, logger);
  shutdown.doFirst(() => status.close());
  logger.log({ event: 'Prometheus metrics exposed', url: `${status.url}/metrics` }, 'Consumer');
  const truth = await openTruth(system.truth, logger, {
    use: 'shared',
    signal,
    onLost: () => {
      logger.error('another process has taken over the database; stopping');
      void shutdown.begin(1);
    },
  });
  shutdown.doFirst(() => truth.close());
  const { bootstrapServers, memoryEventsTopic: topic, consumerGroup: group } = config.kafka;
  logger.log({ event: 'Broker configuration', bootstrap_servers: bootstrapServers, topic, group }, 'Consumer');
  const consumer = await startConsumer({ system, dataSource: truth.dataSource, status }, logger);
  shutdown.doFirst(() => consumer.close());
  await truth.announce(status.url);
}

function startProblem(error: unknown, { telemetry, http }: AppConfig): string {
  if (!(error instanceof Error)) return String(error);
  if ('code' in error && error.code === 'EADDRINUSE') {
    const { consumerMetricsPort } = telemetry;
    return `port ${consumerMetricsPort} of ${http.host} is in use; stop the other program or set CONSUMER_METRICS_PORT`;
  }
  return error.message;
}

try {
  await main();
} catch (error) {
  console.error(error instanceof ConfigError ? error.message : error);
  process.exit(1);
}
