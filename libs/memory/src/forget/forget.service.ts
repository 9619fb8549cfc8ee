import { v7 as uuidv7 } from 'uuid';
import { toTheEnd } from '../attempts/bounded-wait.js';
import { noteWritten } from '../consistency/consistency-scope.js';
import { coordinateKey, type Coordinate } from '../model/coordinate.js';
import type { MemoryWriter } from '../store/memory-writer.port.js';
import type { Namespace } from '../model/namespace.js';
import type { QuotingMemories } from './quoting-memories.port.js';

/** Deletes memories. Once this resolves, no read or recall returns them, nor what the service made of their words. */
export class ForgetService {
  /** @param quoting by default nothing quotes a memory */
  constructor(
    private readonly writer: Pick<MemoryWriter, 'delete'>,
    private readonly quoting?: QuotingMemories,
  ) {}

  /**
   * Deletes the memories at the coordinates, and those that quote them, in one transaction, whether the caller waits or
   * not. Resolves with the number deleted at the coordinates.
   *
   * @throws StoreUnavailableError; OutcomeUnknownError; RequestEndedError
   */
  async forget(namespace: Namespace, coordinates: readonly Coordinate[]): Promise<number> {
    const keys = [...new Set(coordinates.map(coordinateKey))];
    const quoting = (await this.quoting?.quoting(namespace, keys, new Date())) ?? [];
    const commands = [...new Set([...keys, ...quoting])].map((key) => ({ namespace, key, eventId: uuidv7() }));
    const deleted = await toTheEnd(() => this.writer.delete(commands));
    noteWritten(deleted[0]?.position);
    const asked = new Set(keys);
    return deleted.filter(({ key }) => asked.has(key)).length;
  }
}
