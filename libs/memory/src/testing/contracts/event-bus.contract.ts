import { randomUUID } from 'node:crypto';
import { beforeEach, describe, expect, it } from '@jest/globals';
import type { EventBus } from '../../indexing/relay/event-bus.port.js';
import type { CheckedEvent, EventRecord } from '../../event-model/memory-event.js';
import { freshNamespace } from '../truth-builders.js';
import type { Namespace } from '../../model/namespace.js';

/** A bus under test and what stands behind it. */
export interface EventBusUnderTest {
  readonly bus: EventBus;
  /** Everything that whoever applies events was given so far, in order per memory; repeats included. */
  received(): Promise<readonly EventRecord[]>;
  /** The event, changed so that it can never be published. */
  spoil(event: CheckedEvent): CheckedEvent;
  /** Takes away what the bus needs. */
  interrupt(): Promise<void>;
  /** Gives it back; resolves when it can be used. */
  restore(): Promise<void>;
}

/** What every EventBus adapter must do. Call it inside a spec file. */
export function describeEventBusContract(adapter: string, harness: () => EventBusUnderTest): void {
  describe(`${adapter} as an event bus`, () => {
    let namespace: Namespace;
    const event = (x: number, version: number): EventRecord => {
      const eventId = randomUUID();
      const payload = { text: `word ${version}`, coordinate: [x, 0.5], memory_type: 'semantic' };
      const base = { event_id: eventId, id: eventId, namespace, type: 'created' };
      return { key: `${x},0.5`, version, event: { ...base, timestamp: '2026-01-02T03:04:05.678Z', payload } };
    };
    const idsOf = (records: readonly EventRecord[]) => records.map(({ event }) => event.event_id);
    const receivedHere = async () =>
      (await harness().received()).filter((record) => record.event.namespace === namespace);

    beforeEach(() => {
      namespace = freshNamespace();
    });

    it('hands every event over as it was published, and says so by its id', async () => {
      const records = [event(1, 1), event(2, 1), event(-3, 1)];
      const outcome = await harness().bus.publish(records);
      expect(outcome.published).toEqual(idsOf(records));
      const byId = new Map((await receivedHere()).map((record) => [record.event.event_id, record]));
      expect(records.map((record) => byId.get(record.event.event_id))).toEqual(records);
    });

    it('has nothing to say about no events', async () => {
      expect((await harness().bus.publish([])).published).toEqual([]);
    });

    it('keeps the order of a memory within and across calls', async () => {
      for (let version = 1; version <= 9; version += 3) {
        const together = [0, 1, 2].flatMap((step) => [1, 2, 3, 4].map((x) => event(x, version + step)));
        await harness().bus.publish(together);
      }
      const received = await receivedHere();
      for (const x of [1, 2, 3, 4]) {
        const versions = received.filter(({ key }) => key === `${x},0.5`).map(({ version }) => version);
        expect(versions).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);
      }
    });

    it('reports an event that can never be published, and publishes its neighbours', async () => {
      const [before, spoilt, after] = [event(1, 1), event(1, 2), event(1, 3)];
      const bad = { ...spoilt, event: harness().spoil(spoilt.event) };
      const outcome = await harness().bus.publish([before, bad, after]);
      expect(outcome.published).toEqual(idsOf([before, after]));
      expect(outcome.poisoned).toEqual([{ eventId: bad.event.event_id, reason: expect.stringMatching(/\w/) }]);
      const received = idsOf(await receivedHere());
      expect(received.filter((id, index) => received.indexOf(id) === index)).toEqual(idsOf([before, after]));
    });

    it('throws while what it needs is away, and publishes again when that is back', async () => {
      await harness().bus.publish([event(1, 1)]);
      await harness().interrupt();
      try {
        await expect(harness().bus.publish([event(1, 2)])).rejects.toThrow();
      } finally {
        await harness().restore();
      }
      const again = event(1, 3);
      expect((await harness().bus.publish([again])).published).toEqual(idsOf([again]));
      expect(idsOf(await receivedHere())).toContain(again.event.event_id);
    });
  });
}
