import { describe, expect, it } from '@jest/globals';
import { asks, endsAsking } from './asking.js';

describe('asks', () => {
  it.each(['Where is the ladder?', 'Is it? I doubt it.', '"Ready?" she said', '梯子在哪里？'])('hears "%s"', (text) => {
    expect(asks(text)).toBe(true);
  });

  it.each(['It is in the shed.', 'see http://shop.example/find?item=3 there'])('hears no question in "%s"', (text) => {
    expect(asks(text)).toBe(false);
  });
});

describe('endsAsking', () => {
  it.each<[string, boolean]>([
    ['I went up. Where were you?', true],
    ['Where were you? I went up.', false],
    ['Coming? (later?)', true],
    ['no marks at all', false],
    ['', false],
  ])('"%s" → %s', (text, expected) => {
    expect(endsAsking(text)).toBe(expected);
  });
});
