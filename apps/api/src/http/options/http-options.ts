export interface CorsOptions {
  /** Allowed origins; `['*']` allows any, then without credentials. Empty: CORS is off. */
  readonly origins: readonly string[];
}

/** Everything the HTTP edge needs to know about its surroundings. Bound as a value by the composition root. */
export abstract class HttpOptions {
  /** Version of the service, as `/health` and the API document show it. */
  abstract readonly version: string;
  /** What `hybrid: null` means on the compatible recall routes. */
  abstract readonly hybridDefault: boolean;
  /** Largest request body in bytes. */
  abstract readonly maxBodyBytes: number;
  abstract readonly cors: CorsOptions;
}
