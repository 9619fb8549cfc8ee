import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { NamespaceBusyError } from '@sfm/memory';
import { freshNamespace } from '@sfm/memory/testing';
import { openTruthDatabase, type TruthDatabase } from '../../../test/truth-database.js';
import { NAMESPACE_LOCK_CLASS } from '../connection/advisory-lock-keys.js';
import { PostgresNamespaceLock } from './postgres-namespace-lock.js';

let truth: TruthDatabase;
let lock: PostgresNamespaceLock;

beforeAll(async () => {
  truth = await openTruthDatabase();
  lock = new PostgresNamespaceLock(truth.database);
});
afterAll(() => truth.close());

describe('the lock on a namespace', () => {
  it('keeps others out at once while it is held, and nobody from another namespace', async () => {
    const namespace = freshNamespace();
    const other = new PostgresNamespaceLock(truth.database);
    const answer = await lock.hold(namespace, async (signal) => {
      await expect(other.hold(namespace, async () => 'never')).rejects.toThrow(NamespaceBusyError);
      expect(await other.hold(freshNamespace(), async () => 'free')).toBe('free');
      expect(signal.aborted).toBe(false);
      return 'done';
    });
    expect(answer).toBe('done');
    expect(await other.hold(namespace, async () => 'mine')).toBe('mine');
  });

  it('goes when the work fails, with its error', async () => {
    const namespace = freshNamespace();
    await expect(lock.hold(namespace, () => Promise.reject(new Error('the work failed')))).rejects.toThrow(
      'the work failed',
    );
    expect(await lock.hold(namespace, async () => 'again')).toBe('again');
  });

  it('tells the work when it is lost with its connection', async () => {
    const lost = lock.hold(freshNamespace(), async (signal) => {
      const aborted = new Promise<unknown>((resolve) =>
        signal.addEventListener('abort', () => resolve(signal.reason), { once: true }),
      );
      await truth.database.query({
        text: `SELECT pg_terminate_backend(pid) FROM pg_locks
          WHERE locktype = 'advisory' AND classid::bigint = $1
            AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`,
        values: [NAMESPACE_LOCK_CLASS],
      });
      return aborted;
    });
    expect(String(await lost)).toMatch(/lock on namespace .* was lost/);
  });
});
