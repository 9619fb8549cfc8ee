import type { ConnectionProblem } from '@sfm/storage';

/** How trouble with a PostgreSQL server is told to people; whoever knows where its address stands says so. */
export interface TruthWording {
  /** It does not answer yet, and is tried again. */
  waiting(reason: string): string;
  /** It has not answered for too long. */
  unreachable(reason: string): string;
  /** It answers and lets nobody in. */
  refused(reason: string, problem: ConnectionProblem): string;
  /** Another process, with ` (…)` about it, needs the database at `location` for itself. */
  inUse(holder: string, location: string): string;
}

export const PLAIN_WORDING: TruthWording = {
  waiting: (reason) => `waiting for PostgreSQL: ${reason}`,
  unreachable: (reason) => `PostgreSQL cannot be reached (${reason})`,
  refused: (reason, problem) => `PostgreSQL refused us (${reason}); ${problem}`,
  inUse: (holder, location) =>
    `another SomaFractalMemory${holder} serves the ${location}. An index that lives in its process allows no second ` +
    'one: stop it first, use another database, or share one Qdrant.',
};
