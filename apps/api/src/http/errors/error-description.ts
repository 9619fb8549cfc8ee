import type { FieldProblem } from '@sfm/edge';

/** What went wrong, before an API shape is given to it. */
export interface ErrorDescription {
  readonly status: number;
  /** Stable code: the core's catalogue, extended by what only a transport can meet. */
  readonly code: string;
  /** One sentence for the caller. */
  readonly message: string;
  /** The values that are wrong, where the error is about values. */
  readonly problems?: readonly FieldProblem[];
  readonly headers?: Readonly<Record<string, string>>;
}

/** Codes that are not of the core's catalogue. */
export const TRANSPORT_CODES: Readonly<Record<number, string>> = {
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
  431: 'Request Header Fields Too Large',
};

/** Description of an error that only has a status, e.g. one the framework raised. */
export function describeStatus(status: number, message: string): ErrorDescription {
  return { status, code: TRANSPORT_CODES[status] ?? `http_${status}`, message: MESSAGES[status] ?? message };
}

export const INTERNAL_ERROR: ErrorDescription = {
  status: 500,
  code: 'internal_error',
  message: 'Internal Server Error',
};
