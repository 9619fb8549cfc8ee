import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { createTestDatabase, type TestDatabase } from '../../../../../test/services/postgres/postgres.js';
import { waitFor } from '../../../../../test/services/lifetime/wait-for.js';
import { stallingProxy, type StallingProxy } from '../../../test/stalling-proxy.js';
import { resolveConnection } from '../connection/connection.js';
import { findInstance, InstanceLock, type InstanceLockHolder } from './instance-lock.js';

let testDatabase: TestDatabase;
beforeAll(async () => {
  testDatabase = await createTestDatabase();
});
afterAll(() => testDatabase.drop());

describe('the instance lock behind a network that fails', () => {
  const made: InstanceLock[] = [];
  const lost: InstanceLockHolder[] = [];
  let proxy: StallingProxy;

  beforeEach(async () => {
    lost.length = 0;
    proxy = await stallingProxy(testDatabase.url);
  });
  afterEach(async () => {
    proxy.close();
    await Promise.all(made.splice(0).map((lock) => lock.release()));
  });

  const newLock = async (url = proxy.url) => {
    const onLost = (holder: InstanceLockHolder) => void lost.push(holder);
    const lock = new InstanceLock({ ...(await resolveConnection(url)), waitMs: 0, onLost });
    made.push(lock);
    return lock;
  };
  const settled = (lock: InstanceLock) =>
    waitFor(() => lock.held || lost.length > 0, { what: () => 'the lock to be held again' });

  it('is taken again from a connection of its own that PostgreSQL believes in', async () => {
    const lock = await newLock();
    expect(await lock.acquire()).toBeUndefined();
    await lock.announce('http://here:9595');
    const { connections } = proxy;
    proxy.lose();
    // It connects again when it has noticed that it holds nothing.
    await waitFor(() => proxy.connections > connections, { what: () => 'another connection' });
    await settled(lock);
    expect({ held: lock.held, lost }).toEqual({ held: true, lost: [] });
    expect(await findInstance(await resolveConnection(testDatabase.url))).toEqual({
      pid: process.pid,
      url: 'http://here:9595',
    });
  });

  it('is tried for again as long as a server lets it in and then says nothing', async () => {
    const lock = await newLock();
    expect(await lock.acquire()).toBeUndefined();
    proxy.mute();
    proxy.lose();
    await waitFor(() => proxy.muted >= 2, { timeoutMs: 30_000, what: () => 'another try' });
    expect(lock.held).toBe(false);
    proxy.flow();
    await settled(lock);
    expect({ held: lock.held, lost }).toEqual({ held: true, lost: [] });
  });

  it('fails a start whose server lets it in and then says nothing, instead of letting it wait', async () => {
    proxy.mute();
    const lock = await newLock();
    let failure: unknown;
    lock.acquire().catch((error: unknown) => (failure = error));
    await waitFor(() => failure !== undefined, { timeoutMs: 30_000, what: () => 'the failure' });
    expect(failure).toMatchObject({ message: expect.stringMatching(/timeout/) });
  });

  it('is not taken from another of the same process', async () => {
    const [first, second] = [await newLock(), await newLock()];
    expect(await first.acquire()).toBeUndefined();
    expect(await second.acquire()).toEqual({ pid: process.pid });
    expect(first.held).toBe(true);
  });
});
