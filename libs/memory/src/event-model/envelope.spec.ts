import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { contentHash } from '../model/content-hash.js';
import { enrichedPayload, ENVELOPE_FIELDS, fromEnvelope, toEnvelope, toEnvelopeDetails } from './envelope.js';
import { sentOf } from './enriched-payload.js';
import type { JsonObject } from '../model/json.js';
import type { LedgerEntry } from './ledger-entry.js';
import { MEMORY_TYPES } from '../model/memory.js';
import { toNamespace } from '../model/namespace.js';

const payloads = fc
  .dictionary(fc.oneof(fc.string(), fc.constantFrom(...ENVELOPE_FIELDS)), fc.jsonValue({ maxDepth: 2 }))
  .map((payload) => JSON.parse(JSON.stringify(payload)) as JsonObject);
const times = fc.integer({ min: 0, max: 4e12 });

const entries: fc.Arbitrary<LedgerEntry> = fc
  .record({
    type: fc.constantFrom('created', 'updated'),
    occurredAtMs: times,
    isAnnounced: fc.boolean(),
    coordinate: fc.array(fc.double({ noNaN: true, noDefaultInfinity: true }), { minLength: 1, maxLength: 3 }),
    version: fc.integer({ min: 1 }),
    memoryType: fc.constantFrom(...MEMORY_TYPES),
    payload: payloads,
    importance: fc.option(fc.double({ noNaN: true, noDefaultInfinity: true })),
    importanceNorm: fc.double({ min: 0, max: 1, noNaN: true }),
    expiresAtMs: fc.option(times),
    createdAtMs: times,
  })
  .map((fields) => {
    const coordinate = fields.coordinate.map((value) => (value === 0 ? 0 : value));
    return {
      ...fields,
      importance: fields.importance === 0 ? 0 : fields.importance,
      importanceNorm: fields.importanceNorm === 0 ? 0 : fields.importanceNorm,
      id: '0190a8c5-7d0f-7c3e-8b7a-2f6d1f6f0c11',
      eventId: 'event',
      namespace: toNamespace('ns'),
      coordinate,
      key: coordinate.join(','),
      contentHash: 'f'.repeat(64),
      memoryId: 7,
      createdVersion: 1,
      updatedAtMs: fields.occurredAtMs,
    };
  });

/** As the record travels: JSON, twice. */
function travelled({ event, details, ...record }: ReturnType<typeof toEnvelope>) {
  return {
    ...record,
    event: JSON.parse(JSON.stringify(event)) as typeof event,
    details: toEnvelopeDetails(JSON.parse(JSON.stringify(details))),
  };
}

describe('an envelope', () => {
  it('gives back the entry it was made of, whatever its caller sent', () => {
    fc.assert(
      fc.property(entries, (entry) => {
        expect(fromEnvelope(travelled(toEnvelope(entry)))).toEqual({ kind: 'entry', entry });
      }),
    );
  });

  it('gives back a deletion, one that found nothing too', () => {
    const gone = fc.sample(entries, 1)[0]!;
    const deletion = { ...gone, type: 'deleted', payload: {}, importance: null, contentHash: null, expiresAtMs: null };
    const nothing = { memoryId: null, createdVersion: null, createdAtMs: null, updatedAtMs: null };
    const miss = { ...deletion, ...nothing, version: null, memoryType: null };
    for (const entry of [deletion, miss]) {
      expect(fromEnvelope(travelled(toEnvelope(entry)))).toEqual({ kind: 'entry', entry });
    }
  });

  it('shows what clients and operators read: the payload with its coordinate, type, importance and time', () => {
    const memory = { coordinate: [1, 2], importanceNorm: 0.5, timeMs: 1_700_000_000_123 };
    expect(enrichedPayload({ ...memory, type: 'episodic', payload: { text: 'hi', coordinate: 'mine' } })).toEqual({
      text: 'hi',
      coordinate: [1, 2],
      memory_type: 'episodic',
      importance_norm: 0.5,
      timestamp: 1_700_000_000.123,
    });
    expect(enrichedPayload({ ...memory, type: 'episodic', payload: { timestamp: null } })).toMatchObject({
      timestamp: null,
    });
    expect(enrichedPayload({ ...memory, type: 'semantic', payload: {} })).not.toHaveProperty('timestamp');
  });

  it('takes of another producer only what describes the memory', () => {
    const payload = { text: 'hi', timestamp: 7, importance_norm: 0.3, memory_type: 'semantic', coordinate: '1,2' };
    const event = { event_id: 'e', id: 'i', namespace: toNamespace('ns'), type: 'created', timestamp: 1, payload };
    expect(fromEnvelope({ event, key: '1,2' })).toEqual({
      kind: 'announcement',
      payload: { text: 'hi', timestamp: 7 },
      memoryType: 'semantic',
      coordinate: '1,2',
    });
  });
});

describe('details that travel beside an event', () => {
  const details = toEnvelope(fc.sample(entries, 1)[0]!).details;
  it.each([
    ['importance_norm', 7],
    ['importance_norm', 'high'],
    ['memory_id', 1.5],
    ['created_at', '2026-01-01'],
    ['expires_at', Number.MAX_VALUE],
    ['content_hash', 'ff'],
    ['own', []],
  ])('are refused for their %s: %j', (name, value) => {
    expect(() => toEnvelopeDetails({ ...JSON.parse(JSON.stringify(details)), [name]: value })).toThrow(name);
  });
});

describe('an enriched payload of an earlier version', () => {
  it('is told apart by its hash, unless a value of its caller was written over', () => {
    fc.assert(
      fc.property(entries, ({ payload, memoryType: type, coordinate, importanceNorm, importance, occurredAtMs }) => {
        if (type === null) return;
        const enriched = enrichedPayload({ payload, type, coordinate, importanceNorm, timeMs: occurredAtMs });
        const hash = contentHash(type, importance, payload);
        const isWhole = Object.entries(payload).every(
          ([name, value]) => JSON.stringify(enriched[name]) === JSON.stringify(value),
        );
        const told = sentOf({ payload: enriched, type, importance, contentHash: hash });
        if (isWhole) expect(told).toEqual(payload);
        else expect(told).toBeUndefined();
      }),
    );
  });
});
