import { shownValidity, type CollapsedHit, type Memory, type RecallHit } from '@sfm/memory';

/** The fields of a memory that every answer shows. The payload is returned exactly as the caller sent it. */
export function memoryView(memory: Memory) {
  return {
    coordinate: memory.coordinate,
    type: memory.type,
    payload: memory.payload,
    importance: memory.importance,
    importance_norm: memory.importanceNorm,
    version: memory.version,
    created_at: memory.createdAt.toISOString(),
    updated_at: memory.updatedAt.toISOString(),
    ...shownValidity(memory.validity),
  };
}

/** A whole memory. */
export function fullMemoryView(memory: Memory) {
  return {
    ...memoryView(memory),
    content_hash: memory.contentHash,
    last_accessed_at: memory.lastAccessedAt?.toISOString() ?? null,
    access_count: memory.accessCount,
    expires_at: memory.expiresAt?.toISOString() ?? null,
  };
}

/** A recalled memory: the common fields, its score, and what else was requested. */
export function hitView({ memory, score, explanation, tokens, collapsed }: RecallHit) {
  return {
    ...memoryView(memory),
    score,
    ...(explanation ? { explanation } : {}),
    ...(tokens === undefined ? {} : { tokens }),
    ...(collapsed ? { collapsed: collapsed.map(collapsedView) } : {}),
  };
}

/** Names a memory that says nearly the same as a better hit. */
function collapsedView({ memory, score, similarity }: CollapsedHit) {
  return { coordinate: memory.coordinate, version: memory.version, score, similarity };
}
