import { afterEach, expect, it } from '@jest/globals';
import { openBudget, RequestEndedError, withBudget } from '@sfm/memory';
import { randomUUID } from 'node:crypto';
import { describeWith } from '../../../../test/services/availability.js';
import { startRedisCluster, startRedisSentinel } from '../../../../test/services/redis/redis-topologies.js';
import { startRedis } from '../../../../test/services/redis/redis.js';
import { waitFor } from '../../../../test/services/lifetime/wait-for.js';
import { connectTo, type WatchedConnection } from '../../test/redis-fixtures.js';

const describeReal = await describeWith(['redis']);
const COUNT_UP = `return redis.call('INCRBY', KEYS[1], ARGV[1])`;

describeReal('the connection to Redis', () => {
  const cleanups: (() => unknown)[] = [];
  const connect = async (...args: Parameters<typeof connectTo>): Promise<WatchedConnection> => {
    const watched = await connectTo(...args);
    cleanups.push(() => watched.redis.close());
    return watched;
  };
  const started = async <T extends { stop(): Promise<void> }>(starting: Promise<T>): Promise<T> => {
    const server = await starting;
    cleanups.push(() => server.stop());
    return server;
  };
  const countUp = ({ redis }: WatchedConnection, key: string = randomUUID()) => redis.runScript(COUNT_UP, [key], [1]);

  afterEach(async () => {
    for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
  });

  it('logs in, encrypts and chooses a database as the address says', async () => {
    const server = await started(startRedis({ password: 'p@ss:word', tls: true }));
    const { caFile: tlsCaFile } = server;
    const first = await connect(`${server.url}/1`, { tlsCaFile });
    const second = await connect(`${server.url}/2`, { tlsCaFile });
    expect([first, second].map(({ redis }) => redis.isUp)).toEqual([true, true]);
    expect(await countUp(first, 'same')).toBe(1);
    expect(await countUp(second, 'same')).toBe(1);
    expect([...first.warnings, ...first.messages]).toEqual([]);
  });

  it('says once why it cannot be used: a wrong password, an unknown authority, nobody there', async () => {
    const server = await started(startRedis({ password: 'right', tls: true }));
    const { port } = new URL(server.url);
    const attempts = [
      [`rediss://:wrong@127.0.0.1:${port}`, { tlsCaFile: server.caFile }, /WRONGPASS/],
      [`rediss://127.0.0.1:${port}`, { tlsCaFile: server.caFile }, /NOAUTH/],
      [server.url, {}, /certificate|self.signed/],
      ['redis://127.0.0.1:1', {}, /ECONNREFUSED/],
    ] as const;
    for (const [url, options, reason] of attempts) {
      const { redis, warnings } = await connect(url, options);
      expect(redis.isUp).toBe(false);
      expect(warnings).toEqual([expect.stringMatching(reason)]);
      await expect(redis.check()).rejects.toThrow(reason);
    }
  });

  it('fails at once while the server is killed, and comes back by itself with one warning', async () => {
    const server = await started(startRedis());
    const watched = await connect(server.url);
    await countUp(watched);
    await server.kill();
    await waitFor(() => !watched.redis.isUp);
    const failures = await Promise.allSettled(Array.from({ length: 200 }, () => countUp(watched)));
    expect(failures.every(({ status }) => status === 'rejected')).toBe(true);
    await server.start();
    await waitFor(() => watched.redis.isUp);
    expect(await countUp(watched)).toBe(1);
    expect(watched.warnings).toHaveLength(1);
    expect(watched.messages).toHaveLength(1);
  });

  it('does not wait for a server that hangs, and asks it again when it goes on', async () => {
    const server = await started(startRedis());
    const watched = await connect(server.url, { commandTimeoutMs: 3000, connectTimeoutMs: 6000 });
    await countUp(watched);
    await server.freeze();
    // A caller who hangs up says nothing about the server.
    const { budget, hangUp } = openBudget(60_000);
    const asking = withBudget(budget, () => countUp(watched));
    hangUp();
    await expect(asking).rejects.toThrow(RequestEndedError);
    expect(watched.redis.isUp).toBe(true);
    await expect(countUp(watched)).rejects.toThrow(/no answer within 3000 ms/);
    await expect(countUp(watched)).rejects.toThrow(/away/);
    server.thaw();
    await waitFor(() => watched.redis.isUp);
    expect(await countUp(watched)).toBe(1);
    expect(watched.warnings).toEqual([expect.stringContaining('no answer within 3000 ms')]);
  });

  it('warns once of a server that refuses to write, and goes on asking it', async () => {
    const server = await started(startRedis({ args: ['--maxmemory', '1', '--maxmemory-policy', 'noeviction'] }));
    const watched = await connect(server.url);
    for (let attempt = 0; attempt < 3; attempt++) await expect(countUp(watched)).rejects.toThrow(/OOM/);
    expect(watched.redis.isUp).toBe(true);
    expect(watched.warnings).toEqual([expect.stringContaining('OOM')]);
  });

  it('follows a sentinel to the new master', async () => {
    const set = await started(startRedisSentinel('data-pw', 'watch-pw'));
    const watched = await connect(`redis+sentinel://:data-pw@${set.address}/main?sentinel_password=watch-pw`);
    expect(await countUp(watched, 'kept')).toBe(1);
    await set.master.kill();
    await waitFor(async () => (await countUp(watched).catch(() => 0)) === 1);
    expect(watched.warnings[0]).toMatch(/cannot be used/);
    expect(await watched.redis.check()).toEqual({ topology: 'server' });
  });

  it('works with a cluster, and when one of its nodes was away', async () => {
    const cluster = await started(startRedisCluster());
    const watched = await connect(`redis+cluster://${cluster.addresses.slice(0, 2).join(',')}`);
    const keys = Array.from({ length: 50 }, (_, index) => `key:${index}`);
    const counts = () => Promise.all(keys.map((key) => countUp(watched, key).catch(() => 'away')));
    expect(new Set(await counts())).toEqual(new Set([1]));
    const seen: string[] = [];
    await watched.redis.eachKey('key:', async (found) => seen.push(...found));
    expect(seen.sort()).toEqual([...keys].sort());

    await cluster.nodes[0]?.kill();
    expect(await counts()).toContain('away');
    await cluster.nodes[0]?.start();
    await waitFor(async () => !(await counts()).includes('away'));
    expect(watched.warnings).toEqual([expect.stringContaining('a node of the Redis cluster fails')]);
  });

  it('leaves a cluster node that hangs, for the replica that has taken over', async () => {
    const cluster = await started(startRedisCluster());
    const [hung] = cluster.nodes;
    if (hung === undefined) throw new Error('a cluster has nodes');
    const replica = await cluster.addReplica(hung);
    const watched = await connect(`redis+cluster://${cluster.addresses.join(',')}`, {
      commandTimeoutMs: 3000,
      connectTimeoutMs: 6000,
    });
    const keys = Array.from({ length: 50 }, (_, index) => `key:${index}`);
    const counts = () => Promise.all(keys.map((key) => countUp(watched, key).catch(() => 'away')));
    expect(new Set(await counts())).toEqual(new Set([1]));
    await hung.freeze();
    expect(await counts()).toContain('away');
    await replica.takeOver();
    await waitFor(async () => !(await counts()).includes('away'), {
      timeoutMs: 30_000,
      what: () => 'the slots of the node that hangs to be served by the replica',
    });
    expect(watched.redis.isUp).toBe(true);
    expect(watched.warnings).toEqual([expect.stringContaining('a node of the Redis cluster fails')]);
  });

  it('cannot be used any more when it is closed', async () => {
    const server = await started(startRedis());
    const watched = await connect(server.url);
    watched.redis.close();
    watched.redis.close();
    await expect(countUp(watched)).rejects.toThrow(/closed/);
    expect(watched.warnings).toEqual([]);
  });
});
