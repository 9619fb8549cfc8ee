import type { WritePosition } from '../model/write-position.js';

/**
 * `seen`: reads see the write. `awaited`: not yet, because they are answered by a copy that follows. `unknown`: the ledger
 * never had it.
 */
export type PositionStanding = 'seen' | 'awaited' | 'unknown';

/** Tells which writes the reads of this process see. */
export abstract class WritePositions {
  /** The newest write that reads see: at or after each that was acknowledged before the call. */
  abstract newest(): Promise<WritePosition>;

  abstract standing(position: WritePosition): Promise<PositionStanding>;
}
