import { describe, expect, it } from '@jest/globals';
import { DEFAULT_RELAY_OPTIONS } from '@sfm/events';
import { DEFAULT_RANKING } from '@sfm/memory';
import { DEFAULT_LIMITS } from '../memory/memory-options.js';
import { completeOptions } from './complete-options.js';
import { allowsManyProcesses } from './many-processes.js';
import type { MemorySystemOptions } from './memory-system-options.js';

const TRUTH = { kind: 'embedded', dataDir: 'data' } as const;
const SERVERS = {
  truth: { kind: 'server', url: 'postgresql://h/d' },
  vectors: { kind: 'qdrant', connection: { host: 'q' } },
  events: { kind: 'kafka', connection: { brokers: ['k:9092'] } },
} as const satisfies MemorySystemOptions;
const MODEL = { kind: 'openai', url: 'http://m/v1', model: 'm', dimension: 8 } as const;

describe('options of a memory system', () => {
  it('leave everything but the truth to be filled in', () => {
    expect(completeOptions({ truth: TRUTH })).toMatchObject({
      namespace: 'api_ns',
      embedder: { kind: 'hash', dimension: 768 },
      vectors: { kind: 'embedded' },
      events: { kind: 'embedded' },
      cache: {},
      limits: DEFAULT_LIMITS,
      batching: { maxBatch: 64, maxInFlight: 3, maxQueued: 20_000 },
      recall: { warmupWaitMs: 15_000, overlay: { maxEmbedded: Infinity, maxPoints: Infinity } },
      read: { accessDelayMs: 2000 },
      relay: DEFAULT_RELAY_OPTIONS,
    });
  });

  it('refuse a name that is none of a namespace', () => {
    expect(() => completeOptions({ truth: TRUTH, namespace: 'not\nallowed' })).toThrow(/namespace.*must be 1 to 255/);
  });

  it('win over what is filled in, one by one, unless they are undefined', () => {
    const given = { limits: { maxTopK: 5, maxDepth: undefined }, recall: { overlay: { maxPoints: 7 } } };
    const { limits, recall } = completeOptions({ truth: TRUTH, ...given, fields: { text: ['said'] } });
    expect(limits).toEqual({ ...DEFAULT_LIMITS, maxTopK: 5 });
    expect(recall).toMatchObject({ warmupWaitMs: 15_000, overlay: { maxEmbedded: Infinity, maxPoints: 7 } });
  });

  it('let as many single writes run at once as the process has connections', () => {
    const batching = { maxBatch: 1 };
    expect(completeOptions({ truth: TRUTH, batching }).batching.maxInFlight).toBe(15);
    expect(completeOptions({ truth: { ...TRUTH, pool: { size: 4 } }, batching }).batching.maxInFlight).toBe(4);
  });

  it('weigh vectors by what made them', () => {
    const vectorOf = (given: Partial<MemorySystemOptions>) =>
      completeOptions({ truth: TRUTH, ...given }).recall.ranking.weights.lanes['vector'];
    expect([vectorOf({}), vectorOf({ embedder: MODEL })]).toEqual([0.3, 0.8]);
    expect(vectorOf({ embedder: MODEL, recall: { ranking: DEFAULT_RANKING } })).toBe(0.3);
  });

  it('bound what one recall looks through by itself where others index, or where a model is asked', () => {
    expect(completeOptions(SERVERS).recall.overlay).toEqual({ maxEmbedded: Infinity, maxPoints: 10_000 });
    expect(completeOptions({ truth: TRUTH, embedder: MODEL }).recall.overlay).toEqual({
      maxEmbedded: 64,
      maxPoints: Infinity,
    });
  });

  it('let events give way to writes only as far as recall looks through what waits', () => {
    expect(completeOptions(SERVERS).relay).toMatchObject({ maxYieldMs: 3000, maxYieldEvents: 5000 });
    expect(completeOptions({ ...SERVERS, embedder: MODEL }).relay).toMatchObject({ maxYieldEvents: 64 });
    expect(completeOptions({ ...SERVERS, relay: { maxYieldMs: 1 } }).relay).toMatchObject({ maxYieldMs: 1 });
  });

  it('allow many processes when neither the truth nor the vectors live in one', () => {
    expect(allowsManyProcesses(SERVERS)).toBe(true);
    expect(allowsManyProcesses({ truth: SERVERS.truth })).toBe(false);
    expect(allowsManyProcesses({ truth: TRUTH, vectors: SERVERS.vectors })).toBe(false);
  });
});
