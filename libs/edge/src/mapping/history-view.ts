import {
  coordinateKey,
  shownValidity,
  type Coordinate,
  type HistoryPage,
  type Namespace,
  type PatchOperation,
  type ShownVersion,
  type VersionPair,
  type VersionsQuery,
} from '@sfm/memory';
import type { RequestLimits } from '../checks/request-limits.js';
import type { PageCursor } from './page-cursor.js';

/** A request for a page of versions. */
export interface HistoryFields {
  readonly limit: number;
  /** `next_cursor` of the page before. */
  readonly cursor?: string | undefined;
}

/** The memory whose history is asked for. */
export interface HistoryPlace {
  readonly namespace: Namespace;
  readonly coordinate: Coordinate;
}

/** @throws InvalidRequestError naming the field that is over a limit; UnknownCursorError */
export function toVersionsQuery(
  { namespace, coordinate }: HistoryPlace,
  { limit, cursor }: HistoryFields,
  { limits, cursors }: { readonly limits: RequestLimits; readonly cursors: PageCursor },
): VersionsQuery {
  return {
    limit: limits.topK(limit, 'limit'),
    ...(cursor === undefined ? {} : { before: cursors.readVersion(namespace, coordinateKey(coordinate), cursor) }),
  };
}

/** A page of versions, with the cursor of the next one. */
export function historyView(
  { namespace, coordinate }: HistoryPlace,
  { versions, next }: HistoryPage,
  cursors: PageCursor,
) {
  const key = coordinateKey(coordinate);
  return {
    coordinate,
    versions: versions.map(versionView),
    next_cursor: next === undefined ? null : cursors.writeVersion(namespace, key, next),
  };
}

export function diffView(coordinate: Coordinate, { from, to }: VersionPair, changes: readonly PatchOperation[]) {
  return { coordinate, from, to, changes };
}

function versionView({ version, kind, at, type, content, withheld }: ShownVersion) {
  return {
    version,
    kind,
    at: at.toISOString(),
    type,
    payload: content?.payload ?? null,
    importance: content?.importance ?? null,
    importance_norm: content?.importanceNorm ?? null,
    content_hash: content?.contentHash ?? null,
    expires_at: content?.expiresAt?.toISOString() ?? null,
    ...shownValidity(content?.validity),
    withheld,
  };
}
