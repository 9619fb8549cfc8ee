import type { ErrorCode } from '@sfm/memory';
import type { FieldProblem } from '../checks/field-problem.js';

/** The core's catalogue, and what is none of it: a fault of ours. */
export type DescribedCode = ErrorCode | 'internal_error';

/** Who must know: nobody but the caller, whoever looks after the servers, or whoever looks after this code. */
export type Loudness = 'silent' | 'warning' | 'error';

/** What went wrong, in words for the caller. Each transport gives it a status and a shape of its own. */
export interface ErrorDescription {
  /** Stable. */
  readonly code: DescribedCode;
  /** One sentence for the caller. */
  readonly message: string;
  /** The values that are wrong, where the error is about values. */
  readonly problems?: readonly FieldProblem[];
  /** When to try again, where that helps. */
  readonly retryAfterSeconds?: number;
  readonly loudness: Loudness;
}

/** Tells nothing about itself. */
export const INTERNAL_ERROR: ErrorDescription = {
  code: 'internal_error',
  message: 'Internal Server Error',
  loudness: 'error',
};
