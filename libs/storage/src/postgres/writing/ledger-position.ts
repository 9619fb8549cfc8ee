import type { WritePosition } from '@sfm/memory';

export interface PositionColumns {
  /** Null where the statement wrote no ledger row. */
  readonly ledger_seq: number | null;
  readonly ledger_id: string | null;
}

/**
 * Columns with the newest ledger row of a statement, the same in each of its rows: they commit together. Reads the
 * expression `ledger` of the statement, which returns `seq` and `id`.
 */
export const LEDGER_POSITION = `(SELECT max(seq) FROM ledger)::float8 AS ledger_seq,
  (SELECT id FROM ledger ORDER BY seq DESC LIMIT 1) AS ledger_id`;

export function toPosition({ ledger_seq: seq, ledger_id: eventId }: PositionColumns): { position?: WritePosition } {
  return seq === null || eventId === null ? {} : { position: { seq, eventId } };
}
