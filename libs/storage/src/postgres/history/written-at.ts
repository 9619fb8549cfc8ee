/** SQL for when a ledger row `e` was written: rows of early releases have only the time of their event. */
export const WRITTEN_AT = `coalesce(e.updated_at, to_timestamp(e."timestamp"))`;
