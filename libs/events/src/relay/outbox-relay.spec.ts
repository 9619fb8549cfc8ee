import { afterEach, describe, expect, it, jest } from '@jest/globals';
import {
  EventBus,
  Outbox,
  toNamespace,
  type EventRecord,
  type OutboxDepth,
  type OutboxDeadLetter,
  type PublishOutcome,
} from '@sfm/memory';
import { EventValidator } from '../validation/event-validator.js';
import { DEFAULT_RELAY_OPTIONS, OutboxRelay, type OutboxRelayOptions } from './outbox-relay.js';

const record = (id: string, timestamp = '2026-01-01T00:00:00Z'): EventRecord => ({
  key: id,
  event: { event_id: id, id, namespace: toNamespace('ns'), type: 'created', timestamp, payload: {} },
});

/** An outbox in memory with the port's promises: what is not reported as published or poisoned is handed out again. */
class QueueOutbox extends Outbox {
  readonly waiting: EventRecord[] = [];
  readonly poisoned: string[] = [];
  private wake: () => void = () => {};

  add(...records: EventRecord[]): void {
    this.waiting.push(...records);
    this.wake();
  }

  async drain(limit: number, publish: (records: readonly EventRecord[]) => Promise<PublishOutcome>): Promise<number> {
    const batch = this.waiting.slice(0, limit);
    if (batch.length === 0) return 0;
    const outcome = await publish(batch);
    const poisoned = (outcome.poisoned ?? []).map(({ eventId }) => eventId);
    this.poisoned.push(...poisoned);
    const gone = new Set([...outcome.published, ...poisoned]);
    this.waiting.splice(0, Infinity, ...this.waiting.filter(({ event }) => !gone.has(event.event_id)));
    return outcome.published.length;
  }

  listen(wake: () => void): Promise<() => Promise<void>> {
    this.wake = wake;
    return Promise.resolve(() => Promise.resolve());
  }

  depth(): Promise<OutboxDepth> {
    return Promise.resolve({ waiting: this.waiting.length, deadLetters: this.poisoned.length, oldestAgeSeconds: 0 });
  }

  holdsMoreThan(events: number): Promise<boolean> {
    return Promise.resolve(this.waiting.length > events);
  }

  deadLetters(): Promise<OutboxDeadLetter[]> {
    return Promise.reject(new Error('relays do not look at dead-lettered events'));
  }

  redrive(): Promise<string[]> {
    return Promise.reject(new Error('relays do not send dead-lettered events back'));
  }

  dismiss(): Promise<string[]> {
    return Promise.reject(new Error('relays do not give dead-lettered events up'));
  }
}

class RecordingBus extends EventBus {
  readonly seen: string[] = [];
  failures = 0;
  onPublish: () => void = () => {};

  publish(records: readonly EventRecord[]): Promise<PublishOutcome> {
    if (this.failures > 0) {
      this.failures -= 1;
      return Promise.reject(new Error('bus is down'));
    }
    this.seen.push(...records.map(({ event }) => event.event_id));
    this.onPublish();
    return Promise.resolve({ published: records.map(({ event }) => event.event_id) });
  }
}

const outbox = () => new QueueOutbox();

describe('OutboxRelay', () => {
  const warnings: string[] = [];
  let relay: OutboxRelay | undefined;

  const startRelay = async (queue: Outbox, bus: EventBus, options: Partial<OutboxRelayOptions> = {}) => {
    const log = { warn: (message: string) => void warnings.push(message) };
    relay = new OutboxRelay(queue, bus, new EventValidator(), log, {
      ...DEFAULT_RELAY_OPTIONS,
      batchSize: 3,
      lingerMs: 1,
      ...options,
    });
    await relay.start();
  };
  const published = (bus: RecordingBus, count: number) =>
    new Promise<void>((resolve) => {
      const check = () => void (bus.seen.length >= count && resolve());
      bus.onPublish = check;
      check();
    });

  afterEach(async () => {
    jest.useRealTimers();
    await relay?.stop();
  });

  it('publishes what waits and what is added later, in order', async () => {
    const queue = outbox();
    const bus = new RecordingBus();
    queue.add(...['a', 'b', 'c', 'd'].map((id) => record(id)));
    await startRelay(queue, bus);
    await published(bus, 4);
    queue.add(record('e'));
    await published(bus, 5);
    expect(bus.seen).toEqual(['a', 'b', 'c', 'd', 'e']);
  });

  it('keeps events while the bus is down and publishes them when it is back', async () => {
    const queue = outbox();
    const bus = new RecordingBus();
    bus.failures = 2;
    queue.add(record('a'));
    await startRelay(queue, bus);
    await published(bus, 1);
    expect(bus.seen).toEqual(['a']);
    expect(warnings.length).toBeGreaterThanOrEqual(2);
  });

  it('dead-letters an event that breaks the schema and publishes its neighbours', async () => {
    const queue = outbox();
    const bus = new RecordingBus();
    queue.add(record('good'), record('bad', 'not a time'), record('also good'));
    await startRelay(queue, bus);
    await published(bus, 2);
    await relay?.stop();
    expect(bus.seen).toEqual(['good', 'also good']);
    expect(queue.poisoned).toEqual(['bad']);
  });

  it('asks after a hand-over of young events whether writers wait', async () => {
    const queue = outbox();
    queue.add(record('young', new Date().toISOString()));
    const asked = new Promise<void>((resolve) => {
      const yieldsTo = () => {
        resolve();
        return true;
      };
      void startRelay(queue, new RecordingBus(), { yieldsTo });
    });
    await asked;
  });

  it.each([
    ['as long as its work many times over while writers wait', true, 1000],
    ['no longer than two looks once they are gone', false, 100],
  ])('yields %s', async (_what, isStillBusy, expectedMs) => {
    jest.useFakeTimers();
    const queue = outbox();
    const bus = new RecordingBus();
    bus.onPublish = () => jest.advanceTimersByTime(200);
    const now = new Date().toISOString();
    queue.add(record('first', now), record('second', now));
    let asked = 0;
    const yieldsTo = () => (asked += 1) === 1 || isStillBusy;
    await startRelay(queue, bus, { yieldsTo, batchSize: 1 });
    await jest.advanceTimersByTimeAsync(expectedMs - 1);
    expect(bus.seen).toEqual(['first']);
    await jest.advanceTimersByTimeAsync(1);
    expect(bus.seen).toEqual(['first', 'second']);
  });

  it.each([
    ['only as long as its work while too many events wait', 4, 200],
    ['no longer once it sees that too many have come', 1, 250],
  ])('yields %s', async (_what, waitingFirst, expectedMs) => {
    jest.useFakeTimers();
    const queue = outbox();
    const bus = new RecordingBus();
    bus.onPublish = () => jest.advanceTimersByTime(200);
    const events = ['a', 'b', 'c', 'd'].map((id) => record(id, new Date().toISOString()));
    queue.add(...events.slice(0, waitingFirst));
    await startRelay(queue, bus, { yieldsTo: () => true, batchSize: 1, maxYieldEvents: 1 });
    await jest.advanceTimersByTimeAsync(0);
    queue.add(...events.slice(waitingFirst));
    await jest.advanceTimersByTimeAsync(expectedMs - 1);
    expect(bus.seen).toEqual(['a']);
    await jest.advanceTimersByTimeAsync(1);
    expect(bus.seen).toEqual(['a', 'b']);
  });

  it('goes on when it cannot be told how many events wait', async () => {
    const queue = outbox();
    const bus = new RecordingBus();
    queue.holdsMoreThan = () => Promise.reject(new Error('the store is away'));
    queue.add(...['a', 'b', 'c', 'd'].map((id) => record(id, new Date().toISOString())));
    await startRelay(queue, bus, { yieldsTo: () => true, batchSize: 1, maxYieldEvents: 1 });
    await published(bus, 4);
  });

  it('yields to nobody once events are old', async () => {
    const queue = outbox();
    const bus = new RecordingBus();
    let asked = 0;
    queue.add(...['a', 'b', 'c', 'd'].map((id) => record(id, '2020-01-01T00:00:00Z')));
    await startRelay(queue, bus, { yieldsTo: () => (asked += 1) > 0 });
    await published(bus, 4);
    await relay?.stop();
    expect(asked).toBe(0);
  });
});
