import { expect, it } from '@jest/globals';
import { readFile } from 'node:fs/promises';
import { Redis } from 'ioredis';
import { randomUUID } from 'node:crypto';
import { describeWith } from '../availability.js';
import { startRedis, testRedis } from './redis.js';

const describeReal = await describeWith(['redis']);

async function withClient<T>(url: string, use: (client: Redis) => Promise<T>, tls?: { ca: Buffer }): Promise<T> {
  const client = new Redis(url, {
    tls,
    lazyConnect: true,
    enableReadyCheck: false,
    maxRetriesPerRequest: 0,
    retryStrategy: () => null,
  });
  client.on('error', () => undefined);
  await client.connect();
  try {
    return await use(client);
  } finally {
    client.disconnect();
  }
}

describeReal('a Redis for tests', () => {
  it('is one server for the whole run', async () => {
    const { url } = await testRedis();
    const key = randomUUID();
    const length = await withClient(url, async (client) => {
      await client.set(key, 'hello', 'EX', 60);
      return client.strlen(key);
    });
    expect(length).toBe(5);
    expect((await testRedis()).url).toBe(url);
  });

  it('keeps what it acknowledged when it is killed and started again', async () => {
    const server = await startRedis();
    const first = server.pid;
    await withClient(server.url, async (client) => {
      await client.set('kept', 'yes');
    });
    await server.kill();
    expect(server.pid).toBeUndefined();
    await expect(withClient(server.url, (client) => client.ping())).rejects.toThrow();
    await server.start();
    expect(server.pid).not.toBe(first);
    expect(await withClient(server.url, (client) => client.get('kept'))).toBe('yes');
    await server.stop();
    await expect(withClient(server.url, (client) => client.ping())).rejects.toThrow();
  });

  it('asks for its password and speaks TLS when told to', async () => {
    const server = await startRedis({ password: 'p@ss:word', tls: true });
    const ca = await readFile(server.caFile ?? '');
    expect(await withClient(server.url, (client) => client.ping(), { ca })).toBe('PONG');
    const { port } = new URL(server.url);
    const withoutPassword = withClient(`rediss://127.0.0.1:${port}`, (client) => client.ping(), { ca });
    await expect(withoutPassword).rejects.toThrow(/NOAUTH/);
    await server.stop();
  });
});
