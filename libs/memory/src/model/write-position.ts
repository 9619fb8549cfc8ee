/**
 * Where a committed write stands in the ledger. The number orders writes; the event id tells this ledger from another one
 * that has the same number.
 */
export interface WritePosition {
  readonly seq: number;
  readonly eventId: string;
}

/** The position before any write. */
export const BEFORE_ALL_WRITES: WritePosition = { seq: 0, eventId: '00000000-0000-0000-0000-000000000000' };
