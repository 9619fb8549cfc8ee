/** Stable codes of all errors of the core. Transports map them to their own status. */
export const ERROR_CODES = [
  'invalid_request',
  'invalid_coordinate',
  'payload_too_large',
  'unknown_cursor',
  'unknown_moment',
  'unknown_write',
  'memory_not_found',
  'version_not_found',
  'version_unavailable',
  'missing_token',
  'invalid_token',
  'token_rejected',
  'issuer_unavailable',
  'key_not_found',
  'namespace_forbidden',
  'scope_forbidden',
  'rate_limit_exceeded',
  'request_in_flight',
  'deadline_exceeded',
  'store_unavailable',
  'store_full',
  'outcome_unknown',
  'embedder_unavailable',
  'index_unavailable',
  'write_not_visible',
  'bus_unavailable',
  'version_conflict',
  'namespace_busy',
  'namespace_moving',
  'namespace_not_empty',
  'lock_held',
  'lock_lost',
  'run_not_found',
  'lifecycle_busy',
  'graph_limit_exceeded',
  'answer_too_large',
  'broken_import',
  'import_conflict',
  'import_interrupted',
] as const;
export type ErrorCode = (typeof ERROR_CODES)[number];

/** Base of the catalogue: a stable `code`, a message that says what to do, and the cause where there is one. */
export abstract class MemoryError extends Error {
  abstract readonly code: ErrorCode;

  constructor(message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = new.target.name;
  }
}

/** A value of the request is not allowed. `field` names it (dotted path), `allowed` says what is allowed. */
export class InvalidRequestError extends MemoryError {
  readonly code: ErrorCode = 'invalid_request';

  constructor(
    readonly field: string,
    readonly allowed: string,
  ) {
    super(`${field}: ${allowed}`);
  }
}

/** The coordinate is empty, too long, not numeric or not finite. */
export class InvalidCoordinateError extends InvalidRequestError {
  override readonly code: ErrorCode = 'invalid_coordinate';
}

/** A payload is larger than the configured limit. */
export class PayloadTooLargeError extends InvalidRequestError {
  override readonly code: ErrorCode = 'payload_too_large';
}

/** A cursor names no page: this service did not write it, or not for this namespace. */
export class UnknownCursorError extends InvalidRequestError {
  override readonly code: ErrorCode = 'unknown_cursor';
}

/** A read of the past names a moment of which nothing is known: it is yet to come, or the namespace had nothing then. */
export class UnknownMomentError extends InvalidRequestError {
  override readonly code: ErrorCode = 'unknown_moment';
}

/** A token for consistent reads is broken, or names a write that this service does not have in this namespace. */
export class UnknownWriteError extends InvalidRequestError {
  override readonly code: ErrorCode = 'unknown_write';
}

/** One item of a bulk request is not allowed; nothing of the request was stored. `index` counts from 0. */
export class InvalidBulkItemError extends InvalidRequestError {
  constructor(
    readonly index: number,
    readonly reason: InvalidRequestError,
  ) {
    super(`items.${index}.${reason.field}`, reason.allowed);
  }
}

/** No memory lives at this coordinate of this namespace: never stored, deleted, or expired. */
export class MemoryNotFoundError extends MemoryError {
  readonly code: ErrorCode = 'memory_not_found';

  constructor(
    readonly namespace: string,
    readonly key: string,
  ) {
    super(`no memory at coordinate ${key} in namespace ${namespace}`);
  }
}

/** The coordinate has not come to this version yet. */
export class VersionNotFoundError extends MemoryError {
  readonly code: ErrorCode = 'version_not_found';

  constructor(readonly version: number) {
    super(`there is no version ${version} at this coordinate; its history lists those that there are`);
  }
}

const WHY_UNAVAILABLE = {
  deletion: 'is a deletion, which has no content; name a version before it',
  deleted: 'belongs to a memory that was deleted or has expired, and is not read any more',
  replaced: 'belongs to a memory that was deleted or expired before another one was stored there',
  expired: 'was to expire, and its time is past',
  erased: 'was erased',
  unknown: 'was written by an earlier release, which did not note what was sent',
} as const;

/** The version has been, and its content is not to be had. */
export class VersionUnavailableError extends MemoryError {
  readonly code: ErrorCode = 'version_unavailable';

  constructor(
    readonly version: number,
    readonly why: keyof typeof WHY_UNAVAILABLE,
  ) {
    super(`version ${version} ${WHY_UNAVAILABLE[why]}`);
  }
}

/** The versions that conflict. */
export interface VersionConflict {
  readonly namespace: string;
  readonly key: string;
  /** The version the caller expected; 0 for none. */
  readonly expected: number;
  /** The version at the coordinate; 0 for none. */
  readonly actual: number;
}

/** A conditional write or deletion expected a version other than the one at the coordinate. Nothing was changed. */
export class VersionConflictError extends MemoryError {
  readonly code: ErrorCode = 'version_conflict';

  constructor(readonly conflict: VersionConflict) {
    const { key, expected, actual } = conflict;
    const lives = actual === 0 ? 'nothing lives there' : `version ${actual} lives there`;
    super(
      `coordinate ${key}: expected ${expected === 0 ? 'nothing' : `version ${expected}`}, but ${lives}; read it again`,
    );
  }
}

/** No token came with the request. */
export class MissingTokenError extends MemoryError {
  readonly code: ErrorCode = 'missing_token';

  constructor() {
    super('Missing bearer token');
  }
}

/** The token is not valid. */
export class InvalidTokenError extends MemoryError {
  readonly code: ErrorCode = 'invalid_token';

  constructor(message = 'Invalid token') {
    super(message);
  }
}

/** The token is one that was issued, and cannot be used; the message says why. */
export class RejectedTokenError extends InvalidTokenError {
  override readonly code: ErrorCode = 'token_rejected';

  constructor(readonly reason: string) {
    super(`The token cannot be used: ${reason}`);
  }
}

/** Whoever signs tokens does not say with which keys, so that nobody can tell whether a token is valid. */
export class IssuerUnavailableError extends MemoryError {
  readonly code: ErrorCode = 'issuer_unavailable';
  readonly retryAfterSeconds: number = 5;
}

/** There is no API key under this id that could be changed: there never was, or it is revoked. */
export class KeyNotFoundError extends MemoryError {
  readonly code: ErrorCode = 'key_not_found';

  constructor(readonly id: string) {
    super(`there is no API key ${id}, or it is revoked`);
  }
}

/** The credential exceeded its rate limit. */
export class RateLimitExceededError extends MemoryError {
  readonly code: ErrorCode = 'rate_limit_exceeded';

  constructor(readonly retryAfterSeconds: number) {
    super('Rate limit exceeded');
  }
}

/** A request with the same idempotency key is being answered; retry to get its answer. */
export class RequestInFlightError extends MemoryError {
  readonly code: ErrorCode = 'request_in_flight';
  readonly retryAfterSeconds: number = 1;

  constructor() {
    super('the same request is still being answered');
  }
}

/** The credential may not use this namespace. */
export class NamespaceForbiddenError extends MemoryError {
  readonly code: ErrorCode = 'namespace_forbidden';

  constructor(readonly namespace: string) {
    super(`this credential may not use namespace ${namespace}`);
  }
}

/** The credential may use the namespace, but not for this operation. */
export class ScopeForbiddenError extends MemoryError {
  readonly code: ErrorCode = 'scope_forbidden';

  /** @param scope the scope that the operation requires. */
  constructor(readonly scope: string) {
    super(`this credential lacks the scope ${scope}`);
  }
}

/** A question about links would have to look at more memories than one request may. Narrow it: by type, depth or limit. */
export class GraphLimitError extends MemoryError {
  readonly code: ErrorCode = 'graph_limit_exceeded';

  constructor(readonly limit: number) {
    super(`more than ${limit} memories would have to be looked at; ask for one type, less depth or fewer links`);
  }
}

/** Longest answer in one piece, in characters, about: a longer one would keep everybody waiting while it is written. */
export const MAX_ANSWER_CHARACTERS = 16 * 2 ** 20;

/** What was asked for is too much for one answer: a few large memories, asked for many times over, make any answer endless. */
export class AnswerTooLargeError extends MemoryError {
  readonly code: ErrorCode = 'answer_too_large';

  constructor() {
    super(`the answer would be longer than ${MAX_ANSWER_CHARACTERS / 2 ** 20} MB: ask for fewer memories at once`);
  }
}

/** Somebody else is rebuilding, repairing, importing into, copying, renaming or deleting the namespace; try again when that is done. */
export class NamespaceBusyError extends MemoryError {
  readonly code: ErrorCode = 'namespace_busy';

  constructor(readonly namespace: string) {
    super(
      `namespace ${namespace} is being rebuilt, repaired, imported into, copied, renamed or deleted by another request; try again ` +
        'when that is done',
    );
  }
}

/**
 * The namespace is being renamed, and the change would come too late for the new name. Nothing was changed; the same change can be
 * made under the new name, or again shortly.
 */
export class NamespaceMovingError extends MemoryError {
  readonly code: ErrorCode = 'namespace_moving';
  readonly retryAfterSeconds: number = 1;

  constructor(
    readonly namespace: string,
    options?: { cause?: unknown },
  ) {
    super(`namespace ${namespace} is being renamed; use its new name, or retry shortly`, options);
  }
}

/** There is something in the namespace, and there was to be nothing. */
export class NamespaceNotEmptyError extends MemoryError {
  readonly code: ErrorCode = 'namespace_not_empty';

  constructor(readonly namespace: string) {
    super(
      `namespace ${namespace} holds memories or links that are not of this copy; delete them, or name an empty one`,
    );
  }
}

/** The place of a record is taken by something else, and the import was to fail then. @internal named by its index */
export class ImportConflictError extends MemoryError {
  readonly code: ErrorCode = 'import_conflict';

  constructor(
    /** Among the records that were given. */
    readonly index: number,
    /** Where, for people. */
    readonly where: string,
  ) {
    super(`something else is at ${where}`);
  }
}

/** How far an import came. */
export interface ImportProgress {
  /** The first line that was not imported: an import of the same file that begins there goes on from here. */
  readonly resumeFromLine: number;
  /** Records that were written, or were there already, in this run. */
  readonly records: number;
}

/** An import ended at a line; what the lines before `progress.resumeFromLine` say is imported, and nothing after them. */
export class ImportStoppedError extends MemoryError {
  /** @param code `broken_import`: the line cannot be read; `import_conflict`; `import_interrupted`: the store was away */
  constructor(
    readonly code: 'broken_import' | 'import_conflict' | 'import_interrupted',
    readonly line: number,
    readonly problem: string,
    readonly progress: ImportProgress,
    options?: { cause?: unknown },
  ) {
    super(
      `line ${line}: ${problem}; ${progress.records} records are imported, to go on send the same file with ` +
        `from_line=${progress.resumeFromLine}`,
      options,
    );
  }

  /** When to try again, seconds; undefined when that does not help. */
  get retryAfterSeconds(): number | undefined {
    return this.code === 'import_interrupted' ? 1 : undefined;
  }
}

/** Another owner holds the lock. */
export class LockHeldError extends MemoryError {
  readonly code: ErrorCode = 'lock_held';
  readonly retryAfterSeconds: number;

  constructor(
    readonly lock: string,
    /** When it is free at the latest, unless its owner renews it. */
    readonly until: Date,
  ) {
    super(`lock ${lock} is held by another owner; try again when it is released or has expired`);
    this.retryAfterSeconds = Math.max(1, Math.ceil((until.getTime() - Date.now()) / 1000));
  }
}

/** The lock is not held with this owner and token any more: it has expired, was released, or is somebody else's now. */
export class LockLostError extends MemoryError {
  readonly code: ErrorCode = 'lock_lost';

  constructor(readonly lock: string) {
    super(`lock ${lock} is not held with this owner and token any more; acquire it again`);
  }
}

/** There was no consolidation under this id in the namespace. */
export class ConsolidationNotFoundError extends MemoryError {
  readonly code: ErrorCode = 'run_not_found';

  constructor(readonly id: string) {
    super(`there is no consolidation ${id}`);
  }
}

/** Another process applies the rules about what is kept; try again when it is done. */
export class LifecycleBusyError extends MemoryError {
  readonly code: ErrorCode = 'lifecycle_busy';
  readonly retryAfterSeconds: number = 1;

  constructor() {
    super('the rules about what is kept are being applied already; try again when that is done');
  }
}

/**
 * The request ended before it was answered: its deadline passed, or its caller hung up. Nothing was changed; retrying it
 * is safe.
 */
export class RequestEndedError extends MemoryError {
  readonly code: ErrorCode = 'deadline_exceeded';
  readonly retryAfterSeconds: number = 1;

  constructor(readonly why: 'deadline' | 'hung up') {
    super(why === 'deadline' ? 'the deadline of the request has passed' : 'the caller has hung up');
  }
}

/** The truth store (PostgreSQL) does not answer. Nothing was changed for certain; retrying the same request is safe. */
export class StoreUnavailableError extends MemoryError {
  readonly code: ErrorCode = 'store_unavailable';
  readonly retryAfterSeconds: number = 1;
}

/** The disk of the truth store is full. Nothing was changed; it takes changes again once there is space. */
export class StoreFullError extends StoreUnavailableError {
  override readonly code: ErrorCode = 'store_full';
  override readonly retryAfterSeconds: number = 30;
}

/**
 * A change was sent to the truth store and its answer did not come: it was made or not. It will not be made later than
 * a change that is sent from now on, so repeating it, or sending another for the same coordinate, is safe.
 */
export class OutcomeUnknownError extends StoreUnavailableError {
  override readonly code: ErrorCode = 'outcome_unknown';
}

/** The embedder does not answer, timed out, or returned an unusable answer. */
export class EmbedderUnavailableError extends MemoryError {
  readonly code: ErrorCode = 'embedder_unavailable';
  readonly retryAfterSeconds: number = 1;
}

/** A derived index does not answer. Truth is untouched. */
export class IndexUnavailableError extends MemoryError {
  readonly code: ErrorCode = 'index_unavailable';
  readonly retryAfterSeconds: number = 1;
}

/**
 * The index of a namespace answers and cannot be used: its vectors are of another embedding space, or somebody else made
 * it. Says what to do.
 */
export class IndexUnusableError extends IndexUnavailableError {}

/** A read that has to see a certain write does not see it yet; it will shortly, or when what is down is back. */
export class WriteNotVisibleError extends MemoryError {
  readonly code: ErrorCode = 'write_not_visible';
  readonly retryAfterSeconds: number = 1;

  constructor() {
    super('the write that the request has to see is not visible here yet; retry shortly');
  }
}

/** The event bus does not answer. Events stay in the outbox. */
export class BusUnavailableError extends MemoryError {
  readonly code: ErrorCode = 'bus_unavailable';
  readonly retryAfterSeconds: number = 1;
}
