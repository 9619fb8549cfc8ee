// Waits until every server that the environment names accepts connections, each for SOMA_DEP_WAIT_SECONDS at most. A server
// that stays away is reported and stops nothing: the service itself waits for PostgreSQL, and serves without the others.
import { connect } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

const DEFAULT_SECONDS = 30;
const RETRY_MS = 250;
const CONNECT_MS = 2000;

const seconds = Number(process.env.SOMA_DEP_WAIT_SECONDS || DEFAULT_SECONDS);
if (!Number.isFinite(seconds) || seconds < 0) {
  console.error('entrypoint: SOMA_DEP_WAIT_SECONDS must be a number of seconds, 0 or more');
  process.exit(2);
}
await Promise.all(dependencies(process.env).map(waitFor));

/** Servers with the addresses at which each may be found; any of them will do. */
function dependencies(env) {
  const brokers = isOff(env.EVENTING_ENABLED) ? undefined : env.KAFKA_BOOTSTRAP_SERVERS;
  const redis = env.REDIS_URL || (env.REDIS_HOST && `redis://${env.REDIS_HOST}:${env.REDIS_PORT || 6379}`);
  const qdrant = env.QDRANT_URL || (env.QDRANT_HOST && `http://${env.QDRANT_HOST}:${env.QDRANT_PORT || 6333}`);
  const servers = [
    { name: 'PostgreSQL', addresses: addressesOf(env.POSTGRES_URL, 5432) },
    { name: 'Redis', addresses: addressesOf(redis, 6379) },
    { name: 'Qdrant', addresses: addressesOf(qdrant, 6333) },
    { name: 'Kafka', addresses: addressesOf(brokers, 9092) },
  ];
  return servers.filter(({ addresses }) => addresses.length > 0);
}

/** Host and port of a URL or of a comma list; what cannot be read is left to the service, which says what is wrong. */
function addressesOf(text = '', defaultPort) {
  const [authority] = text
    .trim()
    .replace(/^[a-z+]+:\/\//i, '')
    .split(/[/?]/, 1);
  return authority
    .slice(authority.lastIndexOf('@') + 1)
    .split(',')
    .flatMap((address) => {
      const match = /^(?:\[([^\]]+)\]|([^:\s[\]]+))(?::(\d+))?$/.exec(address.trim());
      return match ? [{ host: match[1] ?? match[2], port: Number(match[3] ?? defaultPort) }] : [];
    });
}

async function waitFor({ name, addresses }) {
  const started = performance.now();
  const where = addresses.map(({ host, port }) => `${host}:${port}`).join(', ');
  let isAnnounced = false;
  for (;;) {
    const outcomes = await Promise.all(addresses.map(attempt));
    const waited = (performance.now() - started) / 1000;
    if (outcomes.includes(undefined)) {
      console.error(`entrypoint: ${name} at ${where} answers after ${waited.toFixed(1)} s`);
      return;
    }
    if (waited >= seconds) {
      console.error(`entrypoint: ${name} at ${where} does not answer after ${seconds} s (${outcomes[0]}); going on`);
      return;
    }
    if (!isAnnounced) console.error(`entrypoint: waiting up to ${seconds} s for ${name} at ${where}`);
    isAnnounced = true;
    await delay(Math.min(RETRY_MS, Math.max(0, seconds * 1000 - waited * 1000)));
  }
}

/** @returns why no connection was made; undefined when one was */
function attempt({ host, port }) {
  return new Promise((resolve) => {
    const socket = connect({ host, port });
    const settle = (problem) => {
      socket.destroy();
      resolve(problem);
    };
    socket.setTimeout(CONNECT_MS, () => settle('timeout'));
    socket.once('connect', () => settle(undefined));
    socket.once('error', (error) => settle(error.code ?? error.message));
  });
}

function isOff(value = 'true') {
  return ['false', '0', 'no', 'off'].includes(value.trim().toLowerCase());
}
