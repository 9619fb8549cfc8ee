import { beforeEach, describe, expect, it } from '@jest/globals';
import { toNamespace } from '@sfm/memory';
import { RemovedVersions } from './removed-versions.js';

const NAMESPACE = toNamespace('ns');
const NAMESPACE_A = toNamespace('a');
const NAMESPACE_B = toNamespace('b');

describe('removed versions', () => {
  let removed: RemovedVersions;
  beforeEach(() => {
    removed = new RemovedVersions(3);
  });

  it('tell a version that is older than a removal, and not the removal itself', () => {
    removed.note(NAMESPACE, '1', 5);
    removed.note(NAMESPACE, '1', 4);
    expect([3, 4, 5, 6].filter((version) => removed.isRemoved(NAMESPACE, '1', version))).toEqual([3, 4]);
    expect(removed.isRemoved(toNamespace('other'), '1', 3)).toBe(false);
  });

  it('are those noted last, however often they are asked for', () => {
    for (const key of ['1', '2', '3', '1']) removed.note(NAMESPACE, key, 5);
    expect(removed.isRemoved(NAMESPACE, '2', 4)).toBe(true);
    removed.note(NAMESPACE, '4', 5);
    expect(['1', '2', '3', '4'].filter((key) => removed.isRemoved(NAMESPACE, key, 4))).toEqual(['1', '3', '4']);
  });

  it('may be forgotten by key and by namespace', () => {
    removed.note(NAMESPACE_A, '1', 5);
    removed.note(NAMESPACE_A, '2', 5);
    removed.note(NAMESPACE_B, '1', 5);
    removed.forget(NAMESPACE_A, ['1']);
    expect([removed.isRemoved(NAMESPACE_A, '1', 4), removed.isRemoved(NAMESPACE_A, '2', 4)]).toEqual([false, true]);
    removed.forget(NAMESPACE_A);
    expect([removed.isRemoved(NAMESPACE_A, '2', 4), removed.isRemoved(NAMESPACE_B, '1', 4)]).toEqual([false, true]);
  });
});
