// Proves that an installation works: health, then one memory stored, recalled, indexed and deleted.
//   node smoke.mjs <api URL> [consumer URL]      The token comes from SOMA_API_TOKEN.
import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';

const [api, consumer] = process.argv.slice(2);
// One of several, while it is rotated.
const token = process.env.SOMA_API_TOKEN?.trim().split(/[,\s]/, 1)[0];
if (!api || !token) {
  console.error('usage: SOMA_API_TOKEN=... node smoke.mjs <api URL> [consumer URL]');
  process.exit(2);
}
const DEADLINE_MS = 60_000;
const word = `smoke${randomUUID().replaceAll('-', '')}`;
const coordinate = Array.from({ length: 3 }, () => Math.round(Math.random() * 1e9) / 1e3);
const coord = coordinate.join(',');

async function call(method, url, body) {
  const response = await fetch(url, {
    method,
    headers: { authorization: `Bearer ${token}`, ...(body && { 'content-type': 'application/json' }) },
    body: body && JSON.stringify(body),
    signal: AbortSignal.timeout(10_000),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${method} ${url} answered ${response.status}: ${text.slice(0, 300)}`);
  return text;
}

async function step(name, run) {
  await run();
  console.log(`ok    ${name}`);
}

async function eventually(name, holds) {
  const deadline = performance.now() + DEADLINE_MS;
  while (!(await holds())) {
    if (performance.now() > deadline) throw new Error(`${name}: not within ${DEADLINE_MS / 1000} s`);
    await delay(500);
  }
  console.log(`ok    ${name}`);
}

const recalled = async () => (await call('POST', `${api}/recall`, { query: word, top_k: 3 })).includes(word);

try {
  await step('the api lives', () => call('GET', `${api}/healthz`));
  await step('the api is ready', () => call('GET', `${api}/readyz`));
  await step('the api has metrics', () => call('GET', `${api}/metrics`));
  if (consumer) await step('the consumer is ready', () => call('GET', `${consumer}/readyz`));
  await step('a memory is stored', () =>
    call('POST', `${api}/store`, { coord, payload: { text: `smoke test ${word}` }, type: 'episodic' }),
  );
  try {
    await eventually('it is recalled', recalled);
  } finally {
    await step('it is deleted', () => call('DELETE', `${api}/memories/${coord}`));
  }
  await eventually('it is forgotten', async () => !(await recalled()));
} catch (error) {
  console.error(`FAILED ${error.message}`);
  process.exit(1);
}
