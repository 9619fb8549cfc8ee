import {
  RetainedMemories,
  trustedNamespace,
  type CandidateQuery,
  type DeleteReceipt,
  type Namespace,
  type RemovalCandidate,
  type RemovalCommand,
} from '@sfm/memory';
import { outsideTraces } from '@sfm/observability';
import { DeadlinedChanges } from '../changes/deadlined-changes.js';
import type { PostgresDatabase, Statement } from '../connection/postgres-database.js';
import { OutboxNotifier } from '../outbox/outbox-notifier.js';
import { isAtRest } from '../rows/at-rest.js';
import { isLive } from '../rows/live-memory.js';
import { deleteReceipts, ruleDeleteStatement, type DeletedRow } from '../writing/delete-statement.js';

const COLUMNS = 'm.coordinate_key, m.coordinate, m.version, m.importance, m.created_at';
const ago = (parameter: string) => `now() - make_interval(secs => ${parameter}::float8)`;

const EXPIRED = `SELECT ${COLUMNS} FROM memories m
  WHERE m.namespace = $1 AND m.deleted_at IS NULL AND m.expires_at <= now() ORDER BY m.expires_at LIMIT $2`;

/** Along the index, which knows all that is asked; only the rows that are returned are read. */
const chosenBy = (where: string, order: string) => `WITH chosen AS MATERIALIZED (
  SELECT m.created_at, m.id, row_number() OVER (ORDER BY ${order}) AS place FROM memories m
  WHERE m.namespace = $1 AND ${isLive('m')} AND ($2::float8 IS NULL OR coalesce(m.importance, 0) < $2::float8) AND ${where}
  ORDER BY ${order} LIMIT $3
)
SELECT ${COLUMNS} FROM chosen c
JOIN memories m ON m.namespace = $1 AND m.created_at = c.created_at AND m.id = c.id
ORDER BY c.place`;

const OLD = chosenBy(`m.created_at < ${ago('$4')}`, 'm.created_at, m.id');

/** The newest is found at the end of the index. */
const LEAST = chosenBy(
  `($4::float8 IS NULL OR m.created_at >= ${ago('$4')})
    AND (m.created_at, m.id) <> (SELECT n.created_at, n.id FROM memories n
      WHERE n.namespace = $1 AND ${isLive('n')} ORDER BY n.created_at DESC, n.id DESC LIMIT 1)`,
  'coalesce(m.importance, 0), m.created_at, m.id',
);

const COUNT = `SELECT count(*)::float8 AS count
  FROM (SELECT FROM memories m WHERE m.namespace = $1 AND ${isLive('m')} LIMIT $2) AS counted`;

interface CandidateRow {
  readonly coordinate_key: string;
  readonly coordinate: number[];
  readonly version: number;
  readonly importance: number | null;
  readonly created_at: Date;
}

/** Finds what rules remove by the index of creation times, and turns it into tombstones. */
export class PostgresRetainedMemories extends RetainedMemories {
  private readonly notifier: OutboxNotifier;
  private readonly changes: DeadlinedChanges;

  constructor(private readonly database: PostgresDatabase) {
    super();
    this.changes = DeadlinedChanges.on(database);
    this.notifier = new OutboxNotifier(database);
  }

  async namespaces(after: Namespace | undefined, limit: number): Promise<readonly Namespace[]> {
    const rows = await this.database.query<{ name: string }>({
      name: 'sfm_retained_namespaces',
      text: `SELECT name FROM namespaces n WHERE name > $1 AND ${isAtRest('n.name')} ORDER BY name LIMIT $2`,
      values: [after ?? '', limit],
    });
    return rows.map(({ name }) => trustedNamespace(name));
  }

  async countUpTo(namespace: Namespace, bound: number): Promise<number> {
    const values = [namespace, bound];
    const [row] = await this.database.query<{ count: number }>({ name: 'sfm_retained_count', text: COUNT, values });
    return row?.count ?? 0;
  }

  expired(namespace: Namespace, limit: number): Promise<readonly RemovalCandidate[]> {
    return this.candidates({ name: 'sfm_expired_of', text: EXPIRED, values: [namespace, limit] });
  }

  olderThan(namespace: Namespace, seconds: number, { keepImportanceFrom, limit }: CandidateQuery) {
    return this.candidates({ text: OLD, values: [namespace, keepImportanceFrom, limit, seconds] });
  }

  least(
    namespace: Namespace,
    {
      keepImportanceFrom,
      limit,
      notOlderThanSeconds,
    }: CandidateQuery & { readonly notOlderThanSeconds: number | null },
  ) {
    return this.candidates({ text: LEAST, values: [namespace, keepImportanceFrom, limit, notOlderThanSeconds] });
  }

  async remove(commands: readonly RemovalCommand[], fence: number): Promise<readonly DeleteReceipt[]> {
    if (commands.length === 0) return [];
    const rows = await outsideTraces(() =>
      this.changes.run<DeletedRow>((deadlineMs) => ruleDeleteStatement(commands, fence, deadlineMs)),
    );
    if (rows.length > 0) this.notifier.notify();
    return deleteReceipts(commands, rows);
  }

  private async candidates(statement: Statement): Promise<readonly RemovalCandidate[]> {
    const rows = await this.database.query<CandidateRow>(statement);
    return rows.map(({ coordinate_key: key, coordinate, version, importance, created_at: createdAt }) => ({
      key,
      coordinate,
      version,
      importance,
      createdAt,
    }));
  }
}
