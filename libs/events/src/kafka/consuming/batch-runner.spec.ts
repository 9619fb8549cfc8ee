import { describe, expect, it } from '@jest/globals';
import { IndexUnavailableError, toNamespace, type EventRecord } from '@sfm/memory';
import type { KafkaMessage } from 'kafkajs';
import { waitFor } from '../../../../../test/services/lifetime/wait-for.js';
import { CountingObserver } from '../../../test/consuming-harness.js';
import { anEvent, recordedLog, RULES } from '../../../test/kafka-fixtures.js';
import { encodeEventMessage } from '../messages/event-message.js';
import { BatchRunner, type ClaimedBatch } from './batch-runner.js';

const REBALANCING = new Error('The group is rebalancing');

function messages(count: number): KafkaMessage[] {
  return Array.from({ length: count }, (_, offset) => ({
    key: null,
    value: Buffer.from(encodeEventMessage(anEvent(toNamespace('ns'), 1, offset + 1)).value),
    timestamp: '1700000000000',
    attributes: 0,
    offset: String(offset),
    headers: {},
  }));
}

function world(handle: (records: readonly EventRecord[]) => Promise<void> | void) {
  const handed: number[] = [];
  const committed: string[] = [];
  const pauses: number[] = [];
  const observer = new CountingObserver();
  const state = { isOurs: true, isStopping: false, beats: 0, refusal: undefined as Error | undefined };
  const runner = new BatchRunner(
    {
      decoding: RULES,
      deadLetters: { add: () => Promise.resolve() },
      batchSize: 2,
      maxAttempts: 3,
      maxBackoffMs: 100,
      areServersUp: () => Promise.resolve(true),
      observer,
      log: recordedLog(),
    },
    async (records) => {
      handed.push(records.length);
      await handle(records);
      return { poisoned: [] };
    },
    5,
  );
  const batch: ClaimedBatch = {
    topic: 'memory.events',
    partition: 0,
    messages: messages(6),
    isStopping: () => state.isStopping,
    isOurs: () => state.isOurs,
    heartbeat: () => {
      state.beats += 1;
      return state.refusal ? Promise.reject(state.refusal) : Promise.resolve();
    },
    commit: ({ offset }) => {
      committed.push(offset);
      return Promise.resolve();
    },
    pause: (forMs) => void pauses.push(forMs),
  };
  return { runner, batch, state, handed, committed, pauses, observer };
}

describe('BatchRunner', () => {
  it('commits chunk by chunk, in order', async () => {
    const { runner, batch, handed, committed } = world(() => {});
    await runner.run(batch);
    expect(handed).toEqual([2, 2, 2]);
    expect(committed).toEqual(['1', '3', '5']);
    expect(runner.oldestTimestamp()).toBeUndefined();
  });

  it('commits nothing of a partition that was given away meanwhile, and begins nothing more', async () => {
    const { runner, batch, state, handed, committed } = world(() => {
      if (handed.length === 2) state.isOurs = false;
    });
    await runner.run(batch);
    expect(handed).toEqual([2, 2]);
    expect(committed).toEqual(['1']);
  });

  it('sends heartbeats during long work', async () => {
    const { runner, batch, state } = world(() => waitFor(() => state.beats > 3));
    await runner.run({ ...batch, messages: messages(2) });
    expect(state.beats).toBeGreaterThan(3);
  });

  it('commits what is done when the brokers want the partition back, then gives it back', async () => {
    const { runner, batch, state, handed, committed } = world(async () => {
      state.refusal = REBALANCING;
      const { beats } = state;
      await waitFor(() => state.beats > beats);
    });
    await expect(runner.run(batch)).rejects.toBe(REBALANCING);
    expect(handed).toEqual([2]);
    expect(committed).toEqual(['1']);
  });

  it('hands nothing out again when only its commit was refused', async () => {
    const { runner, batch, handed, committed } = world(() => {});
    const refusing = { ...batch, messages: messages(2), commit: () => Promise.reject(REBALANCING) };
    await expect(runner.run(refusing)).rejects.toBe(REBALANCING);
    expect(runner.oldestTimestamp()).toBe(1_700_000_000_000);
    await runner.run({ ...batch, messages: messages(2) });
    expect(handed).toEqual([2]);
    expect(committed).toEqual(['1']);
  });

  it('pauses the partition while a server is away', async () => {
    const { runner, batch, handed, committed, pauses, observer } = world(() => {
      throw new IndexUnavailableError('the index is away');
    });
    await runner.run(batch);
    expect({ handed, committed, causes: observer.causes }).toEqual({
      handed: [2],
      committed: [],
      causes: ['server_away'],
    });
    expect(pauses).toHaveLength(1);
  });

  it('lets the next member try again what fails while this one is about to leave', async () => {
    const { runner, batch, state, committed, pauses, observer } = world(() => {
      state.isStopping = true;
      throw new IndexUnavailableError('the index is away');
    });
    await runner.run(batch);
    expect({ committed, pauses, causes: observer.causes }).toEqual({ committed: [], pauses: [], causes: [] });
  });
});
