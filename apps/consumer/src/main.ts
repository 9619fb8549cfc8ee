import { ConfigError, loadConfig, readEnvironment } from '@sfm/config';

/**
 * The consumer applies events that arrive over a broker. Without one there is nothing for it to do: the api process
 * indexes by itself. It says so and ends, rather than idling and looking healthy.
 */
function main(): number {
  try {
    loadConfig(readEnvironment());
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    console.error(error.message);
    return 1;
  }
  console.error(
    'No event broker is configured: events are applied by the api process itself, so no consumer is needed.',
  );
  return 0;
}

process.exitCode = main();
