import {
  NamespaceStore,
  trustedNamespace,
  type ListPosition,
  type Namespace,
  type NamespaceFacts,
  type NamespaceRest,
  type RemovalCut,
} from '@sfm/memory';
import { currentTraceparent } from '@sfm/observability';
import { DeadlinedChanges } from '../changes/deadlined-changes.js';
import type { PostgresDatabase, Statement } from '../connection/postgres-database.js';
import { removeLinksStatement, type UnlinkedRow } from '../links/unlink-statements.js';
import { LOCKS_KEPT } from '../locks/postgres-named-locks.js';
import { OutboxNotifier } from '../outbox/outbox-notifier.js';
import { epochMs } from '../rows/epoch-ms.js';
import { pendingSince } from '../rows/pending-since.js';
import { isLive, isLiveAt } from '../rows/live-memory.js';
import { deleteStatement, type DeletedRow } from '../writing/delete-statement.js';

/** Memories whose size is looked at. */
const SAMPLED = 1000;
/** Links and pending changes that are counted. */
const COUNTED = 10_000;

const SIZE = ['payload', 'payload_text', 'searched_text', 'embedding', 'coordinate', 'coordinate_key']
  .map((column) => `coalesce(pg_column_size(m.${column}), 0)`)
  .join(' + ');

/** $1 namespace, $2 now */
const FACTS = `
SELECT sample.*, links.count AS links, pending.count AS pending,
  coalesce(greatest(extract(epoch FROM clock_timestamp() - pending.oldest), 0), 0)::float8 AS oldest_pending_seconds
FROM (
  SELECT count(*)::int AS sampled, coalesce(sum(size), 0)::float8 AS sampled_bytes, max(created_at) AS newest_at
  FROM (SELECT m.created_at, ${SIZE} AS size FROM memories m WHERE m.namespace = $1 AND ${isLiveAt('m', '$2')}
    ORDER BY m.created_at DESC, m.id DESC LIMIT ${SAMPLED}) AS newest
) AS sample, (
  SELECT count(*)::int AS count FROM (SELECT FROM memory_links l WHERE l.namespace = $1 LIMIT ${COUNTED}) AS counted
) AS links, (
  SELECT count(*)::int AS count, min(since) AS oldest
  FROM (SELECT ${pendingSince('m')} AS since FROM memories m WHERE m.namespace = $1 AND m.indexed_version < m.version
    ORDER BY m.updated_at LIMIT ${COUNTED}) AS counted
) AS pending`;

interface FactsRow {
  readonly sampled: number;
  readonly sampled_bytes: number;
  readonly newest_at: Date | null;
  readonly links: number;
  readonly pending: number;
  readonly oldest_pending_seconds: number;
}

/**
 * $1 namespace, $2 cut, $3 and $4 the place to go on from, $5 limit. Rows that others hold are passed over, so the order of
 * locks cannot close a circle with that of writers; one that is written again meanwhile is looked at anew.
 */
const TAKE = `SELECT coordinate_key AS key, ${epochMs('created_at')} AS created_at_ms, id::float8 AS id FROM memories
  WHERE namespace = $1 AND deleted_at IS NULL AND updated_at <= $2
    AND (created_at, id) > ($3::timestamptz, $4::bigint)
  ORDER BY created_at, id LIMIT $5 FOR UPDATE SKIP LOCKED`;

interface TakenRow {
  readonly key: string;
  readonly created_at_ms: number;
  readonly id: number;
}

/** A lock that somebody holds is left to them, and one that ended lately to its sweep: see `LOCKS_KEPT`. */
const FORGET_REST = [
  'DELETE FROM importance_samples WHERE namespace = $1',
  'DELETE FROM importance_states WHERE namespace = $1',
  'DELETE FROM importance_scales WHERE namespace = $1',
  'DELETE FROM retention_policies WHERE namespace = $1',
  'DELETE FROM consolidation_items i USING consolidations c WHERE c.namespace = $1 AND c.id = i.consolidation_id',
  'DELETE FROM consolidations WHERE namespace = $1',
  `DELETE FROM named_locks WHERE namespace = $1 AND expires_at < clock_timestamp() - ${LOCKS_KEPT}`,
  'UPDATE namespaces SET copy = NULL WHERE name = $1 AND copy IS NOT NULL',
  `DELETE FROM namespace_moves WHERE target = $1 AND phase = 'done'`,
  `UPDATE namespace_moves SET phase = 'done' WHERE source = $1 AND phase = 'moved'`,
] as const;

const END_TRANSFERS = [
  'UPDATE namespaces SET copy = NULL WHERE name = $1 AND copy IS NOT NULL',
  `DELETE FROM namespace_moves WHERE (source = $1 OR target = $1) AND phase IN ('copying', 'following', 'closed')`,
] as const;

/** Lets a transaction change what is being renamed. */
const MOVES: Statement = { text: `SELECT set_config('soma.moves', 'true', true)` };

/** Knows the namespaces in PostgreSQL, and empties them. */
export class PostgresNamespaceStore extends NamespaceStore {
  private readonly changes: DeadlinedChanges;
  private readonly notifier: OutboxNotifier;

  constructor(private readonly database: PostgresDatabase) {
    super();
    this.changes = DeadlinedChanges.on(database);
    this.notifier = new OutboxNotifier(database);
  }

  async names(after: Namespace | undefined, limit: number): Promise<readonly Namespace[]> {
    const rows = await this.database.query<{ readonly name: string }>({
      text: 'SELECT name FROM namespaces WHERE name > $1 ORDER BY name LIMIT $2',
      values: [after ?? '', limit],
    });
    return rows.map(({ name }) => trustedNamespace(name));
  }

  async facts(namespace: Namespace, now: Date): Promise<NamespaceFacts> {
    const [row] = await this.database.query<FactsRow>({ text: FACTS, values: [namespace, now.toISOString()] });
    if (!row) throw new Error('a query of sums gave no row');
    return {
      sampled: row.sampled,
      sampledBytes: row.sampled_bytes,
      newestAt: row.newest_at,
      links: row.links,
      pending: row.pending,
      oldestPendingSeconds: row.oldest_pending_seconds,
    };
  }

  async now(): Promise<Date> {
    const [row] = await this.database.query<{ readonly at: Date }>({ text: 'SELECT clock_timestamp() AS at' });
    if (!row) throw new Error('the clock gave no time');
    return row.at;
  }

  async endTransfers(namespace: Namespace): Promise<void> {
    await this.database.transactionWithRetry(async (run) => {
      for (const text of END_TRANSFERS) await run({ text, values: [namespace] });
    });
  }

  async removeMemories(
    { namespace, before }: RemovalCut,
    after: ListPosition | undefined,
    eventIds: readonly string[],
  ): Promise<{ readonly removed: number; readonly next?: ListPosition }> {
    const from = after ? [new Date(after.createdAtMs).toISOString(), after.id] : ['-infinity', 0];
    const { taken, rows } = await this.changes.transaction(async (run, deadlineMs) => {
      await run(MOVES);
      const taken = await run<TakenRow>({
        text: TAKE,
        values: [namespace, before.toISOString(), ...from, eventIds.length],
      });
      if (taken.length === 0) return { taken, rows: [] };
      const commands = taken.map(({ key }, index) => ({ namespace, key, eventId: eventIds[index] ?? '' }));
      return { taken, rows: await run<DeletedRow>(deleteStatement(commands, deadlineMs, currentTraceparent())) };
    });
    if (rows.length > 0) this.notifier.notify();
    const removed = rows.filter(({ live }) => live).length;
    const last = taken.at(-1);
    if (!last || taken.length < eventIds.length) return { removed };
    return { removed, next: { createdAtMs: last.created_at_ms, id: last.id } };
  }

  async removeLinks({ namespace, before }: RemovalCut, limit: number): Promise<number> {
    const cut = { namespace, before: before.toISOString(), limit, traceparent: currentTraceparent() };
    const [row] = await this.changes.transaction(async (run, deadlineMs) => {
      await run(MOVES);
      return run<UnlinkedRow>(removeLinksStatement(cut, deadlineMs));
    });
    const removed = row?.removed ?? 0;
    if (removed > 0) this.notifier.notify();
    return removed;
  }

  async rest(namespace: Namespace, before: Date): Promise<NamespaceRest> {
    const exists = (table: string, condition: string) =>
      `EXISTS (SELECT FROM ${table} WHERE namespace = $1 AND ${condition})`;
    const [row] = await this.database.query<NamespaceRest>({
      text: `SELECT ${exists('memories', 'deleted_at IS NULL AND updated_at <= $2')} OR ${exists('memory_links', 'updated_at <= $2')}
          AS "isToRemove",
        ${exists('memories', isLive('memories'))} OR ${exists('memory_links', 'true')} AS "isInUse"`,
      values: [namespace, before.toISOString()],
    });
    if (!row) throw new Error('a query of facts gave no row');
    return row;
  }

  async forgetRest(namespace: Namespace): Promise<void> {
    await this.database.transactionWithRetry(async (run) => {
      for (const text of FORGET_REST) await run({ text, values: [namespace] });
    });
  }
}
