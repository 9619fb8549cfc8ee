import { totalmem } from 'node:os';
import { constants, PerformanceObserver } from 'node:perf_hooks';
import { getHeapStatistics } from 'node:v8';

/**
 * What V8 adds to the limit that it is given for young objects. Those that last move away from there, so the room is of no
 * use to them.
 */
const YOUNG_BYTES = 48 * 1024 * 1024;

/**
 * Measures the memory of this process. What the heap holds is known after full garbage collections only: in between it
 * is full of what nobody needs any more, up to its limit and without harm.
 */
export class NodeProcessMemory {
  private readonly observer = new PerformanceObserver((entries) => {
    const full = entries.getEntries().filter(isFullCollection).length;
    if (full === 0) return;
    this.collections += full;
    this.survivedBytes = getHeapStatistics().used_heap_size;
  });
  private collections = 0;
  private survivedBytes: number | undefined;
  private readonly residentLimitBytes = residentLimit();

  constructor() {
    this.observer.observe({ entryTypes: ['gc'] });
  }

  /** Until the first full collection, all of the heap counts. */
  read() {
    const { heap_size_limit: wholeBytes, used_heap_size: nowBytes } = getHeapStatistics();
    const limitBytes = Math.max(wholeBytes - YOUNG_BYTES, wholeBytes / 2);
    return {
      heap: { usedBytes: Math.min(this.survivedBytes ?? nowBytes, nowBytes), limitBytes },
      resident: { usedBytes: process.memoryUsage.rss(), limitBytes: this.residentLimitBytes },
      collections: this.collections,
    };
  }

  /** Called by Nest. */
  onModuleDestroy(): void {
    this.observer.disconnect();
  }
}

function isFullCollection(entry: object): boolean {
  const detail: unknown = 'detail' in entry ? entry.detail : undefined;
  return (
    typeof detail === 'object' &&
    detail !== null &&
    'kind' in detail &&
    detail.kind === constants.NODE_PERFORMANCE_GC_MAJOR
  );
}

/** The limit of the container, or the memory of the machine. */
function residentLimit(): number {
  const machine = totalmem();
  const container = process.constrainedMemory();
  return container > 0 && container < machine ? container : machine;
}
