import { beforeEach, describe, expect, it } from '@jest/globals';
import { toSearchedContent, toWordPoint } from '../../index-model/index-point-factory.js';
import type { IndexChange } from '../../index-model/index-point.js';
import { toNamespace } from '../../model/namespace.js';
import { aMemory } from '../../testing/memory-builder.js';
import type { IndexState } from '../room/index-room.js';
import { RoomBoundIndex } from './room-bound-index.js';

const NAMESPACE = toNamespace('test');
const OTHER = toNamespace('other');

describe('an index within the room there is', () => {
  let state: IndexState;
  let done: string[];
  let index: RoomBoundIndex;

  beforeEach(() => {
    state = 'whole';
    done = [];
    const held = {
      apply: async (namespace: string, changes: readonly IndexChange[]) => {
        for (const change of changes) {
          const { key, version } = change.kind === 'upsert' ? change.point : change;
          done.push(`${namespace} ${change.kind} ${key} ${version}`);
        }
      },
      clear: async (namespace: string) => void done.push(`${namespace} clear`),
    };
    index = new RoomBoundIndex('lexical', held, { admits: () => state === 'whole', stateOf: () => state });
  });

  const upsert = (key: string, version = 1): IndexChange => {
    const content = toSearchedContent(aMemory({ key, version }), { searchedText: 'ten letters', session: null });
    return { kind: 'upsert', point: toWordPoint(content) };
  };

  it('takes every change while there is room', async () => {
    await index.apply(NAMESPACE, [upsert('1'), { kind: 'remove', key: '2', version: 3 }]);
    expect(done).toEqual(['test upsert 1 1', 'test remove 2 3']);
  });

  it('is emptied when it is given up, and takes nothing from then on', async () => {
    await index.apply(NAMESPACE, [upsert('1')]);
    await index.apply(OTHER, [upsert('1')]);
    state = 'none';
    done = [];
    await index.apply(NAMESPACE, [upsert('2')]);
    await index.apply(NAMESPACE, [upsert('3')]);
    expect(done).toEqual(['test clear', 'other clear']);
  });

  it('forgets what changes when it takes no more, so that nothing outdated is found', async () => {
    await index.apply(NAMESPACE, [upsert('1')]);
    state = 'partial';
    done = [];
    await index.apply(NAMESPACE, [upsert('1', 2), upsert('4'), { kind: 'remove', key: '2', version: 3 }]);
    expect(done).toEqual(['test remove 1 2', 'test remove 4 1', 'test remove 2 3']);
  });
});
