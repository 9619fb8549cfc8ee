import { STATUS_CODES } from 'node:http';
import { fieldName } from '@sfm/edge';
import type { HttpError } from './http-error.js';

export const PROBLEM_CONTENT_TYPE = 'application/problem+json';

/** Error body of the v1 routes (RFC 9457). */
export interface ProblemBody {
  /** Kind of problem: `urn:sfm:problem:<code>`. */
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  /** Path of the request. */
  readonly instance: string;
  readonly request_id: string;
  /** Of an import that ended: where, and where it goes on. */
  readonly line?: number;
  readonly resume_from_line?: number;
  readonly records?: number;
  readonly errors?: readonly { readonly field: string; readonly message: string }[];
}

export function problemResponse(
  error: HttpError,
  request: { readonly path: string; readonly id: string },
): { status: number; body: ProblemBody } {
  const status = v1Status(error);
  const errors = error.problems?.map((problem) => ({
    field: error.code === 'malformed_json' ? problem.part : fieldName(problem),
    message: problem.allowed,
  }));
  const body = {
    type: `urn:sfm:problem:${error.code}`,
    title: STATUS_CODES[status] ?? 'Error',
    status,
    detail: error.message,
    instance: request.path,
    request_id: request.id,
    ...error.facts,
  };
  return { status, body: errors ? { ...body, errors } : body };
}

/** v1 reports unreadable JSON as a bad request and a bad coordinate like any other bad value. */
function v1Status({ status, code }: HttpError): number {
  if (code === 'malformed_json') return 400;
  return code === 'invalid_coordinate' ? 422 : status;
}
