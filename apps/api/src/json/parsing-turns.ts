import { nextTurn } from '@sfm/memory';

/** Bodies up to this many bytes are parsed in well under a millisecond, and need no turn. */
const SMALL_BYTES = 64 * 1024;

let last: Promise<void> = Promise.resolve();

/**
 * Resolves when a body of the size may be parsed: large ones that arrive together are worked on one per turn of the event
 * loop, so that others are answered in between.
 */
export function turnToParse(bytes: number): Promise<void> {
  if (bytes <= SMALL_BYTES) return Promise.resolve();
  last = last.then(nextTurn);
  return last;
}
