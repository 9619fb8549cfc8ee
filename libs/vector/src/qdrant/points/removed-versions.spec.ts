import { beforeEach, describe, expect, it } from '@jest/globals';
import { RemovedVersions } from './removed-versions.js';

describe('removed versions', () => {
  let removed: RemovedVersions;
  beforeEach(() => {
    removed = new RemovedVersions(3);
  });

  it('tell a version that is older than a removal, and not the removal itself', () => {
    removed.note('ns', '1', 5);
    removed.note('ns', '1', 4);
    expect([3, 4, 5, 6].filter((version) => removed.isRemoved('ns', '1', version))).toEqual([3, 4]);
    expect(removed.isRemoved('other', '1', 3)).toBe(false);
  });

  it('are those noted last, however often they are asked for', () => {
    for (const key of ['1', '2', '3', '1']) removed.note('ns', key, 5);
    expect(removed.isRemoved('ns', '2', 4)).toBe(true);
    removed.note('ns', '4', 5);
    expect(['1', '2', '3', '4'].filter((key) => removed.isRemoved('ns', key, 4))).toEqual(['1', '3', '4']);
  });

  it('may be forgotten by key and by namespace', () => {
    removed.note('a', '1', 5);
    removed.note('a', '2', 5);
    removed.note('b', '1', 5);
    removed.forget('a', ['1']);
    expect([removed.isRemoved('a', '1', 4), removed.isRemoved('a', '2', 4)]).toEqual([false, true]);
    removed.forget('a');
    expect([removed.isRemoved('a', '2', 4), removed.isRemoved('b', '1', 4)]).toEqual([false, true]);
  });
});
