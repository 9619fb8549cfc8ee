import { describe, expect, it } from '@jest/globals';
import { table } from './table.js';

describe('a table', () => {
  it('has its rows under their headings, two blanks apart, and nothing behind a row', () => {
    expect(
      table(
        ['ID', 'NAMESPACE', 'REASON'],
        [
          ['1', 'api_ns', 'full'],
          ['1000', '', ''],
        ],
      ),
    ).toBe('ID    NAMESPACE  REASON\n1     api_ns     full\n1000');
  });

  it.each([
    ['wide', '東京'],
    ['combining', 'cafe\u0301'],
    ['pictorial', '🦉'],
  ])('lines up behind %s characters', (_, cell) => {
    const [, , row] = table(
      ['NAMESPACE', 'X'],
      [
        ['ascii', 'x'],
        [cell, 'x'],
      ],
    ).split('\n');
    const columns = { 東京: 4, 'cafe\u0301': 4, '🦉': 2 }[cell] ?? NaN;
    expect(row).toBe(`${cell}${' '.repeat('NAMESPACE  '.length - columns)}x`);
  });

  it('takes thousands of rows', () => {
    const rows = Array.from({ length: 20_000 }, (_, n) => [String(n), 'outbox', 'reason '.repeat(10)]);
    const start = performance.now();
    expect(table(['ID', 'SOURCE', 'REASON'], rows).split('\n')).toHaveLength(20_001);
    expect(performance.now() - start).toBeLessThan(5000);
  });

  it('cannot be used by what others wrote to steer the terminal', () => {
    expect(table(['X'], [['a\u001b[2J\nb\u009b']])).toBe('X\na [2J b');
  });
});
