import type { JsonObject, MemoryType } from '@sfm/memory';
import type { Core, Place } from './part.js';
import type { Reading } from './reading.js';

/** Where memories can be given to. */
export interface Recipient {
  storeMemory(coordinate: Place, value: JsonObject, memoryType?: MemoryType): Promise<unknown>;
}

/**
 * Stores every memory that passes the filter at the same coordinate of another memory system, with its payload and
 * type; what is there is replaced.
 */
export async function share(
  core: Core,
  reading: Pick<Reading, 'memories'>,
  other: Recipient,
  passes: (memory: JsonObject) => boolean,
): Promise<void> {
  for await (const memory of reading.memories()) {
    if (!passes(core.enriched(memory))) continue;
    await other.storeMemory(memory.coordinate, core.sealed.open(memory.payload), memory.type);
  }
}
