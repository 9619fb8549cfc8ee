// The service in a process of its own, with one extra route for the benches:
// POST /bench/noop runs the same parser, guards and validation as POST /store and then does nothing.
import { fork } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { withoutGraphs } from './qdrant.mjs';
import { until } from './until.mjs';

export const TOKEN = process.env.SOMA_BENCH_TOKEN || 'bench-token-0123456789';

export const HEADERS = { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json' };

/**
 * Starts it on a temporary data folder; resolves with its address, its database and a way to stop it when its indexes are
 * filled. With the addresses of servers in the environment it works on them, together with a consumer when there are
 * brokers.
 */
export async function startBenchService(settings = {}) {
  const dataDir = await mkdtemp(join(tmpdir(), 'sfm-bench-'));
  const start = async () => {
    const child = forked(fileURLToPath(new URL('bench-server.mjs', import.meta.url)), {
      env: {
        ...process.env,
        SOMA_DATA_DIR: dataDir,
        SOMA_API_PORT: '0',
        SOMA_GRPC_PORT: '0',
        SOMA_API_TOKEN: TOKEN,
        SOMA_RATE_LIMIT_MAX: '0',
        LOG_LEVEL: 'warn',
        ...settings,
      },
    });
    const ready = await new Promise((resolve, reject) => {
      child.once('message', resolve);
      child.once('exit', (code) => reject(new Error(`the service ended with code ${code}`)));
    });
    return { child, ...ready };
  };
  let api = await start();
  const consumer = process.env.KAFKA_BOOTSTRAP_SERVERS === undefined ? undefined : startConsumer(settings);
  return {
    get url() {
      return api.url;
    },
    get grpc() {
      return api.grpc;
    },
    get database() {
      return api.database;
    },
    /** Numbers of the processes by their part: `api`, and `consumer` when there are brokers. */
    get processes() {
      return { api: api.child.pid, ...(consumer && { consumer: consumer.pid }) };
    },
    /** Ends the api process and starts it again on what it kept; resolves as the start did. */
    async restart() {
      await end(api.child);
      api = await start();
    },
    async stop() {
      await Promise.all([end(api.child), consumer && end(consumer)]);
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

function startConsumer(settings) {
  return forked(fileURLToPath(new URL('../apps/consumer/dist/main.js', import.meta.url)), {
    env: { ...process.env, CONSUMER_METRICS_PORT: '0', LOG_LEVEL: 'warn', ...settings },
  });
}

const children = new Set();
process.on('exit', () => children.forEach((child) => child.kill('SIGKILL')));
// Without a listener a signal ends the bench before its `exit` event.
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(1));

/** A process that does not outlive the bench, however that ends. */
function forked(...words) {
  const child = fork(...words);
  children.add(child);
  child.once('exit', () => children.delete(child));
  return child;
}

async function end(child) {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  await ended;
}

/** Stores memories 0..count-1, or from `first` on, through the bulk route and waits until all are indexed. */
export async function fill(url, count, memory, { headers = HEADERS, first = 0 } = {}) {
  for (let from = first; from < count; from += 500) {
    const items = Array.from({ length: Math.min(500, count - from) }, (_, offset) => {
      const { coordinate, payload } = memory(from + offset);
      return { coord: coordinate.join(','), payload, type: 'episodic' };
    });
    const response = await fetch(`${url}/store_bulk`, {
      method: 'POST',
      headers,
      body: JSON.stringify({ items }),
    });
    if (!response.ok) throw new Error(`/store_bulk answered ${response.status}: ${await response.text()}`);
    process.stderr.write(`\rstored ${Math.min(from + 500, count)} of ${count}`);
  }
  await indexed(url);
  process.stderr.write('\n');
}

/** Resolves when nothing is waiting to be indexed. */
export async function indexed(url) {
  await until(async () => {
    const metrics = await (await fetch(`${url}/metrics`)).text();
    return /^soma_oldest_unindexed_age_seconds(?:\{[^}]*\})? (\S+)$/m.exec(metrics)?.[1] === '0';
  }, 'the index did not catch up');
}

/**
 * Resolves when nothing that was stored before waits to be indexed. From then on Qdrant builds no graphs: it would go on
 * with that for minutes, on every core, and what is measured here are writes.
 */
export async function settled(url) {
  await indexed(url);
  if (process.env.QDRANT_URL !== undefined) await withoutGraphs('api_ns');
}
