import { describe, expect, it } from '@jest/globals';
import type { ProjectionRow } from '../indexing/projection/projection-source.port.js';
import { toEnvelope } from '../event-model/envelope.js';
import type { LedgerEntry } from '../event-model/ledger-entry.js';
import type { EventRecord } from '../event-model/memory-event.js';
import { EventReplay } from './event-replay.js';

const FIELDS = { text: ['text'], session: ['session'], source: [], time: [] };

/** What was done, in order: `+` for a restored entry, otherwise the id of a recorded event. */
function replayOver(versions: Readonly<Record<string, number>> = {}) {
  const done: string[] = [];
  const replay = new EventReplay(
    {
      source: {
        rows: async (ids) =>
          ids.flatMap(({ namespace, key }) => {
            const version = versions[`${namespace}/${key}`];
            return version === undefined ? [] : [aRow(namespace, key, version)];
          }),
      },
      restorer: {
        restore: async (entries) => {
          done.push(...entries.map(({ id, searchedText, session }) => `+${id} ${searchedText} ${session}`));
          return { entries: entries.length, memories: entries.map(({ namespace, key }) => ({ namespace, key })) };
        },
      },
      recorder: {
        record: async (records) => {
          done.push(...records.map(({ event }) => event.id));
          return { recorded: records.length, refused: [] };
        },
      },
    },
    FIELDS,
  );
  return { replay, done };
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

/** An event without details: of another producer, or with a version, of an earlier version of ours. */
function anEvent(namespace: string, key: string, version?: number): EventRecord {
  const id = `${namespace}/${key}@${version ?? 'foreign'}`;
  return { event: { event_id: id, id, namespace, type: 'created', timestamp: 1, payload: {} }, key, version };
}

function anEntry(id: string, details: Partial<LedgerEntry> = {}): EventRecord {
  return toEnvelope({
    id,
    eventId: id,
    namespace: 'a',
    type: 'created',
    occurredAtMs: 1000,
    isAnnounced: false,
    coordinate: [1],
    key: '1',
    version: 1,
    memoryType: 'semantic',
    payload: { text: 'hello', session: 's' },
    importance: null,
    importanceNorm: 0,
    contentHash: 'ff',
    expiresAtMs: null,
    memoryId: 7,
    createdVersion: 1,
    createdAtMs: 1000,
    updatedAtMs: 1000,
    ...details,
  });
}

describe('replaying the bus on a restored truth', () => {
  it('records events of earlier versions that the truth has not reached, in order, and passes over the rest', async () => {
    const { replay, done } = replayOver({ 'a/1': 2, 'b/1': 7 });
    const outcome = await replay.replay([
      anEvent('a', '1', 2),
      anEvent('a', '1', 3),
      anEvent('a', '2', 1),
      anEvent('b', '1', 7),
      anEvent('a', '1', 4),
      anEvent('b', '1'),
    ]);
    expect(done).toEqual(['a/1@3', 'a/2@1', 'a/1@4', 'b/1@foreign']);
    expect(outcome).toMatchObject({ replayed: 4, refused: [] });
  });

  it('restores events of ours whole, with what a store derives, between others in the order of the bus', async () => {
    const { replay, done } = replayOver();
    await replay.replay([anEvent('b', '1'), anEntry('x'), anEntry('y', { version: 2 }), anEvent('c', '1')]);
    expect(done).toEqual(['b/1@foreign', '+x hello s', '+y hello s', 'c/1@foreign']);
  });

  it('leaves an event of another producer to the event of ours that tells what became of it, wherever that stands', async () => {
    const { replay, done } = replayOver();
    const foreign = anEvent('a', '1');
    const announced = anEntry(foreign.event.id, { isAnnounced: true, version: 3 });
    const odd = { ...anEvent('a', '2'), event: { ...anEvent('a', '2').event, id: 'no uuid' } };
    for (const batch of [[foreign, odd], [announced]]) replay.note(batch);
    await replay.replay([foreign, odd, announced]);
    expect(done).toEqual(['no uuid', '+a/1@foreign hello s']);
  });

  it('reports an event of ours whose key was tampered with, and goes on', async () => {
    const { replay, done } = replayOver();
    const outcome = await replay.replay([{ ...anEntry('x'), key: '01' }, anEntry('y')]);
    expect(outcome.refused).toMatchObject([{ eventId: 'x', reason: expect.stringContaining('memory-key') }]);
    expect(done).toEqual(['+y hello s']);
  });
});
