import { Injectable } from '@nestjs/common';
import type { GuardedRequest } from '@sfm/auth';
import { InvalidRequestError } from '@sfm/memory';
import type { FastifyRequest } from 'fastify';
import { LRUCache } from 'lru-cache';
import { bodyDigest } from '../../requests/json-body.js';

const HEADER = 'Idempotency-Key';
const KEY = /^[\x21-\x7e]{1,255}$/;
const KEPT_MS = 60 * 60 * 1000;
const MAX_KEPT = 10_000;

/** For the API document. */
export const IDEMPOTENCY_HEADER = {
  [HEADER]:
    '1 to 255 printable characters. The same key with the same body is answered once and then repeated for an hour by ' +
    'the process that answered; writes are idempotent per coordinate in any case.',
};

interface Kept<Answer> {
  readonly digest: string | undefined;
  readonly answer: Promise<Answer>;
}

/**
 * Repeats answers to requests that carry an `Idempotency-Key`, per credential, namespace and route, within this
 * process. Failed requests are forgotten, so that a retry tries again.
 */
@Injectable()
export class IdempotentAnswers<Answer> {
  private readonly kept = new LRUCache<string, Kept<Answer>>({ max: MAX_KEPT, ttl: KEPT_MS, ttlResolution: 0 });

  /** @throws InvalidRequestError for a key that is malformed, or was used with another body. */
  answer(request: FastifyRequest & GuardedRequest, work: () => Promise<Answer>): Promise<Answer> {
    const key = request.headers['idempotency-key'];
    if (key === undefined) return work();
    if (typeof key !== 'string' || !KEY.test(key)) {
      throw new InvalidRequestError(HEADER, 'must be 1 to 255 printable ASCII characters without blanks');
    }
    const scope = [request.principal?.credentialId, request.principal?.namespace, request.routeOptions.url, key].join(
      '\n',
    );
    const digest = bodyDigest(request);
    const known = this.kept.get(scope);
    if (known) {
      if (known.digest !== digest) throw new InvalidRequestError(HEADER, 'was already used with another body');
      return known.answer;
    }
    return this.keep(scope, digest, work());
  }

  private keep(scope: string, digest: string | undefined, answer: Promise<Answer>): Promise<Answer> {
    const entry = { digest, answer };
    this.kept.set(scope, entry);
    answer.catch(() => {
      if (this.kept.peek(scope) === entry) this.kept.delete(scope);
    });
    return answer;
  }
}
