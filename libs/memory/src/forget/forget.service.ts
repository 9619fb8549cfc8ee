import { v7 as uuidv7 } from 'uuid';
import { toTheEnd } from '../attempts/bounded-wait.js';
import { coordinateKey, type Coordinate } from '../model/coordinate.js';
import type { MemoryWriter } from '../store/memory-writer.port.js';
import type { Namespace } from '../model/namespace.js';

/** Deletes memories. Once this resolves, no read or recall returns them. */
export class ForgetService {
  constructor(private readonly writer: MemoryWriter) {}

  /**
   * Deletes the memories at the coordinates in one transaction, whether the caller waits or not. Resolves with the number
   * deleted.
   *
   * @throws StoreUnavailableError; OutcomeUnknownError; RequestEndedError
   */
  async forget(namespace: Namespace, coordinates: readonly Coordinate[]): Promise<number> {
    const keys = [...new Set(coordinates.map(coordinateKey))];
    const commands = keys.map((key) => ({ namespace, key, eventId: uuidv7() }));
    const deleted = await toTheEnd(() => this.writer.delete(commands));
    return deleted.length;
  }
}
