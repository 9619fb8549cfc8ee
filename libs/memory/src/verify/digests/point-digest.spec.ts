import { describe, expect, it } from '@jest/globals';
import { pointDigest } from './point-digest.js';

describe('pointDigest', () => {
  const digest = pointDigest('semantic', { text: 'a', deep: [{ number: 1.5 }] });

  it('is the same for the same content, whatever the order of keys and the last digit of a number', () => {
    expect(pointDigest('semantic', { deep: [{ number: 1.5000000000000002 }], text: 'a' })).toBe(digest);
    expect(pointDigest('semantic', { x: -3.0107538443640857e-121 })).toBe(
      pointDigest('semantic', { x: -3.0107538443640853e-121 }),
    );
    expect(pointDigest('semantic', { x: -0 })).toBe(pointDigest('semantic', { x: 0 }));
  });

  it.each([
    ['type', pointDigest('episodic', { text: 'a', deep: [{ number: 1.5 }] })],
    ['text', pointDigest('semantic', { text: 'b', deep: [{ number: 1.5 }] })],
    ['number', pointDigest('semantic', { text: 'a', deep: [{ number: 1.50001 }] })],
    ['large whole number', pointDigest('semantic', { text: 'a', deep: [{ number: 9007199254740991 }] })],
    ['shape', pointDigest('semantic', { text: 'a', deep: { number: 1.5 } })],
  ])('differs with another %s', (_, other) => {
    expect(other).not.toBe(digest);
    expect(Number.isSafeInteger(other)).toBe(true);
  });

  it('tells neighbours among large whole numbers apart', () => {
    expect(pointDigest('semantic', { x: 9007199254740991 })).not.toBe(pointDigest('semantic', { x: 9007199254740990 }));
  });
});
