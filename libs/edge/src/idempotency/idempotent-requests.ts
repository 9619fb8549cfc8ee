import {
  InvalidRequestError,
  RequestInFlightError,
  type IdempotencyStore,
  type JsonValue,
  type Principal,
  type RepeatableRequest,
} from '@sfm/memory';
import type { z } from 'zod';
import { admit, type UseCase } from '../use-cases/admission.js';

const KEY = /^[\x21-\x7e]{1,255}$/;
/** How long an answer is repeated. */
const KEPT_MS = 60 * 60 * 1000;
/** How long a request may take before it is taken for lost, with the process that was at it. */
const HELD_MS = 60 * 1000;

/** A use case that is asked for with an idempotency key, or without one. */
export interface RepeatableCall {
  readonly principal: Principal;
  readonly useCase: UseCase;
  /** What is asked for, in the words of the door: the same key counts for it alone. */
  readonly operation: string;
  /** The caller's key, as it came; undefined where there is none. */
  readonly key: unknown;
  /** What the door calls the place of the key. */
  readonly keyField: string;
  /** Digest of the request. */
  readonly hash: string;
}

/** What a request came to. */
export interface Outcome<Answer> {
  readonly answer: Answer;
  /** False where some of it failed in a way that may pass: then it is not repeated, but tried again. */
  readonly isFinal: boolean;
}

/** Answers requests that carry an idempotency key once, and then repeats the answer for an hour. */
export class IdempotentRequests {
  constructor(
    private readonly store: IdempotencyStore,
    /** Told when an answer was given that could not be remembered. */
    private readonly onForgotten: (error: unknown) => void,
    private readonly now: () => number = () => Date.now(),
  ) {}

  /**
   * Does the work, or repeats what it came to, as `schema` reads it. A request whose work throws is forgotten, so that
   * it can be tried again.
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
    const claim = await this.store.claim(request, new Date(now), new Date(now + HELD_MS));
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
      // What was done is done: whoever did it is told so, even if it cannot be repeated.
      const until = new Date(this.now() + KEPT_MS);
      const noted = outcome?.isFinal
        ? this.store.remember(request, claimId, { answer: outcome.answer, until })
        : this.store.release(request, claimId);
      await noted.catch(this.onForgotten);
    }
  }
}

function repeatable({ principal, operation, key, keyField, hash }: RepeatableCall): RepeatableRequest {
  if (typeof key !== 'string' || !KEY.test(key)) {
    throw new InvalidRequestError(keyField, 'must be 1 to 255 printable ASCII characters without blanks');
  }
  return { credentialId: principal.credentialId ?? '', namespace: principal.namespace, operation, key, hash };
}
