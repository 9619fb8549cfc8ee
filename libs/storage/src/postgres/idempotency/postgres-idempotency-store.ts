import { randomUUID } from 'node:crypto';
import { IdempotencyStore, type Claim, type JsonValue, type RepeatableRequest } from '@sfm/memory';
import { DeadlinedChanges } from '../changes/deadlined-changes.js';
import { voidAfter } from '../changes/void-after.js';
import type { PostgresDatabase } from '../connection/postgres-database.js';

/** A key may expire between being refused and being read; the claim is then retried, at most this often. */
const MAX_LOOKS = 5;
/** Number of expired keys deleted with each stored answer. */
const SWEPT = 20;

const PLACE = 'credential_id = $1 AND namespace = $2 AND operation = $3 AND key = $4';

/**
 * Void after its deadline, so that a claim which hung does not hold the key against the request's repetition. The other
 * statements need none: they do nothing once somebody else has claimed the key.
 */
const CLAIM = `
INSERT INTO idempotency_keys AS k (credential_id, namespace, operation, key, hash, claim_id, until)
VALUES ($1, $2, $3, $4, $5, $6, $8)
ON CONFLICT (credential_id, namespace, operation, key) DO UPDATE
  SET hash = excluded.hash, claim_id = excluded.claim_id, answer = NULL, until = excluded.until
  WHERE k.until <= $7
RETURNING claim_id, ${voidAfter('$9')}`;

/** Deletes expired keys a few at a time, so that no statement takes long. */
const REMEMBER = `
WITH ended AS (
  SELECT ctid FROM idempotency_keys WHERE until < $7::timestamptz - interval '1 day'
  ORDER BY until LIMIT ${SWEPT} FOR UPDATE SKIP LOCKED
), swept AS (DELETE FROM idempotency_keys WHERE ctid IN (SELECT ctid FROM ended))
UPDATE idempotency_keys SET answer = $6::jsonb, until = $7 WHERE ${PLACE} AND claim_id = $5 AND answer IS NULL`;

interface KnownRow {
  readonly hash: string;
  readonly isAnswered: boolean;
  readonly answer: JsonValue;
}

/** Stores answers in PostgreSQL, shared by all processes on the database and kept across restarts. */
export class PostgresIdempotencyStore extends IdempotencyStore {
  private readonly changes: DeadlinedChanges;

  constructor(private readonly database: PostgresDatabase) {
    super();
    this.changes = DeadlinedChanges.on(database);
  }

  async claim(request: RepeatableRequest, now: Date, heldUntil: Date): Promise<Claim> {
    const claimId = randomUUID();
    for (let look = 0; look < MAX_LOOKS; look += 1) {
      const claimed = await this.changes.run((deadlineMs) => ({
        name: 'sfm_idempotency_claim',
        text: CLAIM,
        values: [...placeOf(request), request.hash, claimId, now, heldUntil, deadlineMs],
      }));
      if (claimed.length > 0) return { state: 'fresh', claimId };
      const known = await this.find(request);
      if (known && known.hash !== request.hash) return { state: 'other_request' };
      if (known) return known.isAnswered ? { state: 'remembered', answer: known.answer } : { state: 'in_flight' };
    }
    return { state: 'in_flight' };
  }

  async remember(
    request: RepeatableRequest,
    claimId: string,
    { answer, until }: { readonly answer: JsonValue; readonly until: Date },
  ): Promise<void> {
    await this.database.queryWithRetry({
      name: 'sfm_idempotency_remember',
      text: REMEMBER,
      values: [...placeOf(request), claimId, JSON.stringify(answer), until],
    });
  }

  async release(request: RepeatableRequest, claimId: string): Promise<void> {
    await this.database.queryWithRetry({
      name: 'sfm_idempotency_release',
      text: `DELETE FROM idempotency_keys WHERE ${PLACE} AND claim_id = $5 AND answer IS NULL`,
      values: [...placeOf(request), claimId],
    });
  }

  private async find(request: RepeatableRequest): Promise<KnownRow | undefined> {
    const [row] = await this.database.query<KnownRow>({
      name: 'sfm_idempotency_find',
      text: `SELECT hash, answer IS NOT NULL AS "isAnswered", answer FROM idempotency_keys WHERE ${PLACE}`,
      values: placeOf(request),
    });
    return row;
  }
}

function placeOf({ credentialId, namespace, operation, key }: RepeatableRequest): string[] {
  return [credentialId, namespace, operation, key];
}
