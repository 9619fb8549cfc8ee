import {
  BusUnavailableError,
  EmbedderUnavailableError,
  IndexUnavailableError,
  InvalidRequestError,
  NamespaceMovingError,
  StoreUnavailableError,
} from './errors.js';

/** Returns whether the same work may succeed later: a server is unavailable, the work itself is valid. */
export function isTransient(error: unknown): boolean {
  return (
    error instanceof StoreUnavailableError ||
    error instanceof NamespaceMovingError ||
    error instanceof EmbedderUnavailableError ||
    error instanceof IndexUnavailableError ||
    error instanceof BusUnavailableError
  );
}

/**
 * Returns whether the same work can never succeed, however often it is tried: its content is not allowed. What is
 * neither transient nor permanent has an unknown cause, and is worth a few more tries.
 */
export function isPermanent(error: unknown): boolean {
  return error instanceof InvalidRequestError;
}

/** Returns what an error says, for logs and reports. */
export function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
