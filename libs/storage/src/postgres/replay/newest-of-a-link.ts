/** SQL that is true for rows of the ledger about links. */
export const IS_LINK = `version IS NULL AND type IN ('linked', 'unlinked')`;

/** SQL of the newest row of each link that leads from a coordinate. Of rows of one moment it is the last of the ledger. */
export const NEWEST_OF_A_LINK = (
  namespace: string,
  key: string,
) => `SELECT DISTINCT ON (payload->>'link_type', payload->'to') * FROM memory_events
  WHERE namespace = ${namespace} AND coordinate_key = ${key} AND ${IS_LINK}
  ORDER BY payload->>'link_type', payload->'to', coalesce((payload->>'at')::float8, "timestamp" * 1000) DESC, seq DESC`;
