import type { QueryRunner } from 'typeorm';
import { sentPayload, type EnrichedRow } from './sent-payload.js';

const BATCH = 1000;

interface LedgerRow extends EnrichedRow {
  readonly id: string;
  readonly seq: string;
  readonly type: string;
}

const ENRICHED_ROWS = `
SELECT e.id, e.seq, e.type, e.payload, e.memory_type AS "memoryType", e.importance,
  encode(e.content_hash, 'hex') AS "contentHash",
  CASE WHEN m.version = e.version AND m.deleted_at IS NULL THEN m.payload END AS current
FROM memory_events e
LEFT JOIN memories m ON m.namespace = e.namespace AND m.coordinate_key = e.coordinate_key
WHERE e.seq > $1 AND e.payload_form = 'enriched'
ORDER BY e.seq LIMIT ${BATCH}`;

/** What the memory still says of its version belongs to the row that made it; of earlier ones only the id is known. */
const CONVERT = `
UPDATE memory_events e SET
  payload = coalesce(c.payload::jsonb, e.payload),
  payload_form = CASE WHEN c.payload IS NULL THEN 'unknown' ELSE 'sent' END,
  importance_norm = CASE WHEN e.type <> 'deleted' AND jsonb_typeof(e.payload -> 'importance_norm') = 'number'
    THEN (e.payload ->> 'importance_norm')::double precision END,
  memory_id = m.id,
  created_version = CASE WHEN m.version = e.version THEN m.created_version END,
  created_at = CASE WHEN m.version = e.version THEN m.created_at END,
  updated_at = CASE WHEN m.version = e.version THEN m.updated_at END,
  expires_at = CASE WHEN m.version = e.version THEN m.expires_at END
FROM unnest($1::uuid[], $2::text[]) AS c (id, payload)
JOIN memory_events o ON o.id = c.id
LEFT JOIN memories m ON m.namespace = o.namespace AND m.coordinate_key = o.coordinate_key
WHERE e.id = c.id AND e.payload_form = 'enriched'`;

/**
 * Takes the payloads that earlier versions wrote into the ledger apart, proven by their hash; a row that cannot be told apart
 * is marked and stays as it is. In batches that commit by themselves, so that writers go on and an interrupted run continues;
 * run again, it does what is left.
 */
export async function convertLedger(queryRunner: QueryRunner): Promise<void> {
  let last: string | undefined = '0';
  while (last !== undefined) {
    const rows = (await queryRunner.query(ENRICHED_ROWS, [last])) as readonly LedgerRow[];
    if (rows.length > 0) await convert(queryRunner, rows);
    last = rows.at(-1)?.seq;
  }
}

async function convert(queryRunner: QueryRunner, rows: readonly LedgerRow[]): Promise<void> {
  const payloads = rows.map((row) => (row.type === 'deleted' ? '{}' : sentPayload(row)));
  await erasing(queryRunner, () => queryRunner.query(CONVERT, [rows.map(({ id }) => id), payloads]));
}

/** In a transaction that may change the ledger. */
export async function erasing(queryRunner: QueryRunner, work: () => Promise<unknown>): Promise<void> {
  await queryRunner.startTransaction();
  try {
    await queryRunner.query(`SET LOCAL soma.erasure = 'on'`);
    await work();
    await queryRunner.commitTransaction();
  } catch (error) {
    await queryRunner.rollbackTransaction();
    throw error;
  }
}
