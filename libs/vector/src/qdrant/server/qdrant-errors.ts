import { CircuitOpenError, IndexUnavailableError, type CircuitVerdict } from '@sfm/memory';

/** The server understood the request and will never accept it: its content is wrong. */
export class QdrantRefusal extends Error {
  override readonly name = 'QdrantRefusal';
}

/** The requested collection or alias does not exist. */
export class CollectionMissing extends IndexUnavailableError {}

/** The collection or alias to create already exists. */
export class CollectionExists extends QdrantRefusal {}

/** A snapshot could not be created, read or restored. */
export class SnapshotRefused extends Error {
  override readonly name = 'SnapshotRefused';
}

/** An answer of an unexpected form; `data` is its content. */
export class UnexpectedAnswer extends Error {
  override readonly name = 'UnexpectedAnswer';

  constructor(
    readonly status: number,
    readonly data: string,
  ) {
    super(`answered with ${status}`);
  }
}

const TLS_PROBLEM = /CERT|SELF_SIGNED|UNABLE_TO_|SSL|TLS/;

/**
 * Converts a client error to the port's error: transient errors and those an operator has to fix become
 * `IndexUnavailableError`, so that the work is retried; a `QdrantRefusal` is not worth a retry.
 */
export function toIndexError(error: unknown, server: string, waitedMs: number): Error {
  if (error instanceof IndexUnavailableError || error instanceof QdrantRefusal) return error;
  if (error instanceof CircuitOpenError) return notAsked(error, server);
  const status = statusOf(error);
  if (status !== undefined) return fromStatus(status, server, error);
  if (isTimeout(error)) {
    return new IndexUnavailableError(`Qdrant at ${server} did not answer within ${waitedMs} ms`, { cause: error });
  }
  const { code, message } = rootOf(error);
  const problem =
    code !== undefined && TLS_PROBLEM.test(code)
      ? `the certificate of Qdrant at ${server} is not trusted (${code}): set QDRANT_TLS_CERT to its authority`
      : `Qdrant at ${server} does not answer: ${code ?? message}`;
  return new IndexUnavailableError(problem, { cause: error });
}

/** What a failed call says about the server. A gateway's 502 to 504 say that nothing answers behind it. */
export function verdictOn(error: unknown): CircuitVerdict {
  const status = statusOf(error);
  if (status !== undefined) return status >= 502 && status <= 504 ? 'outage' : 'answer';
  if (propertyOf(error, 'name') === 'TimeoutError') return 'outage';
  const { code } = rootOf(error);
  return code === undefined || TLS_PROBLEM.test(code) ? 'nothing' : 'outage';
}

/** Whether the same call may succeed a moment later. An answer that timed out has used up the time. */
export function isWorthRetrying(error: unknown): boolean {
  const status = statusOf(error);
  if (status !== undefined) return status === 429 || status >= 502 || asksToRetry(error);
  return !isTimeout(error) && !TLS_PROBLEM.test(rootOf(error).code ?? '');
}

/**
 * Whether the server reports that it is not ready yet: the replica of a new collection becomes active a little later
 * than the creation is answered.
 */
export function asksToRetry(error: unknown): boolean {
  return statusOf(error) === 500 && /please retry/i.test(reasonOf(error));
}

function notAsked(error: CircuitOpenError, server: string): Error {
  const met = error.cause === undefined || isTimeout(error.cause) ? 'it hangs' : rootOf(error.cause).message;
  return new IndexUnavailableError(`Qdrant at ${server} does not answer (${met}) and is asked again in a moment`, {
    cause: error,
  });
}

function fromStatus(status: number, server: string, cause: unknown): Error {
  const reason = reasonOf(cause);
  if (status === 401 || status === 403) {
    return new IndexUnavailableError(`Qdrant at ${server} refuses the API key: correct QDRANT_API_KEY`, { cause });
  }
  if (status === 404) return new CollectionMissing(`Qdrant at ${server}: ${reason}`, { cause });
  if (status === 409) return new CollectionExists(`Qdrant at ${server}: ${reason}`, { cause });
  if (status >= 500 || status === 429 || status === 408) {
    return new IndexUnavailableError(`Qdrant at ${server} failed (${status}): ${reason}`, { cause });
  }
  return new QdrantRefusal(`Qdrant at ${server} refused (${status}): ${reason}`, { cause });
}

function statusOf(error: unknown): number | undefined {
  const status = propertyOf(error, 'status');
  return typeof status === 'number' ? status : undefined;
}

/** Returns the server's own message: `{"status": {"error": …}}`. */
function reasonOf(error: unknown): string {
  const data = propertyOf(error, 'data');
  const text = typeof data === 'string' ? data : (JSON.stringify(data) ?? '');
  const words = /"error":"((?:[^"\\]|\\.)*)"/.exec(text)?.[1];
  if (words === undefined && typeof data === 'string' && data !== '') return data.slice(0, 300);
  return words ?? (error instanceof Error ? error.message : 'no reason given');
}

function isTimeout(error: unknown): boolean {
  const name = propertyOf(error, 'name');
  return name === 'TimeoutError' || name === 'AbortError';
}

/** `fetch` hides the actual failure at the end of a chain of causes. */
function rootOf(error: unknown): { readonly code?: string; readonly message: string } {
  let root = error;
  for (let cause = propertyOf(root, 'cause'); cause !== undefined; cause = propertyOf(root, 'cause')) root = cause;
  const attempts = propertyOf(root, 'errors');
  if (Array.isArray(attempts) && attempts.length > 0) root = attempts[0];
  const code = propertyOf(root, 'code');
  const message = propertyOf(root, 'message');
  return {
    message: typeof message === 'string' ? message : String(root),
    ...(typeof code === 'string' ? { code } : {}),
  };
}

/** Reads a property of an error of any realm: `instanceof` recognises only errors of its own. */
function propertyOf(error: unknown, name: string): unknown {
  return typeof error === 'object' && error !== null ? Reflect.get(error, name) : undefined;
}
