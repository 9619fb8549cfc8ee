import { describe, expect, it } from '@jest/globals';
import type { JsonObject } from '../../model/json.js';
import { decayed, decayScore, type DecayFacts, type DecayRules } from './decay.js';

const HOUR = 3600;
const LEVELS: DecayRules = {
  levels: [
    { afterSeconds: 10, keys: ['a'] },
    { afterSeconds: 100, keys: ['b'] },
  ],
  isScored: false,
};
const SCORE: DecayRules = { levels: [], isScored: true };

const leftAt = (ageSeconds: number, payload: JsonObject = { a: 1, b: 2, c: 3 }, rules = LEVELS) => {
  const facts = { ageSeconds, idleSeconds: ageSeconds, accessCount: 0 };
  return decayed({ payload, importance: null }, facts, rules);
};

describe('decay by age', () => {
  it('takes the keys of every level that is passed, those of earlier ones too', () => {
    expect(leftAt(5)).toBeUndefined();
    expect(leftAt(50)).toEqual({ b: 2, c: 3 });
    expect(leftAt(500)).toEqual({ c: 3 });
  });

  it('takes nothing at the very age of a level, only beyond it', () => {
    expect(leftAt(10)).toBeUndefined();
    expect(leftAt(10.001)).toEqual({ b: 2, c: 3 });
    expect(leftAt(100)).toEqual({ b: 2, c: 3 });
  });

  it('changes nothing where there is nothing left to take, and takes fields of the payload itself only', () => {
    expect(leftAt(500, { c: 3 })).toBeUndefined();
    expect(leftAt(500, { c: { a: 1, b: 2 } })).toBeUndefined();
    expect(leftAt(500, { a: null })).toEqual({});
  });

  it('does not take an unknown age for the whole time since 1970', () => {
    expect(leftAt(Number.NaN)).toBeUndefined();
  });
});

describe('decay by score', () => {
  const facts = (ageSeconds: number, details: Partial<DecayFacts> = {}): DecayFacts => ({
    ageSeconds,
    idleSeconds: ageSeconds,
    accessCount: 0,
    importance: null,
    ...details,
  });
  const payload = { text: 'kettle', timestamp: 7, memory_type: 'x', coordinate: [1], importance: null, tag: 1 };
  const left = ({ importance, ...rest }: DecayFacts, held: JsonObject = payload) =>
    decayed({ payload: held, importance }, rest, SCORE);
  const STRIPPED = { timestamp: 7, memory_type: 'x', coordinate: [1], importance: null };

  it('strips a memory that nobody touched from a little more than an hour on', () => {
    expect(decayScore(facts(3590))).toBeCloseTo(1.994, 3);
    expect(left(facts(3590))).toBeUndefined();
    expect(decayScore(facts(3610))).toBeCloseTo(2.006, 3);
    expect(left(facts(3610))).toEqual(STRIPPED);
  });

  it('weighs accesses and importance against age', () => {
    const read = (accessCount: number) => facts(5 * HOUR, { idleSeconds: 2 * HOUR, importance: 1, accessCount });
    expect(decayScore(read(4))).toBe(3);
    expect(left(read(4))).toEqual(STRIPPED);
    expect(decayScore(read(7))).toBe(1.5);
    expect(left(read(7))).toBeUndefined();
  });

  it('never strips what is more important than 1, nor what has an importance that is no number', () => {
    expect(left(facts(1e9, { importance: 2 }))).toBeUndefined();
    expect(left(facts(1e9, { importance: 1.01 }))).toBeUndefined();
    expect(left(facts(1e9, { importance: 1 }))).toEqual(STRIPPED);
    expect(left(facts(1e9), { text: 'kettle', importance: 'x' })).toBeUndefined();
  });

  it('strips once', () => {
    expect(left(facts(1e9), STRIPPED)).toBeUndefined();
  });
});
