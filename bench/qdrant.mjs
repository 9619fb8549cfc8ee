// Qdrant by hand, as the baseline of what the service does with it.
import { setTimeout as delay } from 'node:timers/promises';
import { Agent, request } from 'undici';
import { until } from './until.mjs';

const agent = new Agent({ connections: 8, keepAliveTimeout: 30_000 });

/** One REST call over a kept connection, uncompressed, which is the fastest way to ask. */
export async function qdrant(method, path, body) {
  const { statusCode, body: answer } = await request(`${process.env.QDRANT_URL}${path}`, {
    method,
    dispatcher: agent,
    headers: { 'content-type': 'application/json', 'accept-encoding': 'identity' },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  const text = await answer.text();
  // A collection that was just made takes writes a little later than its making is answered.
  if (statusCode === 500 && /please retry/i.test(text)) {
    await delay(50);
    return qdrant(method, path, body);
  }
  if (statusCode >= 300) throw new Error(`${method} ${path} answered ${statusCode}: ${text}`);
  return JSON.parse(text).result;
}

/** Resolves when no segment of a collection waits to be optimised: searches before that measure something else. */
export async function optimised(collection) {
  await until(
    async () => (await qdrant('GET', `/collections/${collection}`)).status === 'green',
    `${collection} was not optimised`,
  );
}
