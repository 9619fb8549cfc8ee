import type { JsonValue } from '../model/json.js';
import type { Namespace } from '../model/namespace.js';

/** A request that its caller may send several times and means once. */
export interface RepeatableRequest {
  /** Whose key it is. */
  readonly credentialId: string;
  readonly namespace: Namespace;
  /** What is asked for. The same key means another request where something else is asked for. */
  readonly operation: string;
  /** The caller's idempotency key. */
  readonly key: string;
  /** Digest of the request: two with one key and different digests are different requests. */
  readonly hash: string;
}

/** What there is about a request. */
export type Claim =
  /** Nothing: it is the caller's to answer, under this name. */
  | { readonly state: 'fresh'; readonly claimId: string }
  /** It is being answered. */
  | { readonly state: 'in_flight' }
  /** It was answered with this. */
  | { readonly state: 'remembered'; readonly answer: JsonValue }
  /** The key was used for another request. */
  | { readonly state: 'other_request' };

/**
 * Remembers what requests with an idempotency key were answered. Keys of different credentials, namespaces and operations
 * never meet. Of many who claim one request at once, one gets it.
 */
export abstract class IdempotencyStore {
  /**
   * Claims the request, unless it is claimed or remembered at `now`. A claim that is neither kept nor released lasts
   * until `heldUntil`: whoever claimed it may have died.
   *
   * @throws StoreUnavailableError
   */
  abstract claim(request: RepeatableRequest, now: Date, heldUntil: Date): Promise<Claim>;

  /**
   * Keeps the answer of a claimed request. Without effect when somebody else has claimed it meanwhile.
   *
   * @throws StoreUnavailableError
   */
  abstract remember(
    request: RepeatableRequest,
    claimId: string,
    kept: { readonly answer: JsonValue; readonly until: Date },
  ): Promise<void>;

  /**
   * Gives a claimed request back: the next one is fresh. Without effect when somebody else has claimed it meanwhile.
   *
   * @throws StoreUnavailableError
   */
  abstract release(request: RepeatableRequest, claimId: string): Promise<void>;
}
