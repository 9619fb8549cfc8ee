import type { ErrorDescription, Loudness } from '@sfm/edge';
import { HTTP_STATUS } from './http-status.js';

/** An error with everything that HTTP sends for it except the shape of the body. */
export interface HttpError extends Omit<ErrorDescription, 'code' | 'retryAfterSeconds' | 'loudness'> {
  readonly status: number;
  /** Stable code: the core's catalogue, extended by errors that only occur in HTTP. */
  readonly code: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** `information`: nobody has to act, and an operator may want to know. */
  readonly loudness: Loudness | 'information';
}

/** Codes of errors that only occur in HTTP. */
const CODES: Readonly<Record<number, string>> = {
  400: 'bad_request',
  401: 'unauthorized',
  403: 'forbidden',
  404: 'not_found',
  405: 'method_not_allowed',
  408: 'request_timeout',
  409: 'conflict',
  413: 'body_too_large',
  414: 'url_too_long',
  415: 'unsupported_media_type',
  417: 'expectation_failed',
  422: 'invalid_request',
  429: 'rate_limited',
  431: 'headers_too_large',
  500: 'internal_error',
  503: 'unavailable',
};

const MESSAGES: Readonly<Record<number, string>> = {
  404: 'Not Found',
  405: 'Method Not Allowed',
  413: 'Request entity too large',
  414: 'URI Too Long',
  415: 'Send the body with Content-Type: application/json',
  417: 'Only the expectation 100-continue can be met',
  431: 'Request Header Fields Too Large',
};

/** What is wrong with the credential (RFC 6750); nothing when none was sent. */
const CHALLENGES: Readonly<Partial<Record<string, string>>> = { token_rejected: 'Bearer error="invalid_token"' };

/** Turns an error described by the edge into an HTTP error. */
export function httpError({ retryAfterSeconds, ...described }: ErrorDescription): HttpError {
  const status = HTTP_STATUS[described.code];
  const headers = {
    ...(retryAfterSeconds === undefined ? {} : { 'retry-after': String(retryAfterSeconds) }),
    ...(status === 401 ? { 'www-authenticate': CHALLENGES[described.code] ?? 'Bearer' } : {}),
  };
  return { ...described, status, ...(Object.keys(headers).length > 0 ? { headers } : {}) };
}

/** An error with only a status, e.g. one raised by the framework. */
export function statusError(status: number, message: string): HttpError {
  return {
    status,
    code: CODES[status] ?? `http_${status}`,
    message: MESSAGES[status] ?? message,
    loudness: status === 503 ? 'warning' : status >= 500 ? 'error' : 'silent',
  };
}
