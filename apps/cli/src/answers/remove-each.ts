import type { JsonValue } from '@sfm/memory';
import type { MemoryClient } from '../client/memory-client.js';
import { RefusedError } from '../client/refusals.js';
import { coordinateText } from './fields.js';

/** Deletes what is at the coordinates; resolves with how many there were. */
export async function removeEach(client: MemoryClient, coordinates: Iterable<JsonValue>): Promise<number> {
  let removed = 0;
  for (const coordinate of coordinates) {
    const place = typeof coordinate === 'string' ? coordinate : coordinateText(coordinate);
    try {
      await client.call('remove', { place });
      removed += 1;
    } catch (error) {
      if (!(error instanceof RefusedError) || error.code !== 'memory_not_found') throw error;
    }
  }
  return removed;
}
