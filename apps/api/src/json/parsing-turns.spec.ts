import { expect, it } from '@jest/globals';
import { turnToParse } from './parsing-turns.js';

const LARGE = 1_000_000;

it('gives large bodies that arrive together one turn of the event loop each, and small ones none', async () => {
  let turns = 0;
  let isCounting = true;
  const count = () => {
    turns += 1;
    if (isCounting) setImmediate(count);
  };
  setImmediate(count);
  const seen: number[] = [];
  await Promise.all(Array.from({ length: 5 }, () => turnToParse(LARGE).then(() => seen.push(turns))));
  expect(new Set(seen).size).toBe(5);
  const before = turns;
  await turnToParse(10);
  expect(turns).toBe(before);
  isCounting = false;
});
