import type { Memory } from '../model/memory.js';
import { statedTimes } from '../model/shown-validity.js';
import type { MemoryReader } from '../read/memory-reader.port.js';
import type { NewMemory } from './store.types.js';

/**
 * Returns what keeps the validity of a memory that is stored again: when it holds, and what it does supersede. Another
 * memory may have been stored in the meantime where one of those lived; that one it does not.
 *
 * @throws StoreUnavailableError
 */
export async function sameValidity(
  { namespace, key, validity }: Memory,
  memories: Pick<MemoryReader, 'findByKeys'>,
): Promise<Pick<NewMemory, 'validFrom' | 'validTo' | 'supersedes' | 'isTakenOver'>> {
  const { supersedes = [] } = validity ?? {};
  if (supersedes.length === 0) return statedTimes(validity);
  const living = await memories.findByKeys(namespace, supersedes, new Date());
  const isStill = (older: Memory) => Object.hasOwn(older.validity?.supersededBy ?? {}, key);
  const still = living.filter(isStill).map(({ coordinate }) => coordinate);
  return { ...statedTimes(validity), supersedes: still, isTakenOver: true };
}
