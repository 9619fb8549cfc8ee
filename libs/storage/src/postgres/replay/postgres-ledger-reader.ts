import { LedgerReader, trustedNamespace, type LedgerBatch, type LedgerEntry, type UnreadableEntry } from '@sfm/memory';
import type { PostgresDatabase } from '../connection/postgres-database.js';
import { ledgerColumns, toLedgerEntry, type LedgerDbRow } from '../rows/ledger-row.js';
import { IS_LINK, NEWEST_OF_A_LINK } from './newest-of-a-link.js';

/** The next coordinates after ($1, $2), with one step through the version index for each. */
const NEWEST = `
WITH RECURSIVE newest (namespace, key, version) AS (
  (SELECT namespace, coordinate_key, version FROM memory_events
    WHERE (namespace, coordinate_key) > ($1::text, $2::text) AND version IS NOT NULL
    ORDER BY namespace, coordinate_key, version LIMIT 1)
  UNION ALL
  SELECT n.namespace, n.coordinate_key, n.version FROM newest AS known, LATERAL (
    SELECT e.namespace, e.coordinate_key, e.version FROM memory_events e
    WHERE (e.namespace, e.coordinate_key) > (known.namespace, known.key) AND e.version IS NOT NULL
    ORDER BY e.namespace, e.coordinate_key, e.version LIMIT 1) AS n
)
SELECT ${ledgerColumns('e')}, born.version AS born_version, born.at_ms AS born_at_ms
FROM (SELECT namespace, key FROM newest LIMIT $3) AS next
CROSS JOIN LATERAL (SELECT * FROM memory_events
  WHERE namespace = next.namespace AND coordinate_key = next.key AND version IS NOT NULL
  ORDER BY version DESC LIMIT 1) AS e
LEFT JOIN LATERAL (SELECT c.version, floor(c."timestamp" * 1000) AS at_ms FROM memory_events c
  WHERE e.created_version IS NULL AND c.namespace = e.namespace AND c.coordinate_key = e.coordinate_key
    AND c.version <= e.version AND c.type = 'created'
  ORDER BY c.version DESC LIMIT 1) AS born ON true
ORDER BY e.namespace, e.coordinate_key`;

/** The newest row of each link from the next coordinates after ($1, $2). */
const NEWEST_LINKS = `
SELECT ${ledgerColumns('e')}
FROM (SELECT DISTINCT namespace, coordinate_key FROM memory_events
  WHERE (namespace, coordinate_key) > ($1::text, $2::text) AND ${IS_LINK}
  ORDER BY namespace, coordinate_key LIMIT $3) AS next
CROSS JOIN LATERAL (${NEWEST_OF_A_LINK('next.namespace', 'next.coordinate_key')}) AS e
ORDER BY e.namespace, e.coordinate_key, e.seq`;

interface NewestRow extends LedgerDbRow {
  /** Computed for a row of an earlier version, which does not store it. */
  readonly born_version: number | null;
  readonly born_at_ms: number | null;
}

/** Reads the newest ledger row of each coordinate in PostgreSQL. */
export class PostgresLedgerReader extends LedgerReader {
  constructor(private readonly database: PostgresDatabase) {
    super();
  }

  async highestMemoryId(): Promise<number> {
    const [row] = await this.database.query<{ highest: number }>({
      text: 'SELECT coalesce(max(memory_id), 0)::float8 AS highest FROM memory_events',
    });
    return row?.highest ?? 0;
  }

  async *scanNewest(batchSize: number): AsyncGenerator<LedgerBatch> {
    let last: NewestRow | undefined;
    do {
      const rows: NewestRow[] = await this.database.query<NewestRow>({
        text: NEWEST,
        values: [last?.namespace ?? '', last?.coordinate_key ?? '', batchSize],
      });
      if (rows.length > 0) yield toBatch(rows);
      last = rows.length === batchSize ? rows.at(-1) : undefined;
    } while (last);
  }

  async *scanLinks(coordinates: number): AsyncGenerator<readonly LedgerEntry[]> {
    let last: LedgerDbRow | undefined;
    do {
      const rows: LedgerDbRow[] = await this.database.query<LedgerDbRow>({
        text: NEWEST_LINKS,
        values: [last?.namespace ?? '', last?.coordinate_key ?? '', coordinates],
      });
      if (rows.length > 0) yield rows.map(toLedgerEntry);
      last = rows.at(-1);
    } while (last);
  }
}

function toBatch(rows: readonly NewestRow[]): LedgerBatch {
  const entries: LedgerEntry[] = [];
  const unreadable: UnreadableEntry[] = [];
  for (const row of rows) {
    const reason = whatIsUnknown(row);
    if (reason === undefined)
      entries.push(toEntry(row.type === 'deleted' ? { ...row, payload: {}, payload_text: null } : row));
    else unreadable.push({ id: row.id, namespace: trustedNamespace(row.namespace), key: row.coordinate_key, reason });
  }
  return { entries, unreadable };
}

/** Returns why a row of an earlier version cannot become a memory; undefined when it can. */
function whatIsUnknown({ type, payload_form: form, updated_at_ms }: NewestRow): string | undefined {
  if (type === 'deleted') return undefined;
  if (form === 'unknown') return 'an earlier version wrote it, and what was sent cannot be told from it';
  if (form === 'enriched') return 'an earlier version wrote it after the update; start the service once to convert it';
  return updated_at_ms === null ? 'an earlier version wrote it, and did not note when it expires' : undefined;
}

function toEntry({ born_version, born_at_ms, ...row }: NewestRow): LedgerEntry {
  const entry = toLedgerEntry(row);
  return {
    ...entry,
    createdVersion: entry.createdVersion ?? born_version,
    createdAtMs: entry.createdAtMs ?? born_at_ms,
  };
}
