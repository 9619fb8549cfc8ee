import type { Memory } from '../model/memory.js';
import { toNamespace } from '../model/namespace.js';

/** A memory with defaults; its key and coordinate follow from its id unless given. */
export function aMemory(details: Partial<Memory> = {}): Memory {
  const { id = 1 } = details;
  return {
    id,
    namespace: toNamespace('test'),
    coordinate: [id],
    key: String(id),
    type: 'episodic',
    payload: { text: 'hello' },
    importance: null,
    importanceNorm: 0,
    version: 1,
    contentHash: '',
    createdAt: new Date('2024-01-01T12:00:00Z'),
    updatedAt: new Date('2024-01-01T12:00:00Z'),
    lastAccessedAt: null,
    accessCount: 0,
    expiresAt: null,
    ...details,
  };
}
