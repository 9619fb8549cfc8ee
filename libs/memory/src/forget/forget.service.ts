import { v7 as uuidv7 } from 'uuid';
import { coordinateKey, type Coordinate } from '../model/coordinate.js';
import type { MemoryWriter } from '../store/memory-writer.port.js';
import type { Namespace } from '../model/namespace.js';

/** Deletes memories. What is deleted is gone from every read and recall as soon as this resolves. */
export class ForgetService {
  constructor(private readonly writer: MemoryWriter) {}

  /** Deletes what lives at the coordinates, in one transaction. Resolves with how many there were. */
  async forget(namespace: Namespace, coordinates: readonly Coordinate[]): Promise<number> {
    const keys = [...new Set(coordinates.map(coordinateKey))];
    const deleted = await this.writer.delete(keys.map((key) => ({ namespace, key, eventId: uuidv7() })));
    return deleted.length;
  }
}
