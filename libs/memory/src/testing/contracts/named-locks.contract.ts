import { describe, expect, it } from '@jest/globals';
import { LockHeldError, LockLostError } from '../../model/errors.js';
import { LockService } from '../../locks/lock.service.js';
import type { LockHold, LockProof, NamedLocks } from '../../locks/named-locks.port.js';
import { freshNamespace } from '../truth-builders.js';

const LONG_MS = 60_000;
const SHORT_MS = 150;

/** What every NamedLocks adapter must do. `locks` gives the adapter; twice, as two processes have it. */
export function describeNamedLocksContract(adapter: string, locks: () => readonly [NamedLocks, NamedLocks]): void {
  const aPlace = () => ({ namespace: freshNamespace(), name: 'kettle' });
  type Place = ReturnType<typeof aPlace>;
  const taken = async (place: Place, owner = 'me', ttlMs = LONG_MS): Promise<LockHold> => {
    const acquisition = await locks()[0].acquire({ ...place, owner, ttlMs });
    if (acquisition.state === 'held') throw new Error(`held by ${acquisition.by.owner}`);
    return acquisition.hold;
  };
  const other = () => new LockService(locks()[1]);
  /** Waits, as an owner of another process, until the lock is free. */
  const takenAfterwards = ({ namespace, name }: Place, owner = 'other') =>
    other().acquire(namespace, { name, owner, waitSeconds: 10 });

  describe(`${adapter} as named locks`, () => {
    it('gives a lock to one owner at a time, among all who ask at once', async () => {
      const place = aPlace();
      const asked = await Promise.all(
        Array.from({ length: 20 }, (_, n) =>
          locks()[n % 2 === 0 ? 0 : 1].acquire({ ...place, owner: `owner ${n}`, ttlMs: LONG_MS }),
        ),
      );
      const given = asked.filter(({ state }) => state === 'acquired');
      expect(given).toHaveLength(1);
      const [first] = given;
      const hold = first?.state === 'acquired' ? first.hold : undefined;
      for (const one of asked) if (one.state === 'held') expect(one.by).toEqual(hold);
      expect(await locks()[1].find(place)).toEqual(hold);
    });

    it('keeps names and namespaces apart', async () => {
      const place = aPlace();
      await taken(place);
      await taken({ ...place, name: 'KETTLE' }, 'other');
      await taken({ ...aPlace(), name: place.name }, 'other');
      expect(await locks()[0].find({ ...place, name: 'teapot' })).toBeUndefined();
    });

    it('gives it to its owner again, with the same token and for longer', async () => {
      const place = aPlace();
      const first = await taken(place);
      const again = await taken(place, 'me', 2 * LONG_MS);
      expect({ ...again, expiresAt: first.expiresAt }).toEqual(first);
      expect(again.expiresAt.getTime()).toBeGreaterThan(first.expiresAt.getTime() + LONG_MS / 2);
    });

    it('gives it to the next with a higher token, when it is released and when it expires', async () => {
      const place = aPlace();
      const first = await taken(place);
      expect(await locks()[1].release(place, first)).toBe(true);
      expect(await locks()[1].find(place)).toBeUndefined();
      const second = await taken(place, 'other', SHORT_MS);
      expect(second.token).toBeGreaterThan(first.token);
      const third = await takenAfterwards(place, 'third');
      expect(third.token).toBeGreaterThan(second.token);
      expect(third.acquiredAt.getTime()).toBeGreaterThanOrEqual(second.expiresAt.getTime());
      expect(third.acquiredAt.getTime()).toBeGreaterThanOrEqual(second.acquiredAt.getTime() + SHORT_MS);
    });

    it('counts an owner that comes back after its time as another hold', async () => {
      const place = aPlace();
      const first = await taken(place, 'me', SHORT_MS);
      await takenAfterwards(place).then(({ token }) => locks()[1].release(place, { owner: 'other', token }));
      expect((await taken(place)).token).toBeGreaterThan(first.token);
    });

    it('renews and releases only with the owner and the token of now', async () => {
      const place = aPlace();
      const former = await taken(place, 'me', SHORT_MS);
      const hold = await takenAfterwards(place);
      const proofs: readonly LockProof[] = [former, { ...hold, owner: 'me' }, { ...hold, token: former.token }];
      for (const proof of proofs) {
        expect(await locks()[0].renew(place, proof, LONG_MS)).toBeUndefined();
        expect(await locks()[0].release(place, proof)).toBe(false);
      }
      expect(await locks()[0].find(place)).toEqual(hold);
      const renewed = await locks()[0].renew(place, hold, LONG_MS);
      expect(renewed).toMatchObject({ owner: 'other', token: hold.token, acquiredAt: hold.acquiredAt });
      expect(renewed?.expiresAt.getTime()).toBeGreaterThan(hold.expiresAt.getTime() + LONG_MS / 2);
      expect(await locks()[0].release(place, hold)).toBe(true);
      expect(await locks()[0].release(place, hold)).toBe(false);
    });

    it('does not renew or release what has expired, though nobody else has it', async () => {
      const place = aPlace();
      const hold = await taken(place, 'me', 1);
      while (await locks()[0].find(place)) await new Promise((resolve) => setImmediate(resolve));
      expect(await locks()[0].renew(place, hold, LONG_MS)).toBeUndefined();
      expect(await locks()[0].release(place, hold)).toBe(false);
    });

    it('runs work of two processes one after the other, renewed for as long as it takes', async () => {
      const { namespace, name } = aPlace();
      const events: string[] = [];
      const tokens: number[] = [];
      const work =
        (who: string) =>
        async ({ token, signal }: { readonly token: number; readonly signal: AbortSignal }) => {
          events.push(`${who} begins`);
          tokens.push(token);
          await new Promise((resolve) => setTimeout(resolve, 3 * SHORT_MS));
          expect(signal.aborted).toBe(false);
          events.push(`${who} ends`);
          return who;
        };
      const brief = { name, ttlSeconds: SHORT_MS / 1000, waitSeconds: 10 };
      const first = new LockService(locks()[0]).withLock(namespace, brief, work('one'));
      const second = new LockService(locks()[1]).withLock(namespace, brief, work('two'));
      const ended = await Promise.all([first, second]);
      expect(ended).toEqual(['one', 'two']);
      expect(events).toHaveLength(4);
      expect(events[0]?.replace('begins', 'ends')).toBe(events[1]);
      expect(tokens[1]).toBeGreaterThan(tokens[0] ?? Infinity);
    });

    it('frees it when the work fails, and is there at once within the work', async () => {
      const { namespace, name } = aPlace();
      const service = new LockService(locks()[0]);
      const failing = service.withLock(namespace, { name }, () =>
        service.withLock(namespace, { name }, () => Promise.reject(new Error('the work failed'))),
      );
      await expect(failing).rejects.toThrow('the work failed');
      expect(await service.find(namespace, name)).toBeUndefined();
      expect(await service.withLock(namespace, { name }, async () => 'free')).toBe('free');
    });

    it('ends a wait in time, and tells work that its lock was taken', async () => {
      const { namespace, name } = aPlace();
      const service = new LockService(locks()[0]);
      await service.withLock(namespace, { name, ttlSeconds: SHORT_MS / 1000 }, async ({ token, signal }) => {
        const wait = other().acquire(namespace, { name, waitSeconds: 0.05 });
        await expect(wait).rejects.toThrow(LockHeldError);
        await expect(wait).rejects.toMatchObject({ code: 'lock_held', retryAfterSeconds: 1 });
        const lost = new Promise((resolve) => signal.addEventListener('abort', () => resolve(signal.reason)));
        const owner = (await service.find(namespace, name))?.owner ?? '';
        await other().release(namespace, { name, owner, token });
        expect(await lost).toBeInstanceOf(LockLostError);
      });
    });
  });
}
