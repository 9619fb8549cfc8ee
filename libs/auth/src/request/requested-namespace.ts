import { InvalidRequestError } from '@sfm/memory';
import type { GuardedRequest } from './guarded-request.js';

const HEADER = 'X-Soma-Namespace';
const utf8 = new TextDecoder('utf-8', { fatal: true });

/**
 * Returns the namespace that a request asks for; undefined when it has none. Text beyond ASCII is UTF-8, or Latin-1
 * where its bytes are no UTF-8.
 *
 * @throws InvalidRequestError when the header was sent more than once: the values would be read as one name.
 */
export function requestedNamespace({ headers, raw }: Pick<GuardedRequest, 'headers' | 'raw'>): string | undefined {
  const requested = headers[HEADER.toLowerCase()];
  if (requested === undefined) return undefined;
  if (Array.isArray(requested) || (requested.includes(',') && isRepeated(raw?.rawHeaders ?? []))) {
    throw new InvalidRequestError(HEADER, 'must be sent once');
  }
  return decoded(requested);
}

/** Attributes the core's namespace errors to the header. */
export function blameHeader(error: unknown): unknown {
  return error instanceof InvalidRequestError && error.field === 'namespace'
    ? new InvalidRequestError(HEADER, error.allowed)
    : error;
}

function isRepeated(names: readonly string[]): boolean {
  return names.filter((text, index) => index % 2 === 0 && text.toLowerCase() === HEADER.toLowerCase()).length > 1;
}

/** Node reads header bytes as Latin-1. */
function decoded(value: string): string {
  if (!/[\u0080-\u00ff]/.test(value)) return value;
  try {
    return utf8.decode(Buffer.from(value, 'latin1'));
  } catch {
    return value;
  }
}
