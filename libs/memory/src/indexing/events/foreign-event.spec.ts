import { describe, expect, it } from '@jest/globals';
import type { MemoryEvent } from '../../event-model/memory-event.js';
import { toForeignChange } from './foreign-event.js';

const OPTIONS = {
  limits: { maxDepth: 8, maxBytes: 1000, maxDimensions: 4, maxBulkItems: 10 },
  fields: { text: ['text'], session: ['session'], source: [], time: [] },
};

function anEvent(details: Partial<MemoryEvent> = {}): MemoryEvent {
  return {
    event_id: 'e-1',
    id: 'i-1',
    namespace: 'api_ns',
    type: 'created',
    timestamp: '2026-01-02T03:04:05Z',
    payload: { coordinate: [1, -0, 2.5], memory_type: 'semantic', text: 'hello', timestamp: 7 },
    ...details,
  };
}

describe('an event of another producer', () => {
  it('becomes a write of what it said, without its envelope', () => {
    expect(toForeignChange(anEvent({ importance: 3 }), OPTIONS)).toMatchObject({
      kind: 'write',
      id: 'i-1',
      eventId: 'e-1',
      occurredAt: new Date('2026-01-02T03:04:05Z'),
      namespace: 'api_ns',
      key: '1,0,2.5',
      type: 'semantic',
      payload: { text: 'hello', timestamp: 7 },
      searchedText: 'hello',
      importance: 3,
    });
  });

  it('is episodic unless it says otherwise, and may name its coordinate in text and its time in seconds', () => {
    const change = toForeignChange(
      anEvent({ payload: { coordinate: '1, 2' }, timestamp: 1_600_000_000.5, type: 'updated' }),
      OPTIONS,
    );
    expect(change).toMatchObject({
      kind: 'write',
      key: '1,2',
      type: 'episodic',
      occurredAt: new Date(1_600_000_000_500),
    });
  });

  it('may name its time in milli-, micro- or nanoseconds, and be ahead of our clock by a little', () => {
    for (const timestamp of [1_700_000_000, 1_700_000_000_000, 1_700_000_000_000_000, 1_700_000_000_000_000_000]) {
      expect(toForeignChange(anEvent({ timestamp }), OPTIONS).occurredAt).toEqual(new Date(1_700_000_000_000));
    }
    const ahead = Math.floor(Date.now() / 1000) + 60;
    expect(toForeignChange(anEvent({ timestamp: ahead }), OPTIONS).occurredAt).toEqual(new Date(ahead * 1000));
  });

  it('is refused when it is further ahead than the clocks of others may be', () => {
    const event = anEvent({ timestamp: Math.floor(Date.now() / 1000) + 60 });
    expect(() => toForeignChange(event, { ...OPTIONS, maxAheadMs: 1000 })).toThrow('must not lie more than 1 s');
  });

  it('can be a deletion', () => {
    expect(toForeignChange(anEvent({ type: 'deleted' }), OPTIONS)).toMatchObject({
      kind: 'delete',
      namespace: 'api_ns',
      key: '1,0,2.5',
      coordinate: [1, 0, 2.5],
    });
  });

  it.each<[string, Partial<MemoryEvent>]>([
    ['payload', { payload: 'text' }],
    ['payload.coordinate', { payload: {} }],
    ['payload.coordinate', { payload: { coordinate: [1, 'x'] } }],
    ['payload.coordinate', { payload: { coordinate: [1, 2, 3, 4, 5] } }],
    ['payload.coordinate', { payload: { coordinate: '1,nan' } }],
    ['payload.memory_type', { payload: { coordinate: [1], memory_type: 'procedural' } }],
    ['payload', { payload: { coordinate: [1], text: 'x'.repeat(2000) } }],
    ['namespace', { namespace: 'not\nallowed' }],
    ['timestamp', { timestamp: 1e300 }],
    ['timestamp', { timestamp: -1_700_000_000 }],
    ['timestamp', { timestamp: 2024 }],
    ['timestamp', { timestamp: '   ' }],
    ['timestamp', { timestamp: '2026-02-30T00:00:00Z' }],
    ['timestamp', { timestamp: '1969-12-31T23:59:59Z' }],
    ['timestamp', { timestamp: Date.now() + 3_600_000 }],
    ['timestamp', { timestamp: '2999-01-01T00:00:00Z' }],
    ['type', { type: 'linked' }],
  ])('is refused for its %s: %j', (field, details) => {
    expect(() => toForeignChange(anEvent(details), OPTIONS)).toThrow(expect.objectContaining({ field }));
  });
});
