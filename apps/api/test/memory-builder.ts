import { toNamespace, type Memory, type RecallHit } from '@sfm/memory';

/** A memory with defaults; a test states what matters to it. */
export function aMemory(changes: Partial<Memory> = {}): Memory {
  const at = new Date('2026-03-01T10:00:00Z');
  return {
    id: 1,
    namespace: toNamespace('api_ns'),
    coordinate: [1, 2, 3],
    key: '1,2,3',
    type: 'episodic',
    payload: { text: 'The kettle is blue' },
    importance: null,
    importanceNorm: 0.25,
    version: 2,
    contentHash: 'ab',
    createdAt: at,
    updatedAt: at,
    lastAccessedAt: null,
    accessCount: 0,
    expiresAt: null,
    ...changes,
  };
}

export function aHit(changes: Partial<Memory> = {}, score = 1.5): RecallHit {
  return { memory: aMemory(changes), score };
}
