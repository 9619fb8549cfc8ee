import { describe, expect, it } from '@jest/globals';
import { stemWord } from './english-stem.js';

describe('stemWord', () => {
  it.each([
    ['harvested', 'harvest'],
    ['harvesting', 'harvest'],
    ['berries', 'berri'],
    ['generously', 'generous'],
  ])('reduces %s to %s', (word, stem) => {
    expect(stemWord(word)).toBe(stem);
  });

  it.each(['größe', 'mp3', 'ok', '2024', 'солнце', 'a'.repeat(33)])('leaves %s as it is', (word) => {
    expect(stemWord(word)).toBe(word);
  });
});
