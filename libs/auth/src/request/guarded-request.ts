import type { Principal } from '@sfm/memory';

/** The parts of an HTTP request that the guards read, and what they leave on it. */
export interface GuardedRequest {
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** Set by Fastify. `url` is the route pattern, not the path that was called. */
  readonly routeOptions?: { readonly url?: string };
  readonly ip?: string;
  /** In whose name the request is answered; set by BearerAuthGuard. */
  principal?: Principal;
}
