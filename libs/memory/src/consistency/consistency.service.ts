import { UnknownWriteError } from '../model/errors.js';
import type { WritePosition } from '../model/write-position.js';
import { untilVisible } from './until-visible.js';
import type { WritePositions } from './write-positions.port.js';

const WAIT_MS = 2000;

/** Lets a caller read what it or another one wrote, in whichever process. */
export class ConsistencyService {
  /** @param waitMs how long a read waits for a write that it has to see, in milliseconds */
  constructor(
    private readonly positions: WritePositions,
    private readonly waitMs = WAIT_MS,
  ) {}

  /** The newest write: whoever sees it sees all that were acknowledged before the call. @throws StoreUnavailableError */
  newest(): Promise<WritePosition> {
    return this.positions.newest();
  }

  /**
   * Resolves when reads of this process see the write.
   *
   * @param field where the caller named it
   * @throws UnknownWriteError for a write that the ledger does not have; WriteNotVisibleError when it is not
   * seen in time; StoreUnavailableError
   */
  async whenSeen(position: WritePosition, field: string): Promise<void> {
    const attempt = async () => {
      const standing = await this.positions.standing(position);
      if (standing === 'unknown') {
        throw new UnknownWriteError(
          field,
          'names a write that the database does not have (any more): it is of another service, or was undone by a restore',
        );
      }
      return standing === 'seen' ? true : undefined;
    };
    await untilVisible(attempt, this.waitMs);
  }
}
