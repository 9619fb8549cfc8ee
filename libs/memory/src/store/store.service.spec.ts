import { describe, expect, it } from '@jest/globals';
import { NamespaceForbiddenError, OutcomeUnknownError, StoreUnavailableError } from '../model/errors.js';
import { SilentTelemetry } from '../telemetry/telemetry.port.js';
import { ImportanceNormalizers } from '../importance/importance-normalizers.js';
import { scaleOf } from '../importance/importance-scale.js';
import { MemoryWriter, type DeleteReceipt, type WriteCommand, type WriteReceipt } from './memory-writer.port.js';
import { StoreService } from './store.service.js';
import { toNamespace } from '../model/namespace.js';
import { currentScope, NamespaceScope, withScope, type ScopedNamespaces } from '../model/namespace-scope.js';
import { turnsDuring } from '../testing/turns-during.js';

const NAMESPACE = toNamespace('ns');

const FIELDS = { text: ['text'], session: [], source: [], time: [] };
const LIMITS = { maxDepth: 8, maxBytes: 1000, maxDimensions: 4, maxBulkItems: 10 };

/** Notes what it is given; writes end when they are let. */
class RecordingWriter extends MemoryWriter {
  readonly written: string[] = [];
  gate: Promise<void> = Promise.resolve();
  /** The how many-th write fails. */
  failAt = Infinity;
  private writes = 0;

  async write(commands: readonly WriteCommand[]): Promise<readonly WriteReceipt[]> {
    this.writes += 1;
    if (this.writes >= this.failAt) throw new StoreUnavailableError('no connection');
    this.written.push(...commands.map(({ searchedText }) => searchedText));
    await this.gate;
    return commands.map(({ key }, index) => ({ key, version: index + 1, created: true, id: 1, createdAtMs: 0 }));
  }

  async delete(): Promise<readonly DeleteReceipt[]> {
    return [];
  }
}

function aStore(writer: MemoryWriter, seeded: Promise<readonly number[]> = Promise.resolve([])) {
  const normalizers = new ImportanceNormalizers({
    read: async () => ({ state: scaleOf(await seeded).state, isLong: false }),
    count: () => Promise.resolve(),
  });
  const batching = { maxBatch: 10, maxInFlight: 1, maxQueued: 100 };
  return new StoreService(writer, normalizers, new SilentTelemetry(), { limits: LIMITS, fields: FIELDS, batching });
}

const aMemory = (text: string, importance?: number) => ({
  coordinate: [1],
  payload: { text },
  type: 'semantic' as const,
  ...(importance === undefined ? {} : { importance }),
});

describe('storing each of several memories', () => {
  it('keeps their order, also when only an earlier one has an importance to normalise', async () => {
    const writer = new RecordingWriter();
    let seed: (values: readonly number[]) => void = () => {};
    const store = aStore(writer, new Promise((resolve) => (seed = resolve)));
    const stored = store.storeEach(NAMESPACE, [aMemory('first', 3), aMemory('second'), aMemory('third', 1)]);
    await new Promise((resolve) => setImmediate(resolve));
    seed([1, 2, 3]);
    await stored;
    expect(writer.written).toEqual(['first', 'second', 'third']);
  });

  it('stores the others when one is bad', async () => {
    const writer = new RecordingWriter();
    const outcomes = await aStore(writer).storeEach(NAMESPACE, [
      aMemory('first'),
      { ...aMemory('bad'), coordinate: [] },
      aMemory('second'),
    ]);
    expect(outcomes.map((outcome) => 'stored' in outcome)).toEqual([true, false, true]);
    expect(writer.written).toEqual(['first', 'second']);
  });
});

describe('storing more than one transaction takes', () => {
  const many = (count: number) => Array.from({ length: count }, (_, index) => aMemory(`m${index}`));
  const portions = LIMITS.maxBulkItems;

  it('says that nothing is stored when the first part fails, and what may be when a later one does', async () => {
    for (const [failing, failure] of [
      [1, StoreUnavailableError],
      [2, OutcomeUnknownError],
    ] as const) {
      const writer = new RecordingWriter();
      writer.failAt = failing;
      const stored = aStore(writer).storePortions(NAMESPACE, many(portions + 1));
      expect(await stored.catch((error: unknown) => error)).toHaveProperty('constructor', failure);
      expect(writer.written).toHaveLength((failing - 1) * portions);
    }
  });
});

describe('stores of several requests in one batch', () => {
  it('write in the namespaces of all, each of which was looked at by itself', async () => {
    const writer = new RecordingWriter();
    const covered: (ScopedNamespaces | undefined)[] = [];
    const write = writer.write.bind(writer);
    writer.write = async (commands) => {
      covered.push(currentScope()?.covered);
      return write(commands);
    };
    const store = aStore(writer);
    const ask = (own: string, wanted: string) =>
      withScope(new NamespaceScope([toNamespace(own)]), () => store.store(toNamespace(wanted), aMemory(wanted)));
    const [forbidden] = await Promise.allSettled([ask('a', 'b'), ask('a', 'a'), ask('b', 'b')]);
    expect(forbidden).toMatchObject({ reason: expect.any(NamespaceForbiddenError) as unknown });
    expect(covered.map((names) => [...(names ?? [])].sort())).toEqual([['a', 'b']]);
    expect(writer.written.toSorted()).toEqual(['a', 'b']);
  });
});

describe('a store that is being stopped', () => {
  it('is drained when single writes and bulks have been answered', async () => {
    const writer = new RecordingWriter();
    let open: () => void = () => {};
    writer.gate = new Promise((resolve) => (open = resolve));
    const store = aStore(writer);
    const answered: string[] = [];
    const bulk = store.storeAll(NAMESPACE, [aMemory('bulk')]).then(() => answered.push('bulk'));
    const drained = store.drained().then(() => answered.push('drained'));
    await new Promise((resolve) => setImmediate(resolve));
    expect(answered).toEqual([]);
    open();
    await Promise.all([bulk, drained]);
    expect(answered).toEqual(['bulk', 'drained']);
  });
});

it('many items are checked with turns for others, before the first is stored', async () => {
  const writer = new RecordingWriter();
  const items = Array.from({ length: 30_000 }, (_, index) => aMemory(`text ${index}`));
  const bad = { ...aMemory('bad'), coordinate: [] };
  const store = aStore(writer);
  const turns = await turnsDuring(async () => {
    await expect(store.storePortions(NAMESPACE, [...items, bad])).rejects.toMatchObject({ index: 30_000 });
  });
  expect(turns).toBeGreaterThan(3);
  expect(writer.written).toEqual([]);
});
