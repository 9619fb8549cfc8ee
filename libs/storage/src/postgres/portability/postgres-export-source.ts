import {
  ExportSource,
  isJsonObject,
  toDouble,
  type EarlierVersions,
  type JsonObject,
  type Link,
  type LinkName,
  type LinkPlace,
  type ListPosition,
  type MemoryType,
  type Namespace,
  type PortableVersion,
  type SnapshotLinks,
  type SnapshotMemories,
  type SnapshotMemory,
  type SnapshotQuery,
} from '@sfm/memory';
import type { PostgresDatabase } from '../connection/postgres-database.js';
import { toLink, type LinkDbRow } from '../links/link-row.js';
import { decodeEmbedding } from '../rows/embedding-codec.js';
import { validityOf } from '../rows/validity-column.js';
import { parsePayload, payloadOf, type PayloadColumns } from '../rows/payload-columns.js';
import { settledPosition } from './ledger-position.js';
import { LINKS, MEMORIES, PAGE_ROWS, VERSIONS } from './snapshot-statements.js';

interface ContentRow extends PayloadColumns {
  readonly importance: number | null;
  readonly importance_norm: number | null;
  readonly expires_at_ms: number | null;
  readonly validity: JsonObject | null;
}

/** Content is null, like all that follows it, unless the row is wanted. */
interface SnapshotRow extends ContentRow {
  readonly place_ms: number;
  readonly place_id: number;
  readonly key: string;
  readonly coordinate: number[];
  readonly created_version: number;
  readonly is_wanted: boolean;
  readonly type: MemoryType;
  readonly version: number;
  readonly updated_at_ms: number;
  readonly embedding: Buffer | null;
  readonly embedding_space: string | null;
}

interface VersionRow extends ContentRow {
  readonly version: number;
  readonly type: PortableVersion['change'];
  readonly at_ms: number;
  readonly memory_type: MemoryType | null;
  readonly payload_form: string;
}

interface SnapshotLinkRow extends LinkDbRow {
  readonly is_wanted: boolean;
  /** What the link was made of then, where it has changed since. */
  readonly past: JsonObject | null;
  readonly past_text: string | null;
}

/** Reads snapshots from PostgreSQL: each page is one statement, bounded by a number of the ledger. */
export class PostgresExportSource extends ExportSource {
  constructor(private readonly database: PostgresDatabase) {
    super();
  }

  position(): Promise<number> {
    return settledPosition(this.database);
  }

  async memories(
    namespace: Namespace,
    { position, after, now, withVectors }: SnapshotQuery<ListPosition> & { readonly withVectors: boolean },
  ): Promise<SnapshotMemories> {
    const rows = await this.database.query<SnapshotRow>({
      name: 'sfm_export_memories',
      text: MEMORIES,
      values: [
        namespace,
        new Date(after?.createdAtMs ?? 0).toISOString(),
        after?.id ?? -1,
        position,
        now.toISOString(),
        withVectors,
      ],
    });
    const last = rows.at(-1);
    return {
      memories: rows.filter(({ is_wanted }) => is_wanted).map(toMemory),
      ...(last ? { next: { createdAtMs: last.place_ms, id: last.place_id } } : {}),
    };
  }

  async versions(
    namespace: Namespace,
    { key, position, from, below }: EarlierVersions,
  ): Promise<readonly PortableVersion[]> {
    const rows = await this.database.query<VersionRow>({
      name: 'sfm_export_versions',
      text: VERSIONS,
      values: [namespace, key, from, below, position],
    });
    const unbroken: PortableVersion[] = [];
    for (const row of rows) {
      const isKnown = row.type === 'deleted' || (row.payload_form === 'sent' && row.memory_type !== null);
      if (!isKnown || row.version !== below - 1 - unbroken.length) break;
      unbroken.push(toVersion(row));
    }
    // Nothing begins with its end.
    while (unbroken.at(-1)?.change === 'deleted') unbroken.pop();
    return unbroken.reverse();
  }

  async links(namespace: Namespace, { position, after, now }: SnapshotQuery<LinkPlace>): Promise<SnapshotLinks> {
    const rows = await this.database.query<SnapshotLinkRow>({
      name: 'sfm_export_links',
      text: LINKS,
      values: [namespace, after?.fromKey ?? '', after?.id ?? 0, position, now.toISOString()],
    });
    const last = rows.at(-1);
    return {
      links: rows.filter(({ is_wanted }) => is_wanted).map(toSnapshotLink),
      ...(last && rows.length === PAGE_ROWS ? { next: { fromKey: last.from_key, id: last.id } } : {}),
    };
  }

  async memoryId(namespace: Namespace, key: string): Promise<number | undefined> {
    const [row] = await this.database.query<{ id: number }>({
      text: 'SELECT id::float8 AS id FROM memories WHERE namespace = $1 AND coordinate_key = $2',
      values: [namespace, key],
    });
    return row?.id;
  }

  async linkId(namespace: Namespace, { fromKey, type, toKey }: LinkName): Promise<number | undefined> {
    const [row] = await this.database.query<{ id: number }>({
      text: `SELECT id::float8 AS id FROM memory_links
        WHERE namespace = $1 AND from_key = $2 AND link_type = $3 AND to_key = $4`,
      values: [namespace, fromKey, type, toKey],
    });
    return row?.id;
  }
}

function toMemory(row: SnapshotRow): SnapshotMemory {
  const { key, coordinate, version, embedding, embedding_space: space } = row;
  return {
    key,
    coordinate,
    version,
    createdVersion: row.created_version,
    ...toContent(row, row.type),
    createdAt: new Date(row.place_ms),
    updatedAt: new Date(row.updated_at_ms),
    ...(embedding === null || space === null ? {} : { vector: { space, values: decodeEmbedding(embedding) } }),
  };
}

function toVersion(row: VersionRow): PortableVersion {
  const { version, type: change, at_ms, memory_type } = row;
  const isDeletion = change === 'deleted' || memory_type === null;
  return { version, change, at: new Date(at_ms), content: isDeletion ? null : toContent(row, memory_type) };
}

function toContent(row: ContentRow, type: MemoryType) {
  return {
    type,
    payload: payloadOf(row),
    importance: row.importance,
    importanceNorm: row.importance_norm ?? 0,
    expiresAt: row.expires_at_ms === null ? null : new Date(row.expires_at_ms),
    ...validityOf(row.validity),
  };
}

/** The link as it was then: its ledger row has all that it was made of. */
function toSnapshotLink({ past, past_text, ...row }: SnapshotLinkRow): Link {
  const link = toLink(row);
  if (past === null) return link;
  const facts = past_text === null ? past : parsePayload(past_text);
  const number = (name: string) => toDouble(facts[name]) ?? 0;
  const { metadata } = facts;
  return {
    ...link,
    weight: number('weight'),
    metadata: isJsonObject(metadata) ? metadata : {},
    version: number('version'),
    createdAt: new Date(number('created_at')),
    updatedAt: new Date(number('updated_at')),
  };
}
