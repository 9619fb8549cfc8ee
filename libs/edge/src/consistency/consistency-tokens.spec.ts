import { expect, it } from '@jest/globals';
import { toNamespace, UnknownWriteError } from '@sfm/memory';
import { ConsistencyTokens } from './consistency-tokens.js';

const OURS = toNamespace('ours');
const POSITION = { seq: 2 ** 40 + 1, eventId: '0197a2b0-1111-7222-8333-444455556666' };
const tokens = new ConsistencyTokens('secret');

it('gives back the place of a write, and tells nothing of it', () => {
  const token = tokens.write(OURS, POSITION);
  const { seq, eventId } = tokens.read(OURS, token, 'field');
  expect([seq, eventId]).toEqual([POSITION.seq, POSITION.eventId.replaceAll('-', '')]);
  expect(tokens.write(OURS, POSITION)).not.toBe(token);
  expect(token).toMatch(/^[\w-]+$/);
});

it('takes no token of another service or namespace, nor one that was changed', () => {
  const token = tokens.write(OURS, POSITION);
  const changed = `${token.slice(0, 20)}${token[20] === 'A' ? 'B' : 'A'}${token.slice(21)}`;
  for (const [reader, namespace, text] of [
    [new ConsistencyTokens('another secret'), OURS, token],
    [tokens, toNamespace('theirs'), token],
    [tokens, OURS, changed],
    [tokens, OURS, token.slice(1)],
    [tokens, OURS, ''],
    [tokens, OURS, 'x'.repeat(10_000)],
  ] as const) {
    expect(() => reader.read(namespace, text, 'X-Soma-Consistency')).toThrow(UnknownWriteError);
  }
});

it('takes what any of its secrets sealed, so that a secret can be replaced', () => {
  const [old, both, swapped, fresh] = [['old'], ['old', 'new'], ['new', 'old'], ['new']].map(
    (secrets) => new ConsistencyTokens(secrets),
  );
  const read = (reader: ConsistencyTokens | undefined, token: string) => reader?.read(OURS, token, 'field').seq;
  const before = both?.write(OURS, POSITION) ?? '';
  const after = swapped?.write(OURS, POSITION) ?? '';
  for (const [reader, token] of [
    [old, before],
    [both, before],
    [swapped, before],
    [both, after],
    [swapped, after],
    [fresh, after],
  ] as const) {
    expect(read(reader, token)).toBe(POSITION.seq);
  }
  expect(() => read(fresh, before)).toThrow(UnknownWriteError);
  expect(() => new ConsistencyTokens([])).toThrow('no secret');
});
