import { describe, expect, it } from '@jest/globals';
import { StoreUnavailableError } from '../../model/errors.js';
import type { EventRecord } from '../../event-model/memory-event.js';
import { ImportanceNormalizers } from '../../importance/importance-normalizers.js';
import { scaleOf } from '../../importance/importance-scale.js';
import { EventLedger, type ForeignDelete, type ForeignWrite } from './event-ledger.port.js';
import { EventProcessor } from './event-processor.js';
import { ForeignEventRecorder } from './foreign-event-recorder.js';
import { toNamespace } from '../../model/namespace.js';

/** A ledger in memory that refuses what says so. */
class ListedLedger extends EventLedger {
  readonly recorded: (ForeignWrite | ForeignDelete)[] = [];
  failure: Error | undefined;
  readonly asked: string[] = [];

  constructor(private readonly ours: readonly string[] = []) {
    super();
  }

  async known(ids: readonly string[]): Promise<ReadonlySet<string>> {
    this.asked.push(...ids);
    return new Set([...this.ours, ...this.recorded.map(({ id }) => id)].filter((id) => ids.includes(id)));
  }

  async record(events: readonly (ForeignWrite | ForeignDelete)[]): Promise<void> {
    if (this.failure) throw this.failure;
    if (events.some((event) => event.kind === 'write' && event.searchedText === 'indigestible')) {
      throw new Error('cannot digest this');
    }
    this.recorded.push(...events);
  }
}

function world(ledger = new ListedLedger()) {
  const indexed: string[] = [];
  const indexer = {
    apply: async (records: readonly EventRecord[]) => {
      indexed.push(...records.map(({ event }) => event.event_id));
      const poisoned = records
        .filter(({ event }) => event.event_id.includes('unindexable'))
        .map(({ event }) => ({ eventId: event.event_id, reason: 'no index takes it', isPermanent: false }));
      return { published: [], poisoned };
    },
  };
  const normalizers = new ImportanceNormalizers({
    read: async () => ({ state: scaleOf([0, 10]).state, isLong: false }),
    count: () => Promise.resolve(),
  });
  const recorder = new ForeignEventRecorder(ledger, normalizers, {
    limits: { maxDepth: 8, maxBytes: 1000, maxDimensions: 4, maxBulkItems: 10 },
    fields: { text: ['text'], session: [], source: [], time: [] },
  });
  const processor = new EventProcessor(recorder, indexer);
  return { ledger, indexed, processor };
}

function anEvent(id: string, details: { text?: string; version?: number; type?: string; importance?: number } = {}) {
  const { text = 'hello', version, type = 'created', importance } = details;
  const payload = { coordinate: [1], memory_type: 'episodic', text };
  const event = { event_id: id, id, namespace: toNamespace('ns'), type, timestamp: 1_700_000_000, payload, importance };
  const record: EventRecord = { event, key: '1', version };
  return record;
}

describe('processing events from the bus', () => {
  it('records what other producers announced and indexes everything', async () => {
    const { processor, ledger, indexed } = world(new ListedLedger(['ours']));
    const outcome = await processor.process([
      anEvent('ours'),
      anEvent('with version', { version: 3 }),
      anEvent('theirs', { importance: 5 }),
      anEvent('gone', { type: 'deleted' }),
    ]);
    expect(outcome.poisoned).toEqual([]);
    expect(ledger.recorded).toMatchObject([
      { kind: 'write', id: 'theirs', importance: 5, importanceNorm: 0.5 },
      { kind: 'delete', id: 'gone', key: '1' },
    ]);
    expect(ledger.asked).not.toContain('with version');
    expect(indexed).toEqual(['ours', 'with version', 'theirs', 'gone']);
  });

  it('changes nothing when it comes again', async () => {
    const { processor, ledger } = world();
    await processor.process([anEvent('a')]);
    await processor.process([anEvent('a')]);
    expect(ledger.recorded).toHaveLength(1);
  });

  it('reports what can never be applied, by whoever refuses it, and applies its neighbours', async () => {
    const { processor, ledger, indexed } = world();
    const { poisoned } = await processor.process([
      anEvent('good'),
      anEvent('unknown', { type: 'linked' }),
      anEvent('bad row', { text: 'indigestible' }),
      anEvent('unindexable'),
      anEvent('also good'),
    ]);
    expect(poisoned.map(({ eventId }) => eventId)).toEqual(['unknown', 'bad row', 'unindexable']);
    expect(poisoned[0]?.reason).toContain('type');
    expect(poisoned.map(({ isPermanent }) => isPermanent)).toEqual([true, false, false]);
    expect(ledger.recorded.map(({ id }) => id)).toEqual(['good', 'unindexable', 'also good']);
    expect(indexed).toEqual(['good', 'unindexable', 'also good']);
  });

  it.each<[string, Partial<EventRecord['event']>]>([
    ['an unknown type', { type: 'linked' }],
    ['NUL', { payload: { coordinate: [1], text: '\u0000' } }],
    ['half a character', { payload: { coordinate: [1], '\ud800': 1 } }],
    ['too deep a nesting', { payload: { coordinate: [1], text: JSON.parse('['.repeat(9) + ']'.repeat(9)) } }],
    ['a number that is none', { payload: { coordinate: [1], text: 'x', n: Infinity } }],
    ['an importance beyond all numbers', { importance: Infinity }],
    ['too large a payload', { payload: { coordinate: [1], text: 'x'.repeat(2000) } }],
    ['a coordinate of too many numbers', { payload: { coordinate: [1, 2, 3, 4, 5] } }],
    ['an invented memory type', { payload: { coordinate: [1], memory_type: 'procedural' } }],
    ['a time that is none', { timestamp: '  ' }],
  ])('knows that %s will never do', async (_name, details) => {
    const { processor, indexed } = world();
    const record = anEvent('bad');
    const { poisoned } = await processor.process([
      { ...record, event: { ...record.event, ...details } },
      anEvent('good'),
    ]);
    expect(poisoned).toEqual([{ eventId: 'bad', reason: expect.any(String), isPermanent: true }]);
    expect(indexed).toEqual(['good']);
  });

  it('blames no event for a server that is away', async () => {
    const { processor, ledger, indexed } = world();
    ledger.failure = new StoreUnavailableError('away');
    await expect(processor.process([anEvent('a')])).rejects.toThrow(StoreUnavailableError);
    expect(indexed).toEqual([]);
  });
});
