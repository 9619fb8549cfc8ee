export interface CorsOptions {
  /** Allowed origins; `['*']` allows any, without credentials. Empty: CORS is off. */
  readonly origins: readonly string[];
}

/** Options of the HTTP edge. Bound as a value by the composition root. */
export abstract class HttpOptions {
  /** Service version shown by `/health` and the API document. */
  abstract readonly version: string;
  /** Meaning of `hybrid: null` on the compatible recall routes. */
  abstract readonly hybridDefault: boolean;
  /** Largest request body in bytes. */
  abstract readonly maxBodyBytes: number;
  /** Longest time from a request to its answer, in milliseconds. */
  abstract readonly requestTimeoutMs: number;
  /** Addresses and networks whose `X-Forwarded-For` is believed. */
  abstract readonly trustedProxies: readonly string[];
  abstract readonly cors: CorsOptions;
  abstract readonly mcp: {
    /** The door offers no tool that changes anything. */
    readonly isReadOnly: boolean;
  };
  /** Browsers are told to reach the service by HTTPS only. */
  abstract readonly isHttpsOnly: boolean;
}
