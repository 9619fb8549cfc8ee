import { InvalidRequestError } from '@sfm/memory';
import type { GuardedRequest } from './guarded-request.js';

const HEADER = 'X-Soma-Namespace';

/** Returns the namespace that a request asks for; undefined when it has none. */
export function requestedNamespace({ headers }: Pick<GuardedRequest, 'headers'>): string | undefined {
  const requested = headers[HEADER.toLowerCase()];
  return Array.isArray(requested) ? requested.join() : requested;
}

/** Attributes the core's namespace errors to the header. */
export function blameHeader(error: unknown): unknown {
  return error instanceof InvalidRequestError && error.field === 'namespace'
    ? new InvalidRequestError(HEADER, error.allowed)
    : error;
}
