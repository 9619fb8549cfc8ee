import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { toNamespace } from '../model/namespace.js';
import type { DeleteReceipt } from '../store/memory-writer.port.js';
import { SilentTelemetry } from '../telemetry/telemetry.port.js';
import { ExpiredMemories } from './expired-memories.port.js';
import { ExpirySweep } from './expiry-sweep.js';

class CountedMemories extends ExpiredMemories {
  readonly batches: number[] = [];
  failure: Error | undefined;

  constructor(public left: number) {
    super();
  }

  async remove({ length }: readonly string[]): Promise<readonly DeleteReceipt[]> {
    if (this.failure) throw this.failure;
    const removed = Math.min(length, this.left);
    this.left -= removed;
    this.batches.push(removed);
    return Array.from({ length: removed }, (_, key) => ({ namespace: toNamespace('ns'), key: `${key}`, version: 2 }));
  }
}

class CountingTelemetry extends SilentTelemetry {
  expired = 0;
  override countExpired(count = 0): void {
    this.expired += count;
  }
}

describe('ExpirySweep', () => {
  const failures: unknown[] = [];
  const telemetry = new CountingTelemetry();
  const sweepOf = (memories: ExpiredMemories, intervalMs = 1000) =>
    new ExpirySweep(memories, telemetry, { intervalMs, batchSize: 10, restMs: 5 }, (error) => failures.push(error));

  beforeEach(() => {
    jest.useFakeTimers();
    // Otherwise the second sweep may fall into the first interval.
    jest.spyOn(Math, 'random').mockReturnValue(0.5);
    failures.length = 0;
    telemetry.expired = 0;
  });
  afterEach(() => {
    jest.useRealTimers();
    jest.restoreAllMocks();
  });

  it('removes all in bounded batches, then looks again once per interval', async () => {
    const memories = new CountedMemories(25);
    const sweep = sweepOf(memories);
    sweep.start();
    await jest.advanceTimersByTimeAsync(520);
    expect(memories.batches).toEqual([10, 10, 5]);
    expect(telemetry.expired).toBe(25);
    memories.left = 1;
    await jest.advanceTimersByTimeAsync(1000);
    expect(memories.batches).toEqual([10, 10, 5, 1]);
    await sweep.stop();
    await jest.advanceTimersByTimeAsync(5000);
    expect(memories.batches).toHaveLength(4);
  });

  it('reports a failure and tries again at the next interval', async () => {
    const memories = new CountedMemories(3);
    memories.failure = new Error('away');
    const sweep = sweepOf(memories);
    sweep.start();
    await jest.advanceTimersByTimeAsync(1000);
    expect(failures).toEqual([memories.failure]);
    memories.failure = undefined;
    await jest.advanceTimersByTimeAsync(1000);
    expect(memories.left).toBe(0);
    await sweep.stop();
  });

  it('does nothing when it is turned off', async () => {
    const memories = new CountedMemories(3);
    const sweep = sweepOf(memories, 0);
    sweep.start();
    await jest.advanceTimersByTimeAsync(100_000);
    expect(memories.batches).toEqual([]);
    await sweep.stop();
  });
});
