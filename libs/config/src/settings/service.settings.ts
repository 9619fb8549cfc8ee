import { flag, oneOf, scaled, text } from '../kinds/setting-kinds.js';

// Same as the core's namespace rule: this library imports none of our code, and a wrong name must prevent the start.
const NAMESPACE = /^(?! )[^\p{Cc}\p{Cs}]{1,255}(?<! )$/u;

/** The process and its data folder. */
export const serviceSettings = {
  mode: oneOf({
    name: 'MEMORY_MODE',
    values: ['evented_enterprise'],
    fallback: 'evented_enterprise',
    otherwise: 'evented_enterprise',
    description:
      'Mode of operation. There is one: every write is an event, with and without servers around. Other words are ' +
      'overridden with a notice.',
    caveats: [
      {
        kind: 'notice',
        reason: 'there is one mode; the service runs as evented_enterprise',
        when: (mode, given) => given.toLowerCase() !== mode,
      },
    ],
  }),
  dataDir: text({
    name: 'SOMA_DATA_DIR',
    fallback: './data',
    description:
      'Folder for everything the service keeps itself: the embedded PostgreSQL, the created token. ' +
      'Relative paths start at the working directory. One service per folder.',
  }),
  namespace: text({
    name: 'SOMA_MEMORY_NAMESPACE',
    aliases: [{ name: 'SOMA_NAMESPACE', note: 'set SOMA_MEMORY_NAMESPACE instead' }],
    fallback: 'api_ns',
    pattern: NAMESPACE,
    allowed: '1 to 255 characters, none of them a control character, with no space at either end',
    description: 'Namespace of requests that do not name one with the header X-Soma-Namespace.',
  }),
  eventingEnabled: flag({
    name: 'EVENTING_ENABLED',
    fallback: true,
    description:
      'Publish memory events to the brokers of KAFKA_BOOTSTRAP_SERVERS and leave indexing to the consumer. When false, ' +
      'or without brokers, the api process indexes by itself. The ledger is written either way.',
  }),
  shutdownTimeoutMs: scaled({
    name: 'SOMA_SHUTDOWN_TIMEOUT_SECONDS',
    aliases: [{ name: 'UVICORN_TIMEOUT_GRACEFUL', note: 'set SOMA_SHUTDOWN_TIMEOUT_SECONDS instead' }],
    fallback: 10,
    min: 1,
    max: 600,
    factor: 1000,
    unit: 's',
    description:
      'Longest time for answering requests in flight after SIGTERM or SIGINT; then they are given up, and connections are closed within some seconds.',
  }),
};
