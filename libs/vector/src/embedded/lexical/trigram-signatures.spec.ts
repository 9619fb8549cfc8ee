import { describe, expect, it } from '@jest/globals';
import { literalMatcher } from '@sfm/memory';
import fc from 'fast-check';
import { TrigramSignatures } from './trigram-signatures.js';

const characters = fc.constantFrom(...'aAbBiI kKßẞİıΣσςéÉ中文🌍"\\');
const text = fc.string({ unit: characters, maxLength: 40 });

describe('signatures of payloads', () => {
  it('never pass over a payload that holds the term, in whatever case', () => {
    fc.assert(
      fc.property(text, text, text, fc.boolean(), fc.boolean(), (before, term, after, exact, caseSensitive) => {
        const payload = { a: [{ b: exact ? term : before + term + after }], c: 7 };
        const signatures = new TrigramSignatures();
        signatures.put(70, { text: 'another payload, which is replaced' });
        signatures.put(70, payload);
        for (const asked of [term, term.toUpperCase(), term.toLowerCase()]) {
          const isHeld = literalMatcher({ term: asked, exact, caseSensitive })(payload);
          const mayHold = signatures.maybeHolding(asked);
          if (isHeld && mayHold) expect(mayHold(70)).toBe(true);
        }
      }),
    );
  });

  it('pass over nearly all that do not, and cannot tell of fewer than three characters', () => {
    const signatures = new TrigramSignatures();
    for (let slot = 0; slot < 1000; slot++) {
      signatures.put(slot, { text: `hay number ${slot} of a field that was mown in the morning of day ${slot % 7}` });
    }
    signatures.put(321, { text: ['in it a NEEDLE'] });
    const mayHold = signatures.maybeHolding('needle');
    const kept = Array.from({ length: 1000 }, (_, slot) => slot).filter((slot) => mayHold?.(slot));
    expect(kept).toContain(321);
    expect(kept.length).toBeLessThan(20);
    expect(signatures.maybeHolding('ne')).toBeUndefined();
  });

  it('always keep what is too large to tell', () => {
    const signatures = new TrigramSignatures();
    signatures.put(0, { text: 'x'.repeat(70_000) });
    expect([signatures.maybeHolding('needle')?.(0), signatures.charactersAt(0)]).toEqual([true, 70_000]);
  });
});
