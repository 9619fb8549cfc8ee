import { describe, expect, it } from '@jest/globals';
import { EventValidator } from './event-validator.js';

const event = {
  event_id: 'e',
  id: 'i',
  namespace: 'ns',
  type: 'created',
  timestamp: '2026-01-02T03:04:05+00:00',
  payload: {},
};
const validator = new EventValidator();

describe('EventValidator', () => {
  it.each([
    ['an ISO timestamp', event],
    ['epoch seconds', { ...event, timestamp: 1_700_000_000.5 }],
    ['all optional fields', { ...event, importance: 1, embedding: [0.5], model_revision: 'hash' }],
    ['a payload of any kind', { ...event, payload: 'text' }],
  ])('accepts %s', (_name, value) => {
    expect(validator.problem(value)).toBeNull();
  });

  it.each([
    ['a missing field', { ...event, namespace: undefined }, 'namespace'],
    ['a field that the schema does not know', { ...event, extra: 1 }, 'additional properties'],
    ['a timestamp that is no date', { ...event, timestamp: 'yesterday' }, 'timestamp'],
    ['an importance that is no number', { ...event, importance: '1' }, 'importance'],
    ['something that is no object', 'event', 'object'],
  ])('refuses %s and says why', (_name, value, reason) => {
    expect(validator.problem(JSON.parse(JSON.stringify(value)))).toContain(reason);
  });
});
