#!/usr/bin/env node
// The checks of verify_full_stack.sh, which explains them.
import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';

const TIMEOUT_MS = 10_000;
const INDEXED_WITHIN_MS = 60_000;

const { values } = parseArgs({
  options: {
    url: { type: 'string', default: 'http://127.0.0.1:9595' },
    'consumer-url': { type: 'string' },
    'qdrant-url': { type: 'string' },
  },
});
// One of several, while it is rotated.
const token = process.env.SOMA_API_TOKEN?.trim().split(/[,\s]/, 1)[0];
if (!token) {
  console.error('verify: SOMA_API_TOKEN is needed');
  process.exit(2);
}
const qdrantKey = process.env.QDRANT_API_KEY ? { 'api-key': process.env.QDRANT_API_KEY } : {};
const runId = randomUUID();
// A place of its own, so that two runs do not meet.
const coord = [0, 0, 0].map(() => Math.random() * 1e6).join(',');
const memory = { text: `verification ${runId}`, run_id: runId };

let storedAt = 0;

const checks = {
  'the api is alive (/healthz)': async () => expectStatus(await call('/healthz'), 200),
  'the api is ready (/readyz)': async () => expectStatus(await call('/readyz'), 200),
  'a request without token is refused': async () => {
    const response = await call('/store', { body: { coord, payload: memory }, headers: {} });
    expectStatus(response, 401);
  },
  'a memory is stored (/store)': async () => {
    const response = await call('/store', { body: { coord, payload: memory, type: 'episodic' } });
    expectStatus(response, 200);
    storedAt = performance.now();
  },
  'it is recalled at once (/recall)': async () => {
    const response = await call('/recall', { body: { query: memory.text, top_k: 5, filters: { run_id: runId } } });
    expectStatus(response, 200);
    const { matches } = await response.json();
    if (!matches.some(({ run_id: id }) => id === runId)) throw new Error('it is not among the matches');
  },
  'the api counts it (/metrics)': async () => expectText(await call('/metrics'), /^api_requests_total\{.*"\/store"/m),
  ...(values['consumer-url'] && {
    'the consumer answers (/metrics)': async () =>
      expectText(await fetchFrom(values['consumer-url'], '/metrics'), /^# TYPE \S+/m),
  }),
  ...(values['qdrant-url'] && {
    'Qdrant answers (/collections)': async () =>
      expectStatus(await fetchFrom(values['qdrant-url'], '/collections', { headers: qdrantKey }), 200),
  }),
  // Others go on storing meanwhile: nothing may wait for longer than since the memory above was stored.
  'the index catches up': async () => {
    const deadline = performance.now() + INDEXED_WITHIN_MS;
    for (;;) {
      const text = await (await call('/metrics')).text();
      const age = Number(/^soma_oldest_unindexed_age_seconds (\S+)$/m.exec(text)?.[1]);
      if (age < (performance.now() - storedAt) / 1000) return;
      if (performance.now() > deadline) throw new Error(`the oldest memory waits for ${age} s`);
      await delay(500);
    }
  },
  'it is deleted': async () => expectStatus(await call(`/memories/${coord}`, { method: 'DELETE' }), 200),
  'and recalled no more': async () => {
    const response = await call('/recall', { body: { query: memory.text, top_k: 5, filters: { run_id: runId } } });
    const { matches } = await response.json();
    if (matches.length > 0) throw new Error('a deleted memory came back');
  },
};

for (const [name, check] of Object.entries(checks)) {
  try {
    await check();
    console.log(`ok      ${name}`);
  } catch (error) {
    console.log(`FAILED  ${name}: ${reason(error)}`);
    process.exit(1);
  }
}
console.log(`${Object.keys(checks).length} checks passed against ${values.url}`);

function call(path, { body, method = body ? 'POST' : 'GET', headers = { authorization: `Bearer ${token}` } } = {}) {
  const json = body && { body: JSON.stringify(body), headers: { ...headers, 'content-type': 'application/json' } };
  return fetchFrom(values.url, path, { method, headers, ...json });
}

function fetchFrom(base, path, options = {}) {
  return fetch(new URL(path, base), { ...options, signal: AbortSignal.timeout(TIMEOUT_MS) });
}

function expectStatus(response, status) {
  if (response.status !== status) throw new Error(`answered ${response.status}, not ${status}`);
}

async function expectText(response, pattern) {
  expectStatus(response, 200);
  if (!pattern.test(await response.text())) throw new Error(`${pattern} is not in the answer`);
}

function reason(error) {
  return error.cause?.code ? `${error.message} (${error.cause.code})` : error.message;
}
