import { describe, expect, it } from '@jest/globals';
import { neighbourSignals, sessionSignals } from './context-signals.js';

describe('neighbourSignals', () => {
  const signals = new Map([['m', 0.8]]);
  const received = (offset: number, asking = false) =>
    neighbourSignals({ neighbours: [{ of: 'm', key: 'n', offset }], signals, asks: () => asking, fading: 0.5 }).get(
      'n',
    );

  it('flows to the memory after a match as what came before it', () => {
    expect(received(1)).toEqual({ before: 0.8, after: 0, answer: 0 });
  });

  it('flows to the memory before a match as what came after it, fading with distance', () => {
    expect(received(-3)).toEqual({ before: 0, after: 0.2, answer: 0 });
  });

  it('flows once more to the memory right after a question', () => {
    expect(received(1, true)?.answer).toBe(0.8);
    expect(received(2, true)?.answer).toBe(0);
    expect(received(-1, true)?.answer).toBe(0);
  });

  it('adds up from several matches and ignores what matched nothing', () => {
    const neighbours = [
      { of: 'm', key: 'n', offset: 1 },
      { of: 'o', key: 'n', offset: -1 },
      { of: 'x', key: 'n', offset: 1 },
    ];
    const both = new Map([
      ['m', 0.5],
      ['o', 0.25],
    ]);
    expect(neighbourSignals({ neighbours, signals: both, asks: () => false, fading: 0.5 })).toEqual(
      new Map([['n', { before: 0.5, after: 0.25, answer: 0 }]]),
    );
  });
});

describe('sessionSignals', () => {
  it('is the mean of the best matches, missing ones counting as 0', () => {
    const matches = new Map([
      ['a', 1],
      ['b', 0.5],
      ['c', 0.25],
      ['d', 0.8],
    ]);
    const sessions: Record<string, string> = { a: 's', b: 's', c: 's' };
    expect(sessionSignals(matches, (key) => sessions[key] ?? null, 2)).toEqual(new Map([['s', 0.75]]));
    expect(sessionSignals(new Map([['a', 1]]), () => 's', 4)).toEqual(new Map([['s', 0.25]]));
  });
});
