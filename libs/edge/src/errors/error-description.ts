import type { ErrorCode } from '@sfm/memory';
import type { FieldProblem } from '../checks/field-problem.js';

/** The core's error codes, and one for anything else: a fault of this service. */
export type DescribedCode = ErrorCode | 'internal_error';

/** Who has to act: only the caller, the operators of the servers, or the maintainers of this code. */
export type Loudness = 'silent' | 'warning' | 'error';

/** An error as described to the caller. Each transport maps it to its own status and format. */
export interface ErrorDescription {
  /** Stable. */
  readonly code: DescribedCode;
  /** One sentence for the caller. */
  readonly message: string;
  /** The invalid values, if the error is about values. */
  readonly problems?: readonly FieldProblem[];
  /** Further facts for programs, by name. */
  readonly facts?: Readonly<Record<string, number>>;
  /** When to retry, if retrying helps. */
  readonly retryAfterSeconds?: number;
  readonly loudness: Loudness;
}

/** Reveals no details of the error. */
export const INTERNAL_ERROR: ErrorDescription = {
  code: 'internal_error',
  message: 'Internal Server Error',
  loudness: 'error',
};
