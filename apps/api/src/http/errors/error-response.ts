import { detailResponse } from './detail-body.js';
import type { HttpError } from './http-error.js';
import { PROBLEM_CONTENT_TYPE, problemResponse } from './problem-body.js';

/** An error in the shape of the requested API. */
export interface ErrorResponse {
  readonly status: number;
  readonly contentType: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: object;
}

/** Chooses the shape by the path: problem+json under `/v1`, `{"detail": …}` everywhere else. */
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
  return { ...detailResponse(error), headers, contentType: 'application/json; charset=utf-8' };
}

function isV1(path: string): boolean {
  return path === '/v1' || path.startsWith('/v1/');
}
