// The embedded service in a process of its own, with one extra route for the benches:
// POST /bench/noop runs the same parser, guards and validation as POST /store and then does nothing.
import { fork } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const TOKEN = 'bench-token-0123456789';
export const HEADERS = { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json' };

/** Starts it on a temporary data folder; resolves with its address, its database and a way to stop it. */
export async function startBenchService(settings = {}) {
  const dataDir = await mkdtemp(join(tmpdir(), 'sfm-bench-'));
  const child = fork(fileURLToPath(new URL('bench-server.mjs', import.meta.url)), {
    env: {
      ...process.env,
      SOMA_DATA_DIR: dataDir,
      SOMA_API_PORT: '0',
      SOMA_API_TOKEN: TOKEN,
      SOMA_RATE_LIMIT_MAX: '0',
      LOG_LEVEL: 'warn',
      ...settings,
    },
  });
  const { url, database } = await new Promise((resolve, reject) => {
    child.once('message', resolve);
    child.once('exit', (code) => reject(new Error(`the service ended with code ${code}`)));
  });
  return {
    url,
    database,
    async stop() {
      const ended = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGTERM');
      await ended;
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

/** Stores memories 0..count-1 through the bulk route and waits until all are indexed. */
export async function fill(url, count, memory) {
  for (let from = 0; from < count; from += 500) {
    const items = Array.from({ length: Math.min(500, count - from) }, (_, offset) => {
      const { coordinate, payload } = memory(from + offset);
      return { coord: coordinate.join(','), payload, type: 'episodic' };
    });
    const response = await fetch(`${url}/store_bulk`, {
      method: 'POST',
      headers: HEADERS,
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
  for (const deadline = Date.now() + 120_000; Date.now() < deadline;) {
    const metrics = await (await fetch(`${url}/metrics`)).text();
    const age = /^soma_oldest_unindexed_age_seconds(?:\{[^}]*\})? (\S+)$/m.exec(metrics)?.[1];
    if (age === '0') return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error('the index did not catch up within two minutes');
}
