import { DerivedTables, type DerivedText, type LinkId, type Namespace } from '@sfm/memory';
import type { PostgresDatabase } from '../connection/postgres-database.js';
import { groupingKey } from '../writing/grouping-key.js';
import { IS_DANGLING } from './dangling-link.js';

/** Repairs `memory_links`, `namespaces` and derived columns of `memories`. */
export class PostgresDerivedTables extends DerivedTables {
  constructor(private readonly database: PostgresDatabase) {
    super();
  }

  async danglingLinks(namespace: Namespace): Promise<readonly LinkId[]> {
    return this.database.query<LinkId & { from: string }>({
      text: `SELECT l.from_key AS "from", l.to_key AS "to", l.link_type AS type FROM memory_links l
        WHERE l.namespace = $1 AND ${IS_DANGLING}
        ORDER BY l.from_key, l.link_type, l.to_key`,
      values: [namespace],
    });
  }

  async removeDanglingLinks(namespace: Namespace, links: readonly LinkId[]): Promise<number> {
    const removed = await this.database.queryWithRetry({
      text: `DELETE FROM memory_links l
        USING unnest($2::text[], $3::text[], $4::text[]) AS given (from_key, to_key, link_type)
        WHERE l.namespace = $1 AND l.from_key = given.from_key AND l.to_key = given.to_key
          AND l.link_type = given.link_type AND ${IS_DANGLING}
        RETURNING l.from_key`,
      values: [namespace, links.map(({ from }) => from), links.map(({ to }) => to), links.map(({ type }) => type)],
    });
    return removed.length;
  }

  /** Locks rows in key order, as writers do. */
  async rewriteTexts(namespace: Namespace, texts: readonly DerivedText[]): Promise<void> {
    if (texts.length === 0) return;
    await this.database.queryWithRetry({
      text: `WITH wanted AS MATERIALIZED (
          SELECT m.coordinate_key, a.searched_text, a.session
          FROM unnest($2::text[], $3::int[], $4::text[], $5::text[]) AS a (key, version, searched_text, session)
          JOIN memories m ON m.namespace = $1 AND m.coordinate_key = a.key AND m.version = a.version AND m.deleted_at IS NULL
          ORDER BY m.coordinate_key
          FOR NO KEY UPDATE OF m)
        UPDATE memories m SET searched_text = w.searched_text, session = w.session, embedding = NULL, embedding_space = NULL,
          indexed_version = 0
        FROM wanted w
        WHERE m.namespace = $1 AND m.coordinate_key = w.coordinate_key`,
      values: [
        namespace,
        texts.map(({ key }) => key),
        texts.map(({ version }) => version),
        texts.map(({ searchedText }) => searchedText),
        texts.map(({ session }) => groupingKey(session)),
      ],
    });
  }

  async register(namespace: Namespace): Promise<void> {
    await this.database.query({
      text: 'INSERT INTO namespaces (name) VALUES ($1) ON CONFLICT DO NOTHING',
      values: [namespace],
    });
  }
}
