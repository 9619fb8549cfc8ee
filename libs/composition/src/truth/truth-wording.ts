import type { ConnectionProblem } from '@sfm/storage';

/** Messages about PostgreSQL problems; a caller that knows where the address is configured supplies its own. */
export interface TruthWording {
  /** The server does not answer yet; the connection is retried. */
  waiting(reason: string): string;
  /** The server did not answer within the time limit. */
  unreachable(reason: string): string;
  /** The server answers but refuses access. */
  refused(reason: string, problem: ConnectionProblem): string;
  /** Another process needs exclusive use of the database at `location`; `holder` describes it as ` (…)`. */
  inUse(holder: string, location: string): string;
  /** A pooler answers where the server itself is wanted. `isDirect`: at the address that is said to be the server's own. */
  pooled(isDirect: boolean): string;
}

export const PLAIN_WORDING: TruthWording = {
  waiting: (reason) => `waiting for PostgreSQL: ${reason}`,
  unreachable: (reason) => `PostgreSQL cannot be reached (${reason})`,
  refused: (reason, problem) => `PostgreSQL refused us (${reason}); ${problem}`,
  inUse: (holder, location) =>
    `another SomaFractalMemory${holder} serves the ${location}. An index that lives in its process allows no second ` +
    'one: stop it first, use another database, or share one Qdrant.',
  pooled: (isDirect) =>
    isDirect
      ? 'a pooler answers at the address that is to be the PostgreSQL itself'
      : 'a pooler answers in place of PostgreSQL: tell the address of the server itself too, for what needs a session',
};
