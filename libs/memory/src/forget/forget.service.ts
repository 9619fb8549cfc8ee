import { v7 as uuidv7 } from 'uuid';
import { coordinateKey, type Coordinate } from '../model/coordinate.js';
import type { MemoryWriter } from '../store/memory-writer.port.js';
import type { Namespace } from '../model/namespace.js';

/** Deletes memories. Once this resolves, no read or recall returns them. */
export class ForgetService {
  constructor(private readonly writer: MemoryWriter) {}

  /** Deletes the memories at the coordinates in one transaction. Resolves with the number deleted. */
  async forget(namespace: Namespace, coordinates: readonly Coordinate[]): Promise<number> {
    const keys = [...new Set(coordinates.map(coordinateKey))];
    const deleted = await this.writer.delete(keys.map((key) => ({ namespace, key, eventId: uuidv7() })));
    return deleted.length;
  }
}
