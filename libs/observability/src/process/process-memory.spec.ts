import { afterEach, describe, expect, it } from '@jest/globals';
import { totalmem } from 'node:os';
import { getHeapStatistics, setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { waitFor } from '../../../../test/services/lifetime/wait-for.js';
import { NodeProcessMemory } from './process-memory.js';

describe('the memory of the process', () => {
  let memory: NodeProcessMemory | undefined;
  afterEach(() => memory?.onModuleDestroy());

  it('is what is used, and what may be used', () => {
    memory = new NodeProcessMemory();
    const { heap, resident } = memory.read();
    for (const { usedBytes, limitBytes } of [heap, resident]) {
      expect(usedBytes).toBeGreaterThan(1024 * 1024);
      expect(usedBytes).toBeLessThan(limitBytes);
    }
    expect(resident.limitBytes).toBeLessThanOrEqual(totalmem());
  });

  it('counts in the heap what survives a full collection, and no garbage', async () => {
    const measured = (memory = new NodeProcessMemory());
    setFlagsFromString('--expose-gc');
    const collect = runInNewContext('gc') as () => void;
    collect();
    await waitFor(() => measured.read().collections > 0, { what: () => 'the collection to be noticed' });
    const { heap } = measured.read();
    const garbage = Array.from({ length: 1e6 }, (_, n) => ({ n }));
    expect(getHeapStatistics().used_heap_size).toBeGreaterThan(heap.usedBytes + 10e6);
    expect(measured.read().heap.usedBytes).toBe(heap.usedBytes);
    expect(garbage).toHaveLength(1e6);
  });
});
