import { HttpException } from '@nestjs/common';
import { describeError, INTERNAL_ERROR, type FieldProblem, type RequestPart } from '@sfm/edge';
import { httpError, statusError, type HttpError } from './http-error.js';
import { HttpRefusal } from './http-refusal.js';
import { MalformedJsonError } from './malformed-json-error.js';

/** Default `Retry-After`, in seconds. */
const RETRY_AFTER_SECONDS = 1;

/** Maps any thrown value to an HTTP error: the edge's description, extended by errors that only occur in HTTP. */
export function describeHttpError(error: unknown, part: RequestPart = 'body'): HttpError {
  if (error instanceof MalformedJsonError) return describeMalformedJson(error);
  if (error instanceof HttpRefusal) return error.answer;
  if (error instanceof HttpException) return describeHttpException(error);
  return httpError(describeError(error, part));
}

function describeMalformedJson({ reason, position, message }: MalformedJsonError): HttpError {
  const problem: FieldProblem = {
    part: 'body',
    path: [position],
    type: 'json_invalid',
    msg: 'JSON decode error',
    allowed: 'must be valid JSON',
    input: {},
    ctx: { error: reason },
  };
  return { status: 422, code: 'malformed_json', message, problems: [problem], loudness: 'silent' };
}

function describeHttpException(error: HttpException): HttpError {
  const status = error.getStatus();
  if (status === 500) return httpError(INTERNAL_ERROR);
  const retry = status === 503 ? { headers: { 'retry-after': String(RETRY_AFTER_SECONDS) } } : {};
  return { ...statusError(status, error.message), ...retry };
}
