import { beforeEach, describe, expect, it } from '@jest/globals';
import { brokenPromises, type ObservedState } from './invariants.js';
import { OperationJournal, type Outcome } from './operation-journal.js';

type Mutable<T> = { -readonly [K in keyof T]: T[K] extends readonly (infer R)[] ? Mutable<R>[] : T[K] };

const KEPT = '1';
const REPLACED = '2';
const DELETED = '3';
const OPEN = '4';

describe('the promises that hold after a fault', () => {
  let journal: OperationJournal;
  let state: Mutable<ObservedState>;

  const write = (kind: 'store' | 'delete', key: string, outcome: Outcome = 'acknowledged') =>
    journal.settle(journal.send(kind, key), outcome);
  const row = <T extends { key: string }>(rows: T[], key: string): T => {
    const found = rows.findLast((candidate) => candidate.key === key);
    if (found === undefined) throw new Error(`no row ${key}`);
    return found;
  };
  const promises = () => [...new Set(brokenPromises(journal, state).map(({ promise }) => promise))];

  /** Writes 1 to 6: one kept, one replaced, one deleted, one whose outcome is open and that did happen. */
  beforeEach(() => {
    journal = new OperationJournal();
    write('store', KEPT);
    write('store', REPLACED);
    write('store', REPLACED);
    write('store', DELETED);
    write('delete', DELETED);
    write('store', OPEN, 'unknown');
    const memory = { version: 1, indexedVersion: 1, isDeleted: false, hasEmbedding: true };
    state = {
      memories: [
        { ...memory, key: KEPT, write: 1 },
        { ...memory, key: REPLACED, version: 2, indexedVersion: 2, write: 3 },
        { key: DELETED, version: 2, indexedVersion: 2, isDeleted: true, write: null, hasEmbedding: false },
        { ...memory, key: OPEN, write: 6 },
      ],
      events: [
        { key: KEPT, version: 1, type: 'created', write: 1 },
        { key: REPLACED, version: 1, type: 'created', write: 2 },
        { key: REPLACED, version: 2, type: 'updated', write: 3 },
        { key: DELETED, version: 1, type: 'created', write: 4 },
        { key: DELETED, version: 2, type: 'deleted', write: null },
        { key: OPEN, version: 1, type: 'created', write: 6 },
      ],
      points: [
        { key: KEPT, version: 1 },
        { key: REPLACED, version: 2 },
        { key: OPEN, version: 1 },
      ],
      cachedWrites: new Set([1, 3]),
    };
  });

  it('hold where every write arrived everywhere', () => {
    expect(brokenPromises(journal, state)).toEqual([]);
  });

  it('hold where a write of unknown outcome left no trace', () => {
    state.memories = state.memories.filter(({ key }) => key !== OPEN);
    state.events = state.events.filter(({ key }) => key !== OPEN);
    state.points = state.points.filter(({ key }) => key !== OPEN);
    expect(brokenPromises(journal, state)).toEqual([]);
  });

  it('are broken by an acknowledged write that is nowhere', () => {
    state.memories = state.memories.filter(({ key }) => key !== KEPT);
    state.events = state.events.filter(({ key }) => key !== KEPT);
    state.points = state.points.filter(({ key }) => key !== KEPT);
    expect(promises()).toEqual(['ledger']);
  });

  it('hold where a failed write happened before the next one, or not at all, and never where it came after', () => {
    write('store', '5', 'failed');
    write('store', '5');
    const memory = { key: '5', isDeleted: false, hasEmbedding: true };
    state.memories.push({ ...memory, version: 1, indexedVersion: 1, write: 8 });
    state.events.push({ key: '5', version: 1, type: 'created', write: 8 });
    state.points.push({ key: '5', version: 1 });
    expect(brokenPromises(journal, state)).toEqual([]);
    Object.assign(row(state.memories, '5'), { version: 2, indexedVersion: 2 });
    row(state.points, '5').version = 2;
    row(state.events, '5').write = 7;
    state.events.push({ key: '5', version: 2, type: 'updated', write: 8 });
    expect(brokenPromises(journal, state)).toEqual([]);
    const told = state.events.slice(-2);
    for (const [event, number] of [
      [told[0], 8],
      [told[1], 7],
    ] as const) {
      if (event) event.write = number;
    }
    row(state.memories, '5').write = 7;
    expect(promises()).toEqual(['ledger']);
  });

  it('are broken by an event that is there twice', () => {
    state.events.push({ key: KEPT, version: 2, type: 'updated', write: 1 });
    row(state.memories, KEPT).version = 2;
    expect(promises()).toContain('ledger');
  });

  it('are broken by a gap in the versions', () => {
    row(state.events, REPLACED).version = 3;
    expect(promises()).toEqual(['ledger']);
  });

  it('are broken by an event of other content', () => {
    row(state.events, KEPT).write = 99;
    expect(promises()).toEqual(['ledger']);
  });

  it('are broken by a memory without its event', () => {
    state.events = state.events.filter(({ key }) => key !== OPEN);
    expect(promises()).toEqual(['truth']);
  });

  it('are broken by an event without its memory', () => {
    state.memories = state.memories.filter(({ key }) => key !== OPEN);
    expect(promises()).toEqual(['truth']);
  });

  it('are broken by a memory that kept its former content', () => {
    row(state.memories, REPLACED).write = 2;
    expect(promises()).toEqual(['truth']);
  });

  it('are broken by content in a deleted memory', () => {
    row(state.memories, DELETED).write = 4;
    expect(promises()).toEqual(['truth']);
    row(state.memories, DELETED).write = null;
    row(state.memories, DELETED).hasEmbedding = true;
    expect(promises()).toEqual(['truth']);
  });

  it('are broken by traces of a write that was refused', () => {
    write('store', '5', 'refused');
    expect(promises()).toEqual([]);
    state.points.push({ key: '5', version: 1 });
    expect(promises()).toEqual(['nothing from nowhere']);
    state.points.pop();
    state.events.push({ key: '5', version: 1, type: 'created', write: 7 });
    expect(promises()).toEqual(['ledger', 'truth', 'nothing from nowhere']);
  });

  it('are broken by a memory that is not in the index, or there with an old version, or twice', () => {
    const kept = row(state.points, KEPT);
    state.points = state.points.filter((point) => point !== kept);
    expect(promises()).toEqual(['indexed']);
    state.points.push(kept, kept);
    expect(promises()).toEqual(['indexed']);
    state.points.pop();
    row(state.points, REPLACED).version = 1;
    expect(promises()).toEqual(['indexed']);
  });

  it('are broken by a memory that is not marked as indexed', () => {
    row(state.memories, REPLACED).indexedVersion = 1;
    expect(promises()).toEqual(['indexed']);
  });

  it('are broken by a point of a deleted memory', () => {
    state.points.push({ key: DELETED, version: 1 });
    expect(promises()).toEqual(['indexed']);
  });

  it('are broken by a deleted memory in the cache', () => {
    state.cachedWrites = new Set([4]);
    expect(promises()).toEqual(['deleted is gone']);
  });
});
