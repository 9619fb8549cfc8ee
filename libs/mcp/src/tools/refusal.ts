import { describeError, fieldName } from '@sfm/edge';

/** What a model is told of a call that was refused: what was wrong with which argument, and what is allowed. */
export interface Refusal {
  readonly code: string;
  readonly message: string;
  readonly problems?: readonly { readonly argument: string; readonly allowed: string }[];
  readonly retry_after_seconds?: number;
}

export function refusalOf(error: unknown): Refusal {
  const { code, message, problems = [], retryAfterSeconds } = describeError(error);
  const told = problems.map((problem) => ({
    argument: problem.path.length === 0 ? 'arguments' : fieldName(problem),
    allowed: problem.allowed,
  }));
  return {
    code,
    message: told.length === 0 ? message : told.map(({ argument, allowed }) => `${argument} ${allowed}`).join('; '),
    ...(told.length === 0 ? {} : { problems: told }),
    ...(retryAfterSeconds === undefined ? {} : { retry_after_seconds: retryAfterSeconds }),
  };
}
