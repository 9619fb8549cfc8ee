import { detailResponse } from './detail-body.js';
import type { HttpError } from './http-error.js';
import { PROBLEM_CONTENT_TYPE, problemResponse } from './problem-body.js';

const JSON_TYPE = 'application/json; charset=utf-8';

/** An error in the shape of the requested API. */
export interface ErrorResponse {
  readonly status: number;
  readonly contentType: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: object;
}

/** JSON-RPC's code for what is no JSON. */
const PARSE_ERROR = -32700;

/**
 * Chooses the shape by the path: problem+json under `/v1`, `{"detail": …}` everywhere else; what is no JSON is answered at
 * `/mcp` as its protocol does.
 */
export function errorResponse(error: HttpError, request: { readonly url: string; readonly id: string }): ErrorResponse {
  const path = request.url.split('?', 1)[0] ?? '';
  const headers = error.headers ?? {};
  if (isV1(path)) {
    return {
      ...problemResponse(error, { path: path.slice(0, 200), id: request.id }),
      headers,
      contentType: PROBLEM_CONTENT_TYPE,
    };
  }
  if (isMcp(path) && error.code === 'malformed_json') {
    const body = { jsonrpc: '2.0', id: null, error: { code: PARSE_ERROR, message: `parse error: ${error.message}` } };
    return { status: 400, headers, contentType: JSON_TYPE, body };
  }
  return { ...detailResponse(error), headers, contentType: JSON_TYPE };
}

function isMcp(path: string): boolean {
  return path === '/mcp' || path.startsWith('/mcp/');
}

function isV1(path: string): boolean {
  return path === '/v1' || path.startsWith('/v1/');
}
