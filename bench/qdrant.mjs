// Qdrant by hand, as the baseline of what the service does with it.
import { Agent, request } from 'undici';
import { until } from './until.mjs';

const agent = new Agent({ connections: 8, keepAliveTimeout: 30_000 });

/** One REST call over a kept connection, uncompressed, which is the fastest way to ask. */
export async function qdrant(method, path, body) {
  let answer;
  // A collection that was just made takes writes a little later than its making is answered.
  await until(async () => {
    answer = await ask(method, path, body);
    return answer.status !== 500 || !/please retry/i.test(answer.text);
  }, `${method} ${path} was not taken`);
  if (answer.status >= 300) throw new Error(`${method} ${path} answered ${answer.status}: ${answer.text}`);
  return JSON.parse(answer.text).result;
}

async function ask(method, path, body) {
  const { statusCode, body: answer } = await request(`${process.env.QDRANT_URL}${path}`, {
    method,
    dispatcher: agent,
    headers: { 'content-type': 'application/json', 'accept-encoding': 'identity' },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  return { status: statusCode, text: await answer.text() };
}

/** Resolves when no segment of a collection waits to be optimised: searches before that measure something else. */
export async function optimised(collection) {
  await until(
    async () => (await qdrant('GET', `/collections/${collection}`)).status === 'green',
    `${collection} was not optimised`,
  );
}

/** Resolves when a collection builds no graphs, and none is being built: its searches compare with every vector then. */
export async function withoutGraphs(collection) {
  await qdrant('PATCH', `/collections/${collection}`, { optimizers_config: { indexing_threshold: 0 } });
  await optimised(collection);
}
