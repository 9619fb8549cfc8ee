import { describe, expect, it } from '@jest/globals';
import type { IHeaders, Message } from 'kafkajs';
import { canonicalJson, toNamespace, type JsonObject } from '@sfm/memory';
import { WRITTEN_PAYLOAD } from '@sfm/memory/testing';
import { anEvent, RULES } from '../../../test/kafka-fixtures.js';
import { decodeEventMessage, encodeEventMessage, eventMessageKey } from './event-message.js';

const TRACEPARENT = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
const record = anEvent(toNamespace('team:a'), 1.5, 7);
const read = (value: Buffer | string | null, headers?: IHeaders) =>
  decodeEventMessage({ value: typeof value === 'string' ? Buffer.from(value) : value, headers }, RULES);
/** Headers as they come off the wire. */
const onWire = ({ headers = {} }: Message): IHeaders =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, Buffer.from(String(value))]));
const foreign = (change: object, payload: unknown = { coordinate: [1, 2] }) =>
  read(JSON.stringify({ ...record.event, payload, ...change }));

describe('encodeEventMessage', () => {
  it('names the memory in a key that can be divided at its last colon', () => {
    expect(encodeEventMessage(record).key).toBe('team:a:1.5');
    expect(eventMessageKey(toNamespace('ns'), '1,-2.5e-7')).toBe('ns:1,-2.5e-7');
  });

  it('says in headers what the value is about', () => {
    expect(encodeEventMessage(record).headers).toEqual({
      'event-type': 'created',
      'memory-key': '1.5',
      'memory-version': '7',
      'content-type': 'application/json',
      'schema-id': 'memory.event.json',
    });
  });

  it('makes what decoding reads back', () => {
    const message = encodeEventMessage(record);
    expect(read(message.value, onWire(message))).toEqual({ record });
    const { version: _, ...unversioned } = record;
    expect(read(message.value, { 'memory-key': '1.5' })).toEqual({ record: unversioned });
    const traced = { ...record, traceparent: TRACEPARENT };
    expect(read(message.value, onWire(encodeEventMessage(traced)))).toEqual({ record: traced });
  });
});

describe('the numbers of an event', () => {
  const payload = { ...WRITTEN_PAYLOAD, coordinate: [1.5] };

  it('arrive as they were written, in the payload and in what travels beside it', () => {
    const details = {
      own: WRITTEN_PAYLOAD,
      ...{ memory_id: 1, created_version: 1, created_at: 1, updated_at: 1, expires_at: null },
      ...{ importance_norm: 0.5, content_hash: null, announced: false },
    };
    const message = encodeEventMessage({ ...record, event: { ...record.event, payload }, details });
    const decoded = read(message.value, onWire(message));
    const got = 'record' in decoded ? decoded.record : undefined;
    expect(canonicalJson((got?.event.payload ?? null) as JsonObject)).toBe(canonicalJson(payload));
    expect(canonicalJson(got?.details?.own ?? null)).toBe(canonicalJson(WRITTEN_PAYLOAD));
  });

  it('of another producer are doubles beside the payload, in whatever notation', () => {
    const text = `{"event_id":"e","id":"i","namespace":"ns","type":"created","timestamp":1764500000.0,"importance":1e0,
      "embedding":[0.10,1.0],"payload":{"coordinate":[1.0,25e-1],"rate":0.10,"id":1764500000123456789}}`;
    const decoded = read(text);
    expect(decoded).toMatchObject({
      record: { key: '1,2.5', event: { timestamp: 1_764_500_000, importance: 1, embedding: [0.1, 1] } },
    });
    const shown = 'record' in decoded ? canonicalJson(decoded.record.event.payload) : '';
    expect(shown).toBe('{"coordinate":[1.0,25e-1],"id":1764500000123456789,"rate":0.10}');
  });

  it.each(['[1, 1234567890123456789]', '"1, 1234567890123456789"', '[0.1000000000000000055511151231257827]'])(
    'are refused as the coordinate %s, which a double would round',
    (coordinate) => {
      const text = JSON.stringify({ ...record.event, payload: { coordinate: '@' } }).replace('"@"', coordinate);
      expect(read(text)).toEqual({ problem: expect.stringContaining('cannot be held exactly') });
    },
  );
});

describe('decodeEventMessage', () => {
  it.each([
    ['a list of numbers', [1, 2.5], '1,2.5'],
    ['a text', ' 1.0, 2.50 ,', '1,2.5'],
    ['negative zero', [-0], '0'],
  ])('finds the key of another producer in a coordinate that is %s', (_name, coordinate, key) => {
    expect(foreign({}, { coordinate })).toMatchObject({ record: { key } });
  });

  it('takes no version from a message that does not say what memory it is about', () => {
    const decoded = read(JSON.stringify(record.event), { 'memory-version': '3' });
    expect(decoded).toMatchObject({ record: { key: '1.5' } });
    expect(decoded).not.toHaveProperty('record.version');
  });

  it.each([
    'x',
    `ff${TRACEPARENT.slice(2)}`,
    TRACEPARENT.replace(/[1-9a-f]/g, '0'),
    TRACEPARENT.toUpperCase(),
    `${TRACEPARENT}-${'x'.repeat(300)}`,
    `${TRACEPARENT}\n`,
  ])('takes an event without its trace context when that is none: %j', (traceparent) => {
    const decoded = read(JSON.stringify(record.event), { traceparent });
    expect(decoded).toMatchObject({ record: { key: '1.5' } });
    expect(decoded).not.toHaveProperty('record.traceparent');
  });

  it('takes the trace context of another producer', () => {
    expect(read(JSON.stringify(record.event), { traceparent: TRACEPARENT })).toMatchObject({
      record: { key: '1.5', traceparent: TRACEPARENT },
    });
  });

  it('takes seconds since the epoch as a timestamp', () => {
    expect(foreign({ timestamp: 1_700_000_000.5 })).toMatchObject({
      record: { event: { timestamp: 1_700_000_000.5 } },
    });
  });

  it.each<[string, ReturnType<typeof read>, string]>([
    ['no value', read(null), 'no value'],
    ['no JSON', read('{'), 'not JSON'],
    ['broken UTF-8', read(Buffer.from([0x22, 0xff, 0x22])), 'not JSON'],
    ['a missing field', foreign({ namespace: undefined }), "required property 'namespace'"],
    ['a name that is none of a namespace', foreign({ namespace: 'not\tallowed' }), 'namespace: must be 1 to 255'],
    ['no coordinate', foreign({}, { text: 'x' }), 'payload.coordinate: must be'],
    ['a payload that is no object', foreign({}, 'text'), 'payload.coordinate: must be'],
    ['an empty coordinate', foreign({}, { coordinate: [] }), 'payload.coordinate: must hold at least one'],
    ['words as coordinate', foreign({}, { coordinate: '1,two' }), '"two" is not a finite decimal number'],
    ['a coordinate with texts', foreign({}, { coordinate: ['1'] }), 'payload.coordinate: must be'],
    ['a coordinate without end', foreign({}, { coordinate: Array(65).fill(1) }), 'at most 64 numbers'],
    ['a bad key header', read(JSON.stringify(record.event), { 'memory-key': 'x' }), 'header memory-key'],
    [
      'a bad version header',
      read(JSON.stringify(record.event), { 'memory-key': '1', 'memory-version': '0' }),
      'header memory-version',
    ],
    [
      'details that are no JSON',
      read(JSON.stringify(record.event), { 'memory-key': '1', 'memory-details': '{' }),
      'header memory-details: must be JSON',
    ],
    [
      'details of another shape',
      read(JSON.stringify(record.event), { 'memory-key': '1', 'memory-details': '{"own":[]}' }),
      'memory-details',
    ],
  ])('reports %s as a problem', (_name, decoded, problem) => {
    expect(decoded).toEqual({ problem: expect.stringContaining(problem) });
  });

  it.each([
    ['linked', 'relation'],
    ['erased', 'administration'],
    ['renamed', 'unknown'],
  ])('passes over an event of type %s, whatever it says: its kind is %s', (type, kind) => {
    expect(foreign({ type }, 'not about a memory')).toEqual({ passedOver: { type, kind } });
  });

  it('reads events of links that are our own where a replay asks for them, and passes over all others', () => {
    const details = {
      own: {},
      ...{ memory_id: null, created_version: null, created_at: null, updated_at: null, expires_at: null },
      ...{ importance_norm: 0, content_hash: null, announced: false },
    };
    const payload = { from: [1.5], to: [2], link_type: 'related', weight: 1, metadata: {} };
    const { version: _, ...unversioned } = record;
    const linked = { ...unversioned, event: { ...record.event, type: 'linked', payload }, details };
    const { value, headers } = encodeEventMessage(linked);
    const message = { value: Buffer.from(value), headers: onWire({ value, ...(headers ? { headers } : {}) }) };
    const passedOver = { passedOver: { type: 'linked', kind: 'relation' } };
    expect(decodeEventMessage(message, RULES)).toEqual(passedOver);
    expect(decodeEventMessage(message, { ...RULES, readsLinks: true })).toEqual({ record: linked });
    const others = { value: message.value, headers: { 'memory-key': '1.5' } };
    expect(decodeEventMessage(others, { ...RULES, readsLinks: true })).toEqual(passedOver);
  });
});
