import { describe, expect, it } from '@jest/globals';
import { toNamespace, type IndexChange } from '@sfm/memory';
import { aPoint } from '@sfm/memory/testing';
import { PointWriter } from './point-writer.js';
import { RemovedVersions } from './removed-versions.js';
import { keyOf, type UpdateRequest } from './write-plan.js';

const upsert = (key: string, version = 1, text = ''): IndexChange => ({
  kind: 'upsert',
  point: aPoint({ key, version, payload: { text } }),
});
const several = (count: number) => Array.from({ length: count }, (_, x) => upsert(String(x)));

describe('PointWriter', () => {
  const writing = async (changes: readonly IndexChange[], send: (request: UpdateRequest) => Promise<void>) => {
    const sent: UpdateRequest[] = [];
    const writer = new PointWriter(toNamespace('test'), new RemovedVersions(), (request) => {
      sent.push(request);
      return send(request);
    });
    const outcome = await writer.write(changes).catch((error: unknown) => error);
    return { sent, outcome };
  };
  const keysOf = ({ changes }: UpdateRequest) => changes.map(keyOf);

  it('sends every change once, in requests of at most 500', async () => {
    const { sent } = await writing(several(1201), () => Promise.resolve());
    expect(sent.map((request) => keysOf(request).length)).toEqual([500, 500, 201]);
    expect(sent.flatMap(keysOf)).toEqual(Array.from({ length: 1201 }, (_, x) => String(x)));
  });

  it('begins another request before one grows beyond four million characters', async () => {
    const changes = ['a', 'b', 'c'].map((key) => upsert(key, 1, key.repeat(1_500_000)));
    const { sent } = await writing(changes, () => Promise.resolve());
    expect(sent.map(keysOf)).toEqual([['a', 'b'], ['c']]);
  });

  it('has one operation for each version', async () => {
    const { sent } = await writing([upsert('1', 3), upsert('2', 5), upsert('3', 3)], () => Promise.resolve());
    const operations = sent.flatMap(({ operations: texts }) => texts.map((text) => JSON.parse(text) as unknown));
    expect(operations).toMatchObject([
      { upsert: { points: [{}, {}], update_filter: { must: [{ key: '__sfm.version', range: { lt: 3 } }] } } },
      { upsert: { points: [{}], update_filter: { must: [{ key: '__sfm.version', range: { lt: 5 } }] } } },
    ]);
  });

  it('sends nothing more once a request failed, and says why', async () => {
    const failure = new Error('refused');
    const { sent, outcome } = await writing(several(5000), () => Promise.reject(failure));
    expect(outcome).toBe(failure);
    expect(sent).toHaveLength(2);
  });
});
