import { DerivedTables, type LinkId, type Namespace } from '@sfm/memory';
import type { PostgresDatabase } from '../connection/postgres-database.js';

/** A link with an end where no memory lives; an expired memory counts as living until it is removed. */
const IS_DANGLING = `(
  NOT EXISTS (SELECT FROM memories m
    WHERE m.namespace = l.namespace AND m.coordinate_key = l.from_key AND m.deleted_at IS NULL)
  OR NOT EXISTS (SELECT FROM memories m
    WHERE m.namespace = l.namespace AND m.coordinate_key = l.to_key AND m.deleted_at IS NULL))`;

/** Repairs `memory_links` and `namespaces` from `memories`. */
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

  async register(namespace: Namespace): Promise<void> {
    await this.database.query({
      text: 'INSERT INTO namespaces (name) VALUES ($1) ON CONFLICT DO NOTHING',
      values: [namespace],
    });
  }
}
