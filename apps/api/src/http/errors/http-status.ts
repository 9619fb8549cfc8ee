import type { DescribedCode } from '@sfm/edge';

/** The status of each error code. The compatible routes and v1 differ in a few: see their bodies. */
export const HTTP_STATUS: Readonly<Record<DescribedCode, number>> = {
  invalid_request: 422,
  invalid_coordinate: 400,
  payload_too_large: 413,
  unknown_cursor: 404,
  missing_token: 401,
  invalid_token: 403,
  namespace_forbidden: 403,
  scope_forbidden: 403,
  memory_not_found: 404,
  graph_limit_exceeded: 422,
  version_conflict: 409,
  namespace_busy: 409,
  request_in_flight: 409,
  rate_limit_exceeded: 429,
  deadline_exceeded: 503,
  store_unavailable: 503,
  store_full: 503,
  outcome_unknown: 503,
  embedder_unavailable: 503,
  index_unavailable: 503,
  bus_unavailable: 503,
  internal_error: 500,
};
