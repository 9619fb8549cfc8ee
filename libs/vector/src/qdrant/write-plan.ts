import type { IndexChange, IndexPoint } from '@sfm/memory';
import { OWN_FIELD, storedPoint } from './point-codec.js';
import type { QdrantFilter } from './filter-pushdown.js';
import { pointId } from './point-id.js';

/** JSON of one operation of a batch update. */
export type UpdateOperation = string;

const MAX_CHANGES = 500;
/** Well below the 32 MB that a server accepts by default. */
const MAX_BYTES = 12 * 1024 * 1024;
/** A component in decimals, as `0.0512345678`. */
const BYTES_PER_COMPONENT = 22;

const VERSION = `${OWN_FIELD}.version`;

export function keyOf(change: IndexChange): string {
  return change.kind === 'upsert' ? change.point.key : change.key;
}

export function versionOf(change: IndexChange): number {
  return change.kind === 'upsert' ? change.point.version : change.version;
}

/** Of every key the change that is left when all are applied in order. */
export function newestByKey(changes: readonly IndexChange[]): readonly IndexChange[] {
  const newest = new Map<string, IndexChange>();
  for (const change of changes) {
    const held = newest.get(keyOf(change));
    if (!held || versionOf(change) > versionOf(held)) newest.set(keyOf(change), change);
  }
  return [...newest.values()];
}

/** Splits changes so that each request stays small enough for the server and large enough to be worth it. */
export function inRequests(changes: readonly IndexChange[]): IndexChange[][] {
  const requests: IndexChange[][] = [];
  let bytes = Infinity;
  for (const change of changes) {
    const size = sizeOf(change);
    const current = requests.at(-1);
    if (!current || current.length === MAX_CHANGES || bytes + size > MAX_BYTES) {
      requests.push([change]);
      bytes = size;
    } else {
      current.push(change);
      bytes += size;
    }
  }
  return requests;
}

/**
 * The changes as operations that the server applies only where it holds an older version or none: one operation per
 * version, because a condition holds for all points of an operation.
 */
export function toOperations(namespace: string, changes: readonly IndexChange[]): UpdateOperation[] {
  const points = new Map<number, string[]>();
  const removals = new Map<number, string[]>();
  for (const change of changes) {
    if (change.kind === 'upsert') gather(points, change.point.version, storedPoint(namespace, change.point));
    else gather(removals, change.version, pointId(namespace, change.key));
  }
  return [
    ...[...points].map(
      ([version, ofVersion]) =>
        `{"upsert":{"points":[${ofVersion.join(',')}],"update_filter":${JSON.stringify(olderThan(version))}}}`,
    ),
    ...[...removals].map(([version, ids]) =>
      JSON.stringify({ delete: { filter: { must: [{ has_id: ids }, ...olderThan(version).must] } } }),
    ),
  ];
}

function olderThan(version: number): QdrantFilter & { must: { key: string; range: { lt: number } }[] } {
  return { must: [{ key: VERSION, range: { lt: version } }] };
}

function gather<T>(groups: Map<number, T[]>, version: number, item: T): void {
  const group = groups.get(version);
  if (group) group.push(item);
  else groups.set(version, [item]);
}

function sizeOf(change: IndexChange): number {
  return change.kind === 'upsert' ? pointSize(change.point) : 0;
}

/** Facets repeat the payload's values, so it counts twice. */
function pointSize({ vector, payload }: IndexPoint): number {
  return (vector?.length ?? 0) * BYTES_PER_COMPONENT + 2 * Buffer.byteLength(JSON.stringify(payload));
}
