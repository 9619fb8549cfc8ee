import { expect, it } from '@jest/globals';
import { IndexUnavailableError } from '../model/errors.js';
import { toNamespace } from '../model/namespace.js';
import { LinksThen } from './links-then.js';

const NS = toNamespace('then');
const link = (id: number, from: string, to: string, weight: number) => ({ id, from, to, weight, type: 't' });

it('gives the cheapest links of each end first, in either direction', async () => {
  const then = new LinksThen([
    link(3, 'a', 'b', 1),
    link(2, 'a', 'c', 0.5),
    link(1, 'a', 'd', 1),
    link(4, 'b', 'a', 2),
  ]);
  expect(await then.exists()).toBe(true);
  const others = async (key: string, direction: 'out' | 'in', limit = 9) =>
    (await then.steps(NS, [{ key }], { direction, limit })).map(({ at, other }) => `${at}${other}`);
  expect(await others('a', 'out')).toEqual(['ac', 'ad', 'ab']);
  expect(await others('a', 'out', 2)).toEqual(['ac', 'ad']);
  expect(await others('a', 'in')).toEqual(['ab']);
  expect(await others('x', 'out')).toEqual([]);
});

it('says that nothing can be followed when there was too much to read', async () => {
  await expect(new LinksThen(undefined).exists()).rejects.toBeInstanceOf(IndexUnavailableError);
  expect(await new LinksThen([]).exists()).toBe(false);
});
