import { describe, expect, it } from '@jest/globals';
import type { EventRecord } from '../../model/memory-event.js';
import { LedgerReplay } from './ledger-replay.js';
import type { ProjectionRow } from '../projection/projection-source.port.js';

function replayOver(versions: Readonly<Record<string, number>>) {
  const recorded: string[] = [];
  const replay = new LedgerReplay(
    {
      rows: async (ids) =>
        ids.flatMap(({ namespace, key }) => {
          const version = versions[`${namespace}/${key}`];
          return version === undefined ? [] : [aRow(namespace, key, version)];
        }),
    },
    {
      record: async (records) => {
        recorded.push(...records.map(({ event }) => event.id));
        return { recorded: records.length, refused: [] };
      },
    },
  );
  return { replay, recorded };
}

function aRow(namespace: string, key: string, version: number): ProjectionRow {
  return {
    namespace,
    key,
    version,
    indexedVersion: version,
    memory: null,
    searchedText: '',
    session: null,
    embedding: null,
  };
}

function anEvent(namespace: string, key: string, version?: number): EventRecord {
  const id = `${namespace}/${key}@${version ?? 'foreign'}`;
  return { event: { event_id: id, id, namespace, type: 'created', timestamp: 1, payload: {} }, key, version };
}

describe('replaying the bus on a restored truth', () => {
  it('records what the truth has not reached, in order, and passes over the rest', async () => {
    const { replay, recorded } = replayOver({ 'a/1': 2, 'b/1': 7 });
    const outcome = await replay.replay([
      anEvent('a', '1', 2),
      anEvent('a', '1', 3),
      anEvent('a', '2', 1),
      anEvent('b', '1', 7),
      anEvent('a', '1', 4),
      anEvent('b', '1'),
    ]);
    expect(recorded).toEqual(['a/1@3', 'a/2@1', 'a/1@4', 'b/1@foreign']);
    expect(outcome).toEqual({ replayed: 4, refused: [] });
  });
});
