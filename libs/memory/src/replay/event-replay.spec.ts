import { describe, expect, it } from '@jest/globals';
import type { ProjectionRow } from '../indexing/projection/projection-source.port.js';
import { toEnvelope } from '../event-model/envelope.js';
import { ledgerId } from '../event-model/ledger-id.js';
import type { LedgerEntry } from '../event-model/ledger-entry.js';
import type { EventRecord } from '../event-model/memory-event.js';
import { EventReplay } from './event-replay.js';
import { toNamespace, type Namespace } from '../model/namespace.js';

const NAMESPACE_A = toNamespace('a');
const NAMESPACE_B = toNamespace('b');

const FIELDS = { text: ['text'], session: ['session'], source: [], time: [] };

/** What was done, in order: `+` for a restored entry, otherwise the id of a recorded event. */
function replayOver(versions: Readonly<Record<string, number>> = {}, { diverging = '', lacking = '' } = {}) {
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
        reserveIds: async (highest) => void done.push(`ids to ${highest}`),
        lackingVersions: async (ids) => ids.filter(({ key }) => key === lacking),
        restore: async (entries) => {
          done.push(...entries.map(({ id, searchedText, session }) => `+${id} ${searchedText} ${session}`));
          const conflicts = entries.filter(({ key }) => key === diverging);
          return {
            entries: entries.length - conflicts.length,
            memories: entries.map(({ namespace, key }) => ({ namespace, key })),
            conflicts,
          };
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

function aRow(namespace: Namespace, key: string, version: number): ProjectionRow {
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
function anEvent(namespace: Namespace, key: string, version?: number): EventRecord {
  const id = `${namespace}/${key}@${version ?? 'foreign'}`;
  return { event: { event_id: id, id, namespace, type: 'created', timestamp: 1, payload: {} }, key, version };
}

const idOf = (name: string) => ledgerId(name);

function anEntry(id: string, details: Partial<LedgerEntry> = {}): EventRecord {
  return toEnvelope({
    id: idOf(id),
    eventId: id,
    namespace: NAMESPACE_A,
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
    contentHash: 'f'.repeat(64),
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
    const outcome = await replay.replayOwn([
      anEvent(NAMESPACE_A, '1', 2),
      anEvent(NAMESPACE_A, '1', 3),
      anEvent(NAMESPACE_A, '2', 1),
      anEvent(NAMESPACE_B, '1', 7),
      anEvent(NAMESPACE_A, '1', 4),
      anEvent(NAMESPACE_B, '1'),
    ]);
    expect(done).toEqual(['ids to 0', 'a/1@3', 'a/2@1', 'a/1@4']);
    expect(outcome).toMatchObject({ replayed: 3, refused: [], diverged: 0 });
  });

  it('keeps the ids of what it restores before anything is written, and restores whole with what a store derives', async () => {
    const { replay, done } = replayOver();
    const records = [
      anEvent(NAMESPACE_B, '1', 1),
      anEntry('x'),
      anEntry('y', { version: 2 }),
      anEvent(toNamespace('c'), '1', 1),
    ];
    replay.note(records);
    await replay.replayOwn(records);
    expect(done).toEqual(['ids to 7', 'b/1@1', `+${idOf('x')} hello s`, `+${idOf('y')} hello s`, 'c/1@1']);
  });

  it('leaves events of other producers for the end, and those that ours tell about to ours', async () => {
    const { replay, done } = replayOver();
    const [told, untold] = [anEvent(NAMESPACE_A, '1'), anEvent(NAMESPACE_A, '2')];
    const announced = anEntry('told', { id: ledgerId(told.event.id), isAnnounced: true, version: 3 });
    const records = [told, untold, announced];
    replay.note(records.slice(0, 2));
    replay.note(records.slice(2));
    await replay.replayOwn(records);
    expect(done).toEqual(['ids to 7', `+${ledgerId(told.event.id)} hello s`]);
    await replay.replayForeign(records);
    expect(done.slice(2)).toEqual([untold.event.id]);
  });

  it('takes a foreign event for applied where ours left a version out', async () => {
    const { replay, done } = replayOver({}, { lacking: '1' });
    const outcome = await replay.replayForeign([anEvent(NAMESPACE_A, '1'), anEvent(NAMESPACE_A, '2')]);
    expect(done).toEqual(['a/2@foreign']);
    expect(outcome.refused).toMatchObject([{ eventId: 'a/1@foreign', reason: expect.stringContaining('before') }]);
  });

  it('writes nothing on top of a coordinate that went another way, and says so', async () => {
    const { replay, done } = replayOver({}, { diverging: '1' });
    const first = await replay.replayOwn([anEntry('x', { version: 2 })]);
    const then = await replay.replayOwn([anEntry('y', { version: 3 }), anEntry('z', { key: '2', coordinate: [2] })]);
    expect(first).toMatchObject({ diverged: 1, refused: [{ eventId: 'x' }] });
    expect(then).toMatchObject({ diverged: 1, refused: [{ eventId: 'y' }], replayed: 1 });
    expect(done.filter((step) => step.includes(idOf('y')))).toEqual([]);
  });

  it('reports an event of ours whose key was tampered with, and goes on', async () => {
    const { replay, done } = replayOver();
    const outcome = await replay.replayOwn([{ ...anEntry('x'), key: '01' }, anEntry('y')]);
    expect(outcome.refused).toMatchObject([{ eventId: 'x', reason: expect.stringContaining('memory-key') }]);
    expect(done.slice(1)).toEqual([`+${idOf('y')} hello s`]);
  });
});
