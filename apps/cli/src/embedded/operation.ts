import type { PageCursor, RequestLimits, WatchPositions } from '@sfm/edge';
import type { Principal } from '@sfm/memory';
import type { Call } from '../client/memory-client.js';
import type { Operation } from '../client/operations.js';

type Answer = (principal: Principal, call: Call) => Promise<object>;
export type EmbeddedOperations = Readonly<Record<Operation, Answer>>;

/** What the operations stand on. */
export interface Checks {
  readonly limits: RequestLimits;
  readonly cursors: PageCursor;
  readonly positions: WatchPositions;
}
