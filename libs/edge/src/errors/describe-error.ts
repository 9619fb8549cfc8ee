import {
  ImportStoppedError,
  InvalidBulkItemError,
  InvalidRequestError,
  MemoryError,
  RequestEndedError,
  type ErrorCode,
} from '@sfm/memory';
import { fieldPath, InvalidShapeError, type FieldProblem, type RequestPart } from '../checks/field-problem.js';
import { INTERNAL_ERROR, type ErrorDescription } from './error-description.js';

/** Seconds a caller is asked to wait when the error gives no time. */
const RETRY_AFTER_SECONDS = 1;

/**
 * Sentences for callers about what did not answer, and what that means for the request: messages of adapters may name
 * hosts and drivers.
 */
const AWAY: Readonly<Partial<Record<ErrorCode, string>>> = {
  deadline_exceeded: 'The request was not answered in time; nothing was changed, and retrying is safe',
  store_unavailable: 'The store does not answer; nothing was changed, and retrying is safe',
  store_full: 'The disk of the store is full: nothing was changed, and nothing can be until its operator makes room',
  outcome_unknown: 'The store did not answer in time: whether the change was made is unknown; repeating it is safe',
  embedder_unavailable: 'The embedder does not answer; retrying is safe',
  index_unavailable: 'The index does not answer; retrying is safe',
  write_not_visible: 'The write that X-Soma-Consistency names is not visible here yet; retrying is safe',
  issuer_unavailable: 'Whoever signs the tokens does not answer, so that this one cannot be checked; retrying is safe',
  bus_unavailable: 'The service does not answer; retrying is safe',
};

/**
 * Describes any thrown value for the caller. Details of unknown errors are hidden.
 *
 * @param part of the request that the values came from, for errors that blame a value.
 */
export function describeError(error: unknown, part: RequestPart = 'body'): ErrorDescription {
  if (error instanceof MemoryError) return describeMemoryError(error, part);
  if (error instanceof InvalidShapeError) {
    return { code: 'invalid_request', message: error.message, problems: error.problems, loudness: 'silent' };
  }
  return INTERNAL_ERROR;
}

function describeMemoryError(error: MemoryError, part: RequestPart): ErrorDescription {
  const { code, message } = error;
  const away = AWAY[code];
  if (away !== undefined) {
    // Nobody reads the answer to a caller that hung up, and there is nothing to mend.
    const loudness = isHangUp(error) || isHangUp(error.cause) ? 'silent' : 'warning';
    return { code, message: away, retryAfterSeconds: waitOf(error) ?? RETRY_AFTER_SECONDS, loudness };
  }
  if (error instanceof ImportStoppedError) return describeStop(error);
  if (error instanceof InvalidBulkItemError) {
    const reason = error.reason.code === 'payload_too_large' ? error.reason.code : code;
    return { code: reason, message, problems: [problemOf(error, part)], loudness: 'silent' };
  }
  if (error instanceof InvalidRequestError) {
    return { code, message, problems: [problemOf(error, part)], loudness: 'silent' };
  }
  const retryAfterSeconds = waitOf(error);
  return { code, message, ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }), loudness: 'silent' };
}

/** Says where the file is at fault and where an import of it goes on. */
function describeStop({
  code,
  message,
  line,
  problem,
  progress,
  retryAfterSeconds,
}: ImportStoppedError): ErrorDescription {
  const facts = { line, resume_from_line: progress.resumeFromLine, records: progress.records };
  if (retryAfterSeconds !== undefined) return { code, message, facts, retryAfterSeconds, loudness: 'warning' };
  const at = {
    part: 'body',
    path: ['line', line],
    type: 'value_error',
    msg: `Value error, ${problem}`,
    allowed: problem,
  } as const;
  return { code, message, facts, problems: [at], loudness: 'silent' };
}

function isHangUp(error: unknown): boolean {
  return error instanceof RequestEndedError && error.why === 'hung up';
}

function waitOf(error: MemoryError): number | undefined {
  return 'retryAfterSeconds' in error ? Number(error.retryAfterSeconds) : undefined;
}

/**
 * Part of the request where the core found a bad value. Only headers start with a capital letter; ` (key)` blames an
 * object's key.
 */
function problemOf(error: InvalidRequestError, part: RequestPart): FieldProblem {
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
