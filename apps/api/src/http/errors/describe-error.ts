import { HttpException } from '@nestjs/common';
import { fieldPath, InvalidShapeError, type FieldProblem, type RequestPart } from '@sfm/edge';
import { InvalidBulkItemError, InvalidRequestError, MemoryError, type ErrorCode } from '@sfm/memory';
import { MalformedJsonError } from '../requests/json-body.js';
import { describeStatus, INTERNAL_ERROR, type ErrorDescription } from './error-description.js';

const STATUS: Readonly<Record<ErrorCode, number>> = {
  invalid_request: 422,
  invalid_coordinate: 400,
  payload_too_large: 413,
  memory_not_found: 404,
  namespace_forbidden: 403,
  version_conflict: 409,
  namespace_busy: 409,
  store_unavailable: 503,
  embedder_unavailable: 503,
  index_unavailable: 503,
  bus_unavailable: 503,
};

/** Seconds a client is asked to wait where an error does not know better. */
const RETRY_AFTER_SECONDS = 1;

/** Says of any thrown thing what to answer. Unknown errors tell nothing about themselves. */
export function describeError(error: unknown, part: RequestPart): ErrorDescription {
  if (error instanceof MemoryError) return describeMemoryError(error, part);
  if (error instanceof InvalidShapeError) {
    return { status: 422, code: 'invalid_request', message: error.message, problems: error.problems };
  }
  if (error instanceof MalformedJsonError) return describeMalformedJson(error);
  if (error instanceof HttpException) return describeHttpException(error);
  return INTERNAL_ERROR;
}

function describeMemoryError(error: MemoryError, part: RequestPart): ErrorDescription {
  const status = STATUS[error.code];
  const description = { status, code: error.code, message: error.message };
  if (error instanceof InvalidBulkItemError) {
    return {
      ...description,
      status: error.reason.code === 'payload_too_large' ? 413 : 422,
      problems: [problemOf(error, part)],
    };
  }
  if (error instanceof InvalidRequestError) return { ...description, problems: [problemOf(error, part)] };
  if (status !== 503) return description;
  const seconds = 'retryAfterSeconds' in error ? Number(error.retryAfterSeconds) : RETRY_AFTER_SECONDS;
  return { ...description, message: unavailable(error.code), headers: { 'retry-after': String(seconds) } };
}

/** Messages of adapters may name hosts and drivers; callers get the plain fact. */
function unavailable(code: ErrorCode): string {
  const part = { store_unavailable: 'store', embedder_unavailable: 'embedder', index_unavailable: 'index' };
  return `The ${code in part ? part[code as keyof typeof part] : 'service'} does not answer; retrying is safe`;
}

/** Where the core found a bad value. Only headers start with a capital letter; ` (key)` blames an object's key. */
export function problemOf(error: InvalidRequestError, part: RequestPart): FieldProblem {
  const inHeader = /^[A-Z]/.test(error.field);
  const field = error.field.replace(/ \(key\)$/, '');
  const allowed = field === error.field ? error.allowed : `has a key that ${error.allowed}`;
  return {
    part: inHeader ? 'header' : part,
    path: inHeader ? [field] : fieldPath(field),
    type: 'value_error',
    msg: `Value error, ${field} ${allowed}`,
    allowed,
    ctx: { error: allowed },
  };
}

function describeMalformedJson({ reason, position, message }: MalformedJsonError): ErrorDescription {
  const problem: FieldProblem = {
    part: 'body',
    path: [position],
    type: 'json_invalid',
    msg: 'JSON decode error',
    allowed: 'must be valid JSON',
    input: {},
    ctx: { error: reason },
  };
  return { status: 422, code: 'malformed_json', message, problems: [problem] };
}

function describeHttpException(error: HttpException): ErrorDescription {
  const status = error.getStatus();
  if (status === 500) return INTERNAL_ERROR;
  const retry = status === 503 ? { headers: { 'retry-after': String(RETRY_AFTER_SECONDS) } } : {};
  const description = { ...describeStatus(status, error.message), ...retry };
  return 'code' in error && typeof error.code === 'string' ? { ...description, code: error.code } : description;
}
