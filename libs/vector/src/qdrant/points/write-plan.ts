import type { IndexChange, Namespace } from '@sfm/memory';
import { OWN_FIELD, storedPoint } from './point-codec.js';
import type { QdrantFilter } from './filter-pushdown.js';
import { pointId } from './point-id.js';

/** JSON of one operation of a batch update. */
export type UpdateOperation = string;

/** Operations sent to the server together. */
export interface UpdateRequest {
  readonly operations: readonly UpdateOperation[];
  readonly changes: readonly IndexChange[];
}

interface EncodedChange {
  readonly change: IndexChange;
  /** JSON of the point, or the id of one to remove. */
  readonly text: string;
}

const MAX_CHANGES = 500;
/** Of at most three bytes each: well below the 32 MB that a server accepts by default. */
const MAX_CHARACTERS = 4 * 1024 * 1024;

const VERSION = `${OWN_FIELD}.version`;

export function keyOf(change: IndexChange): string {
  return change.kind === 'upsert' ? change.point.key : change.key;
}

export function versionOf(change: IndexChange): number {
  return change.kind === 'upsert' ? change.point.version : change.version;
}

/** Returns, for every key, the change that remains after all are applied in order. */
export function newestByKey(changes: readonly IndexChange[]): readonly IndexChange[] {
  const newest = new Map<string, IndexChange>();
  for (const change of changes) {
    const held = newest.get(keyOf(change));
    if (!held || versionOf(change) > versionOf(held)) newest.set(keyOf(change), change);
  }
  return [...newest.values()];
}

/**
 * Yields the changes in requests small enough for the server and large enough to be efficient, each built on demand.
 */
export function* toRequests(namespace: Namespace, changes: readonly IndexChange[]): Generator<UpdateRequest> {
  let together: EncodedChange[] = [];
  let characters = 0;
  for (const change of changes) {
    const text = change.kind === 'upsert' ? storedPoint(namespace, change.point) : pointId(namespace, change.key);
    const isFull = together.length === MAX_CHANGES || characters + text.length > MAX_CHARACTERS;
    if (isFull && together.length > 0) {
      yield toRequest(together);
      together = [];
      characters = 0;
    }
    together.push({ change, text });
    characters += text.length;
  }
  if (together.length > 0) yield toRequest(together);
}

/**
 * Builds operations that the server applies only where it holds an older version or none: one per version, because a
 * condition applies to all points of an operation.
 */
function toRequest(encoded: readonly EncodedChange[]): UpdateRequest {
  const points = new Map<number, string[]>();
  const removals = new Map<number, string[]>();
  for (const { change, text } of encoded) gather(change.kind === 'upsert' ? points : removals, versionOf(change), text);
  const operations = [
    ...[...points].map(
      ([version, ofVersion]) =>
        `{"upsert":{"points":[${ofVersion.join(',')}],"update_filter":${JSON.stringify(olderThan(version))}}}`,
    ),
    ...[...removals].map(([version, ids]) =>
      JSON.stringify({ delete: { filter: { must: [{ has_id: ids }, ...olderThan(version).must] } } }),
    ),
  ];
  return { operations, changes: encoded.map(({ change }) => change) };
}

function olderThan(version: number): QdrantFilter & { must: { key: string; range: { lt: number } }[] } {
  return { must: [{ key: VERSION, range: { lt: version } }] };
}

function gather<T>(groups: Map<number, T[]>, version: number, item: T): void {
  const group = groups.get(version);
  if (group) group.push(item);
  else groups.set(version, [item]);
}
