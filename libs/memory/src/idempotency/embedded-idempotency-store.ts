import { LRUCache } from 'lru-cache';
import { v7 as uuidv7 } from 'uuid';
import type { JsonValue } from '../model/json.js';
import { IdempotencyStore, type Claim, type RepeatableRequest } from './idempotency-store.port.js';

const MAX_REMEMBERED = 10_000;

interface Held {
  readonly hash: string;
  readonly claimId: string;
  readonly untilMs: number;
}

interface Remembered {
  readonly hash: string;
  readonly answer: JsonValue;
  readonly untilMs: number;
}

/** Remembers answers in this process. Above the given number, the least recently used ones are forgotten. */
export class EmbeddedIdempotencyStore extends IdempotencyStore {
  private readonly held = new Map<string, Held>();
  private readonly remembered: LRUCache<string, Remembered>;

  constructor(maxRemembered = MAX_REMEMBERED) {
    super();
    this.remembered = new LRUCache({ max: maxRemembered });
  }

  async claim(request: RepeatableRequest, now: Date, heldUntil: Date): Promise<Claim> {
    const place = placeOf(request);
    const known = this.remembered.get(place) ?? this.held.get(place);
    if (known && known.untilMs > now.getTime()) {
      if (known.hash !== request.hash) return { state: 'other_request' };
      return 'answer' in known ? { state: 'remembered', answer: known.answer } : { state: 'in_flight' };
    }
    this.remembered.delete(place);
    const claimId = uuidv7();
    this.held.set(place, { hash: request.hash, claimId, untilMs: heldUntil.getTime() });
    return { state: 'fresh', claimId };
  }

  async remember(
    request: RepeatableRequest,
    claimId: string,
    { answer, until }: { readonly answer: JsonValue; readonly until: Date },
  ): Promise<void> {
    const place = placeOf(request);
    if (!this.letGo(place, claimId)) return;
    this.remembered.set(place, { hash: request.hash, answer, untilMs: until.getTime() });
  }

  async release(request: RepeatableRequest, claimId: string): Promise<void> {
    this.letGo(placeOf(request), claimId);
  }

  /** Ends the claim; returns false when it is no longer held. */
  private letGo(place: string, claimId: string): boolean {
    return this.held.get(place)?.claimId === claimId && this.held.delete(place);
  }
}

function placeOf({ credentialId, namespace, operation, key }: RepeatableRequest): string {
  return JSON.stringify([credentialId, namespace, operation, key]);
}
