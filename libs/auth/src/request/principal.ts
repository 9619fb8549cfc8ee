/** Who a bearer token names, and what it may do. */
export interface Principal {
  readonly credentialId: string;
  readonly namespaces: '*' | readonly string[];
  readonly scopes: readonly string[];
}

/** The parts of an HTTP request that the guards read, and what they leave on it. */
export interface GuardedRequest {
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** Set by Fastify. `url` is the route pattern, not the path that was called. */
  readonly routeOptions?: { readonly url?: string };
  readonly ip?: string;
  /** Absent on public routes. */
  principal?: Principal;
  namespace?: string;
}
