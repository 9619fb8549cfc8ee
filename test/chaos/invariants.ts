import type { OperationJournal, WriteOperation } from './operation-journal.js';

/** A promise that was not kept, for the report. */
export interface Violation {
  readonly promise: string;
  readonly detail: string;
}

/** A row of `memories`. */
export interface ObservedMemory {
  readonly key: string;
  readonly version: number;
  readonly indexedVersion: number;
  readonly isDeleted: boolean;
  /** The write that its payload carries; null without a payload. */
  readonly write: number | null;
  readonly hasEmbedding: boolean;
}

/** A row of `memory_events`. */
export interface ObservedEvent {
  readonly key: string;
  readonly version: number;
  readonly type: string;
  /** Of created and updated events. */
  readonly write: number | null;
}

/** A point of the vector index. */
export interface ObservedPoint {
  readonly key: string;
  readonly version: number;
}

/** What the stores hold of one namespace when nothing is under way. */
export interface ObservedState {
  readonly memories: readonly ObservedMemory[];
  readonly events: readonly ObservedEvent[];
  readonly points: readonly ObservedPoint[];
  /** Writes whose content stands in the cache. */
  readonly cachedWrites: ReadonlySet<number>;
}

type Check = (journal: OperationJournal, state: ObservedState) => Violation[];

/** Everything that must hold of the stores after a fault, whatever the fault was. */
export function brokenPromises(journal: OperationJournal, state: ObservedState): Violation[] {
  return [
    ledgerTellsTheWrites,
    memoriesFollowTheLedger,
    nothingFromNowhere,
    everythingIsIndexed,
    deletedIsGone,
  ].flatMap((check) => check(journal, state));
}

/**
 * Every acknowledged write is one event, in order, versions without gaps; a failed or unknown one is one event or none, in
 * its place: nothing happens later than it was answered.
 */
export const ledgerTellsTheWrites: Check = (journal, { events }) => {
  const byKey = groupByKey(events);
  return journal.keys().flatMap((key) => {
    const written = (byKey.get(key) ?? []).toSorted((a, b) => a.version - b.version);
    const expected = journal.effects(key);
    if (tellsAll(written, expected)) return [];
    const writes = expected.map(({ kind, write, outcome }) => `${kind} ${write} ${outcome}`).join(', ');
    return [{ promise: 'ledger', detail: `${key}: ${JSON.stringify(written)} after ${writes}` }];
  });
};

/** Whether the events are the writes, with some of those left out that were not acknowledged. */
function tellsAll(events: readonly ObservedEvent[], writes: readonly WriteOperation[]): boolean {
  // Numbers of events that the writes so far can have made.
  let told = new Set([0]);
  for (const write of writes) {
    const next = new Set(write.outcome === 'acknowledged' ? [] : told);
    for (const count of told) if (tells(events, count, write)) next.add(count + 1);
    told = next;
  }
  return told.has(events.length);
}

function tells(events: readonly ObservedEvent[], index: number, write: WriteOperation): boolean {
  const [before, event] = [events[index - 1], events[index]];
  if (event === undefined || event.version !== index + 1) return false;
  if (write.kind === 'delete') return event.type === 'deleted';
  const type = before === undefined || before.type === 'deleted' ? 'created' : 'updated';
  return event.type === type && event.write === write.write;
}

/** The current state is what the ledger's last event made it: no half of a write without the other. */
export const memoriesFollowTheLedger: Check = (journal, { memories, events }) => {
  const rows = new Map(memories.map((memory) => [memory.key, memory]));
  const byKey = groupByKey(events);
  return journal.keys().flatMap((key) => {
    const row = rows.get(key);
    const told = (byKey.get(key) ?? []).toSorted((a, b) => a.version - b.version);
    const last = told.at(-1);
    const broken = (detail: string): Violation[] => [{ promise: 'truth', detail: `${key}: ${detail}` }];
    if (row === undefined) return last === undefined ? [] : broken(`${told.length} events but no memory`);
    if (row.version !== told.length) return broken(`version ${row.version} after ${told.length} events`);
    if (last?.type === 'deleted') {
      const isEmpty = row.isDeleted && row.write === null && !row.hasEmbedding;
      return isEmpty ? [] : broken(`content after its deletion: ${JSON.stringify(row)}`);
    }
    // An event of other content is a matter of the ledger.
    const isTold = journal.effects(key).some(({ write }) => write === last?.write);
    return !isTold || (!row.isDeleted && row.write === last?.write)
      ? []
      : broken(`not write ${last?.write}: ${JSON.stringify(row)}`);
  });
};

/** No store has anything that nobody sent. */
export const nothingFromNowhere: Check = (journal, { memories, events, points }) => {
  const known = new Set(journal.keys().filter((key) => journal.effects(key).length > 0));
  return Object.entries({ memories, events, points }).flatMap(([store, rows]) =>
    rows
      .filter(({ key }) => !known.has(key))
      .map(({ key }) => ({ promise: 'nothing from nowhere', detail: `${store} has ${key}` })),
  );
};

/** Every memory is one point of its version, and marked so; a deleted one is none. */
export const everythingIsIndexed: Check = (_, { memories, points }) => {
  const byKey = groupByKey(points);
  return memories.flatMap(({ key, version, indexedVersion, isDeleted }) => {
    const held = (byKey.get(key) ?? []).map((point) => point.version);
    const wanted = isDeleted ? [] : [version];
    if (indexedVersion === version && held.join() === wanted.join()) return [];
    return [
      {
        promise: 'indexed',
        detail: `${key}: version ${version}${isDeleted ? ' (deleted)' : ''}, marked ${indexedVersion}, points ${JSON.stringify(held)}`,
      },
    ];
  });
};

/** What was deleted stands in no cache. (Truth and index are judged by their own checks.) */
export const deletedIsGone: Check = (journal, { cachedWrites }) =>
  journal.deletedKeys().flatMap((key) =>
    journal
      .effects(key)
      .filter(({ write }) => cachedWrites.has(write))
      .map(({ write }) => ({ promise: 'deleted is gone', detail: `${key}: write ${write} is still cached` })),
  );

function groupByKey<T extends { readonly key: string }>(rows: readonly T[]): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const row of rows) {
    const group = groups.get(row.key);
    if (group === undefined) groups.set(row.key, [row]);
    else group.push(row);
  }
  return groups;
}
