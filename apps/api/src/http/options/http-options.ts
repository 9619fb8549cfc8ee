import type { RequestBounds } from '@sfm/edge';

export interface CorsOptions {
  /** Allowed origins; `['*']` allows any, then without credentials. Empty: CORS is off. */
  readonly origins: readonly string[];
}

/** Everything the HTTP edge needs to know about its surroundings. Bound as a value by the composition root. */
export abstract class HttpOptions {
  /** Version of the service, as `/health` and the API document show it. */
  abstract readonly version: string;
  /** Namespace of requests that name none. */
  abstract readonly defaultNamespace: string;
  /** `/stats` answers without a token. */
  abstract readonly publicStats: boolean;
  /** What `hybrid: null` means on the compatible recall routes. */
  abstract readonly hybridDefault: boolean;
  abstract readonly limits: RequestBounds;
  /** Largest request body in bytes. */
  abstract readonly maxBodyBytes: number;
  abstract readonly cors: CorsOptions;
  /**
   * Keeps page cursors unreadable: they hold store-wide creation numbers that a namespace must not learn.
   * Every process behind one address needs the same value.
   */
  abstract readonly cursorSecret: string;
}
