import type { JsonValue } from '../model/json.js';
import type { Namespace } from '../model/namespace.js';

/** A request that may be sent several times but must take effect once. */
export interface RepeatableRequest {
  /** Owner of the key. */
  readonly credentialId: string;
  readonly namespace: Namespace;
  /** The operation. The same key with another operation is another request. */
  readonly operation: string;
  /** The caller's idempotency key. */
  readonly key: string;
  /** Digest of the request: the same key with different digests means different requests. */
  readonly hash: string;
}

/** State of a request. */
export type Claim =
  /** New: the caller now holds the claim `claimId` and must answer the request. */
  | { readonly state: 'fresh'; readonly claimId: string }
  /** It is being answered. */
  | { readonly state: 'in_flight' }
  /** It was answered with this. */
  | { readonly state: 'remembered'; readonly answer: JsonValue }
  /** The key was used for another request. */
  | { readonly state: 'other_request' };

/**
 * Remembers the answers of requests with an idempotency key. Keys are separate per credential, namespace and operation.
 * When several callers claim one request at once, exactly one succeeds.
 */
export abstract class IdempotencyStore {
  /**
   * Claims the request, unless it is claimed or remembered at `now`. A claim that is neither kept nor released expires
   * at `heldUntil`, because the claiming process may have died.
   *
   * @throws StoreUnavailableError
   */
  abstract claim(request: RepeatableRequest, now: Date, heldUntil: Date): Promise<Claim>;

  /**
   * Stores the answer of a claimed request. Has no effect if the claim has passed to another caller.
   *
   * @throws StoreUnavailableError
   */
  abstract remember(
    request: RepeatableRequest,
    claimId: string,
    kept: { readonly answer: JsonValue; readonly until: Date },
  ): Promise<void>;

  /**
   * Releases a claimed request, so that the next one is new. Has no effect if the claim has passed to another caller.
   *
   * @throws StoreUnavailableError
   */
  abstract release(request: RepeatableRequest, claimId: string): Promise<void>;
}
