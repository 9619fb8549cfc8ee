import { MemoryError, NamespaceMovingError, StoreFullError, StoreUnavailableError } from '@sfm/memory';

/** SQLSTATE classes and codes that mean "PostgreSQL cannot do it now", independent of the statement. */
const UNAVAILABLE_STATES = [
  '08', // connection exception
  '25006', // read-only transaction: a standby, or a server that is failing over
  '25P03', // the transaction was left idle for too long
  '25P04', // the transaction took too long
  '28', // invalid authorization: the server refuses us
  '3D000', // the database does not exist (yet)
  '53', // insufficient resources: too many connections, disk full, out of memory
  '55P03', // lock timeout
  '57014', // statement timeout, cancelled
  '57P', // shutting down, crashed, starting up, the session was idle for too long
  '58', // system error outside PostgreSQL, e.g. I/O
];

/** Codes of Node's sockets, name resolution and TLS: the connection was not established, or it broke. */
const NO_CONNECTION = /^(E[A-Z]+|EAI_.*|ERR_(SSL|TLS|STREAM|SOCKET)_.*|.*(CERT|SIGNATURE)(_.*)?)$/;

/** Messages of the driver and its pool, without a code, when the server cannot be reached. */
const UNREACHABLE =
  /connection terminated|timeout exceeded when trying to connect|connection error|not queryable|calling end on the pool|client was closed|client has been closed|query read timeout|does not support SSL|establishing an SSL connection/i;

/** SQLSTATE by which the schema refuses changes of a namespace that is being renamed, and names it in the detail. */
const NAMESPACE_MOVING = 'SFM01';

/** SQLSTATE of a full disk, and what the operating system says of it. */
const FULL_STATES = ['53100', 'ENOSPC', 'EDQUOT'];
const FULL = /no space left on device|disk quota exceeded/i;

/** An error recognised by its shape: several copies of the driver and several realms may exist. */
export interface ErrorLike {
  readonly message: string;
  readonly code?: unknown;
}

export function isErrorLike(error: unknown): error is ErrorLike {
  return typeof error === 'object' && error !== null && 'message' in error && typeof error.message === 'string';
}

/**
 * Returns the SQLSTATE of a driver error, wrapped by TypeORM or not; Node's code for an error that is not PostgreSQL's.
 */
export function sqlState(error: unknown): string | undefined {
  if (!isErrorLike(error)) return undefined;
  const source: unknown = 'driverError' in error ? error.driverError : error;
  if (typeof source !== 'object' || source === null || !('code' in source)) return undefined;
  return typeof source.code === 'string' ? source.code : undefined;
}

/**
 * True for an error that the server answered to a statement: it had no effect. A server process that is made to end may
 * say so at any moment, also after a commit.
 */
export function isAnswered(error: unknown): boolean {
  return isErrorLike(error) && 'severity' in error && !sqlState(error)?.startsWith('57P');
}

/** True for the victim of a deadlock or serialisation conflict: the same statement may succeed at once. */
export function isRetryable(error: unknown): boolean {
  const state = sqlState(error);
  return state === '40P01' || state === '40001';
}

/** True when the server had no room on its disk for what it was told to write. */
export function isDiskFull(error: unknown): boolean {
  if (!isErrorLike(error)) return false;
  return FULL_STATES.includes(sqlState(error) ?? '') || FULL.test(error.message);
}

/**
 * Returns a `StoreUnavailableError` (with the cause) when PostgreSQL is unavailable, a `StoreFullError` when its disk is
 * full, a `NamespaceMovingError` when the schema refuses a change for that reason, any other error unchanged.
 */
export function translateDriverError(error: unknown): unknown {
  if (!isErrorLike(error) || error instanceof MemoryError) return error;
  const code = sqlState(error) ?? '';
  if (code === NAMESPACE_MOVING) return new NamespaceMovingError(detailOf(error), { cause: error });
  if (isDiskFull(error))
    return new StoreFullError(`the disk of PostgreSQL is full: ${error.message}`, { cause: error });
  const unavailable =
    NO_CONNECTION.test(code) ||
    UNREACHABLE.test(error.message) ||
    UNAVAILABLE_STATES.some((state) => code.startsWith(state));
  if (!unavailable) return error;
  return new StoreUnavailableError(`PostgreSQL does not answer: ${error.message || code}`, { cause: error });
}

function detailOf(error: ErrorLike): string {
  const source: unknown = 'driverError' in error ? error.driverError : error;
  const isTold = typeof source === 'object' && source !== null && 'detail' in source;
  return isTold && typeof source.detail === 'string' ? source.detail : '';
}
