import type { Principal } from '@sfm/memory';

/** The parts of an HTTP request that the guards read and set. */
export interface GuardedRequest {
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** Node's request; `rawHeaders` alternates names and values as they were sent. */
  readonly raw?: { readonly rawHeaders: readonly string[] };
  /** Set by Fastify. `url` is the route pattern, not the path that was called. */
  readonly routeOptions?: { readonly url?: string };
  readonly ip?: string;
  /** The authenticated caller; set by BearerAuthGuard. */
  principal?: Principal;
  readonly body?: unknown;
}
