import { describe, expect, it } from '@jest/globals';
import { Embedder } from '../../index-model/embedder.port.js';
import type { IndexChange } from '../../index-model/index-point.js';
import type { RecallIndexName } from '../../index-model/index-readiness.port.js';
import { toNamespace } from '../../model/namespace.js';
import { aMemory } from '../../testing/memory-builder.js';
import type { IndexState } from '../room/index-room.js';
import { IndexLoader } from './index-loader.js';
import type { ProjectionRow } from './projection-source.port.js';

class UnusedEmbedder extends Embedder {
  readonly space = 'test';
  readonly dimension = 2;
  embed(): Promise<readonly Float32Array[]> {
    return Promise.reject(new Error('every row has its vector'));
  }
}

function rowOf(id: number): ProjectionRow {
  const memory = aMemory({ id });
  return {
    namespace: toNamespace('test'),
    key: memory.key,
    version: 1,
    indexedVersion: 1,
    memory,
    searchedText: 'ten letter',
    session: null,
    embedding: { space: 'test', vector: Float32Array.of(1, 0) },
  };
}

const USE = {
  heap: { usedBytes: 0, limitBytes: Infinity },
  resident: { usedBytes: 0, limitBytes: Infinity },
  collections: 0,
};

/** Room for this index alone. */
function roomFor(only: RecallIndexName) {
  const stateOf = (index: RecallIndexName): IndexState => (index === only ? 'whole' : 'none');
  return { plan: () => {}, stateOf, use: USE };
}

/** Loads three batches of one row and tells what happened, in order. */
async function loading(maxPostponed?: number, room?: ReturnType<typeof roomFor>): Promise<readonly string[]> {
  const events: string[] = [];
  const noting = (name: string) => ({
    apply: async (_namespace: string, changes: readonly IndexChange[]) => {
      for (const change of changes) {
        const vector = change.kind === 'upsert' && change.point.vector ? ' with a vector' : '';
        events.push(`${name} ${change.kind === 'upsert' ? change.point.key : '-'}${vector}`);
      }
    },
  });
  const source = {
    async *scanIndexed() {
      for (const id of [1, 2, 3]) yield [rowOf(id)];
    },
    extent: async () => ({ memories: 3, payloadBytes: 100 }),
    markIndexed: () => Promise.reject(new Error('no vector is new')),
  };
  const indexes = { vectors: noting('vectors'), lexical: noting('words') };
  const loader = new IndexLoader(source, indexes, new UnusedEmbedder(), room, maxPostponed);
  const total = await loader.load({ onLoaded: (index) => events.push(`${index} loaded`) });
  return [...events, `${total} in all`];
}

describe('IndexLoader', () => {
  it('loads all vectors before it reads any words, and says when they are there', async () => {
    expect(await loading()).toEqual([
      ...[1, 2, 3].map((id) => `vectors ${id} with a vector`),
      'vector loaded',
      ...[1, 2, 3].map((id) => `words ${id}`),
      '3 in all',
    ]);
  });

  it('reads for nothing that has no room', async () => {
    expect(await loading(undefined, roomFor('vector'))).toEqual([
      ...[1, 2, 3].map((id) => `vectors ${id} with a vector`),
      'vector loaded',
      '3 in all',
    ]);
    expect(await loading(undefined, roomFor('lexical'))).toEqual([
      'vector loaded',
      ...[1, 2, 3].map((id) => `words ${id}`),
      '3 in all',
    ]);
  });

  it('keeps no more text in memory than it may', async () => {
    expect(await loading(15)).toEqual([
      'vectors 1 with a vector',
      'vectors 2 with a vector',
      'words 1',
      'vectors 3 with a vector',
      'words 2',
      'vector loaded',
      'words 3',
      '3 in all',
    ]);
  });
});
