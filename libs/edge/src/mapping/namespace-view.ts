import {
  toNamespace,
  UnknownCursorError,
  type Namespace,
  type NamespacePage,
  type NamespaceSummary,
} from '@sfm/memory';

export function namespaceView(summary: NamespaceSummary) {
  const { namespace, counts, links, bytes, newestAt, pending, oldestPendingSeconds } = summary;
  return {
    namespace,
    memories: { total: counts.total, episodic: counts.episodic, semantic: counts.semantic },
    links,
    bytes,
    newest_at: newestAt?.toISOString() ?? null,
    index_lag: { pending, seconds: oldestPendingSeconds },
  };
}

/** The cursor is a name that the caller has been told or may use: there is nothing to hide in it. */
export function namespacePageView({ namespaces, next }: NamespacePage) {
  return {
    namespaces: namespaces.map(namespaceView),
    next_cursor: next === undefined ? null : Buffer.from(next).toString('base64url'),
  };
}

/** @throws UnknownCursorError unless it can be the cursor of a page of namespaces */
export function readNamespaceCursor(cursor: string): Namespace {
  try {
    const name = Buffer.from(cursor, 'base64url').toString();
    if (Buffer.from(name).toString('base64url') !== cursor) throw new TypeError('not as it was written');
    return toNamespace(name);
  } catch {
    throw new UnknownCursorError('cursor', 'must be the next_cursor of an earlier page of namespaces');
  }
}
