import { describe, expect, it } from '@jest/globals';
import { compareCodePoints } from '@sfm/memory';
import fc from 'fast-check';
import { textOrder } from './text-order.js';

describe('textOrder', () => {
  it('never puts a lesser text after a greater one', () => {
    const letters = fc.constantFrom('', '0', '9', '-', 'T', 'a', 'é', '\uFFFD', '\u{1F600}', '\u{10FFFF}', '\u0001');
    const near = fc.array(letters, { maxLength: 24 }).map((parts) => parts.join(''));
    const text = fc.oneof(
      near,
      fc.string({ unit: 'binary' }),
      fc.date({ noInvalidDate: true }).map((date) => date.toISOString()),
    );
    fc.assert(
      fc.property(text, text, fc.nat(20), (a, other, shared) => {
        const b = a.slice(0, shared) + other;
        if (!a.isWellFormed() || !b.isWellFormed()) return;
        const difference = textOrder(a) - textOrder(b);
        expect(difference === 0 || Math.sign(difference) === Math.sign(compareCodePoints(a, b))).toBe(true);
        expect(Number.isSafeInteger(textOrder(a))).toBe(true);
      }),
      { numRuns: 5000 },
    );
  });

  it('tells days and short words apart', () => {
    expect(textOrder('2024-01-01T23:59:59Z')).toBeLessThan(textOrder('2024-01-02T00:00:00Z'));
    expect(textOrder('2024-01-01')).toBeLessThan(textOrder('2024-01-01T'));
    expect(textOrder('stove')).toBeLessThan(textOrder('stows'));
    expect(textOrder('')).toBeLessThan(textOrder('\u0001'));
  });
});
