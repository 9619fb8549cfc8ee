import {
  InvalidRequestError,
  remainingMs,
  RequestInFlightError,
  type IdempotencyStore,
  type JsonValue,
  type Principal,
  type RepeatableRequest,
} from '@sfm/memory';
import type { z } from 'zod';
import { admit, type UseCase } from '../use-cases/admission.js';

/** What a key may be; a JSON Schema pattern too. */
export const IDEMPOTENCY_KEY_PATTERN = String.raw`^[\u0021-\u007e]{1,255}$`;
const KEY = new RegExp(IDEMPOTENCY_KEY_PATTERN);
/** How long an answer is remembered and repeated. */
const KEPT_MS = 60 * 60 * 1000;
/**
 * How long a request may take before it is considered lost, along with the process that was handling it; longer where its
 * deadline is later.
 */
const HELD_MS = 60 * 1000;
const GRACE_MS = 10 * 1000;

/** A call of a use case, with or without an idempotency key. */
export interface RepeatableCall {
  readonly principal: Principal;
  readonly useCase: UseCase;
  /** Name of the operation in the transport; a key is valid for one operation only. */
  readonly operation: string;
  /** The caller's key, unchecked; undefined when none was sent. */
  readonly key: unknown;
  /** Name of the field or header that carries the key in this transport. */
  readonly keyField: string;
  /** Digest of the request. */
  readonly hash: string;
}

/** Result of a request. */
export interface Outcome<Answer> {
  readonly answer: Answer;
  /**
   * False when part of it failed in a way that may pass: the answer is then not kept, and a repeated request is tried
   * again.
   */
  readonly isFinal: boolean;
}

/** Executes a request with an idempotency key once, and repeats its answer for an hour. */
export class IdempotentRequests {
  constructor(
    private readonly store: IdempotencyStore,
    /** Called when a request was answered but its answer could not be stored. */
    private readonly onForgotten: (error: unknown) => void,
    private readonly now: () => number = () => Date.now(),
  ) {}

  /**
   * Does the work, or returns the remembered answer, parsed with `schema`. A request whose work throws is forgotten, so
   * that it can be tried again.
   *
   * @throws ScopeForbiddenError; InvalidRequestError for a key that is malformed or was used with another request;
   * RequestInFlightError while the same request is being answered; StoreUnavailableError; what the work throws.
   */
  async once<Schema extends z.ZodType<JsonValue>>(
    call: RepeatableCall,
    schema: Schema,
    work: () => Promise<Outcome<z.output<Schema>>>,
  ): Promise<z.output<Schema>> {
    admit(call.principal, call.useCase);
    if (call.key === undefined) return (await work()).answer;
    const request = repeatable(call);
    const now = this.now();
    const claim = await this.store.claim(request, new Date(now), new Date(now + heldMs()));
    switch (claim.state) {
      case 'fresh':
        return this.answer(request, claim.claimId, work);
      case 'remembered':
        return schema.parse(claim.answer);
      case 'in_flight':
        throw new RequestInFlightError();
      case 'other_request':
        throw new InvalidRequestError(call.keyField, 'was already used with another body');
    }
  }

  private async answer<Answer extends JsonValue>(
    request: RepeatableRequest,
    claimId: string,
    work: () => Promise<Outcome<Answer>>,
  ): Promise<Answer> {
    let outcome: Outcome<Answer> | undefined;
    try {
      outcome = await work();
      return outcome.answer;
    } finally {
      // The work is done, so the caller gets its answer even if it cannot be remembered.
      const until = new Date(this.now() + KEPT_MS);
      const noted = outcome?.isFinal
        ? this.store.remember(request, claimId, { answer: outcome.answer, until })
        : this.store.release(request, claimId);
      await noted.catch(this.onForgotten);
    }
  }
}

function heldMs(): number {
  const leftMs = remainingMs();
  return Number.isFinite(leftMs) ? Math.max(HELD_MS, leftMs + GRACE_MS) : HELD_MS;
}

function repeatable({ principal, operation, key, keyField, hash }: RepeatableCall): RepeatableRequest {
  if (typeof key !== 'string' || !KEY.test(key)) {
    throw new InvalidRequestError(keyField, 'must be 1 to 255 printable ASCII characters without blanks');
  }
  return { credentialId: principal.credentialId ?? '', namespace: principal.namespace, operation, key, hash };
}
