import { beforeEach, describe, expect, it } from '@jest/globals';
import type { LifecycleSchedule } from '../../lifecycle/ports/lifecycle-schedule.port.js';

/** Gives a schedule whose lease is free and on which nothing was ever done. */
export type LifecycleScheduleHarness = () => Promise<LifecycleSchedule>;

const LONG_MS = 60_000;

/** What every LifecycleSchedule adapter must do. Call it inside a spec file. */
export function describeLifecycleScheduleContract(adapter: string, open: LifecycleScheduleHarness): void {
  describe(`${adapter} as the schedule of the work on the life of memories`, () => {
    let schedule: LifecycleSchedule;
    beforeEach(async () => {
      schedule = await open();
    });

    it('gives the lease to one of many, until that one gives it back', async () => {
      const grants = await Promise.all([1, 2, 3, 4].map((n) => schedule.take(`process ${n}`, LONG_MS)));
      const [held, ...others] = grants.filter((grant) => grant !== undefined);
      expect(others).toEqual([]);
      expect(await schedule.take('another', LONG_MS)).toBeUndefined();
      if (held) await schedule.release(held);
      const next = await schedule.take('another', LONG_MS);
      expect(next?.fence).toBeGreaterThan(held?.fence ?? Infinity);
    });

    it('gives it to another once its time is over, and then the former holder can do nothing with it', async () => {
      const former = await schedule.take('frozen', 1);
      let holder;
      while (!holder) holder = await schedule.take('holder', LONG_MS);
      if (!former) throw new Error('the lease was not free');
      expect(await schedule.renew(former, LONG_MS)).toBe(false);
      await schedule.done(former, 'retain', LONG_MS);
      expect((await schedule.dueInMs(['retain'])).get('retain')).toBeLessThanOrEqual(0);
      await schedule.release(former);
      expect(await schedule.take('another', LONG_MS)).toBeUndefined();
      expect(await schedule.renew(holder, LONG_MS)).toBe(true);
    });

    it('says that a job is due until it is done, and again after its pause', async () => {
      const grant = await schedule.take('holder', LONG_MS);
      if (!grant) throw new Error('the lease was not free');
      expect([...(await schedule.dueInMs(['expire', 'decay'])).values()].every((ms) => ms <= 0)).toBe(true);
      await schedule.done(grant, 'expire', LONG_MS);
      const due = await schedule.dueInMs(['expire', 'decay']);
      expect(due.get('expire')).toBeGreaterThan(LONG_MS / 2);
      expect(due.get('expire')).toBeLessThanOrEqual(LONG_MS);
      expect(due.get('decay')).toBeLessThanOrEqual(0);
      await schedule.done(grant, 'expire', 0);
      expect((await schedule.dueInMs(['expire'])).get('expire')).toBeLessThanOrEqual(0);
    });
  });
}
