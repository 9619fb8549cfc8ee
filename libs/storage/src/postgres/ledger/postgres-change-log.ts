import {
  ChangeLog,
  UnknownCursorError,
  type LoggedChange,
  type LogPage,
  type LogPosition,
  type MemoryEventType,
  type Namespace,
} from '@sfm/memory';
import type { PostgresDatabase } from '../connection/postgres-database.js';
import { settledPosition } from '../portability/ledger-position.js';

interface WindowRow {
  readonly is_same: boolean;
  readonly seq: number | null;
  readonly id: string;
  readonly is_mine: boolean;
  readonly kind: MemoryEventType | null;
  readonly key: string | null;
  readonly version: number | null;
  readonly at: number;
}

type FoundRow = WindowRow & { readonly seq: number };

/** What a reading of the ledger looks at. */
interface Window {
  readonly namespace: Namespace;
  readonly position: LogPosition;
  readonly upTo: number;
  readonly limit: number;
}

/** How long a page waits for writes under way that may still come in front of its changes. */
const SETTLE_MS = 1000;

const KINDS = `('created', 'updated', 'deleted', 'linked', 'unlinked')`;

/**
 * So many rows behind a position, of all namespaces: only their order tells whether one is missing. Of other namespaces
 * nothing but the number is read.
 */
const WINDOW = `
SELECT $3::bigint IS NULL OR EXISTS (SELECT FROM memory_events WHERE seq = $3::bigint AND id = $4::uuid) AS is_same,
  w.seq::float8 AS seq, w.id, w.is_mine, w.kind, w.key, w.version, w.at
FROM (SELECT) AS always
LEFT JOIN LATERAL (
  SELECT seq, id, namespace = $1 AS is_mine,
    CASE WHEN namespace = $1 AND type IN ${KINDS} THEN type END AS kind,
    CASE WHEN namespace = $1 THEN coordinate_key END AS key,
    CASE WHEN namespace = $1 THEN version END AS version,
    CASE WHEN namespace = $1 THEN "timestamp" END AS at
  FROM memory_events WHERE seq > $2::bigint AND seq <= $5::bigint ORDER BY seq LIMIT $6
) AS w ON true
ORDER BY w.seq`;

/** Larger than any number of a row. */
const END = Number.MAX_SAFE_INTEGER;

/**
 * Reads `memory_events` in the order of its sequence. Numbers are drawn before the commit, so one that is missing may still
 * appear: rows behind it are told when all transactions have ended that could have drawn it. See `PostgresChangeFeed` for why
 * that is certain.
 */
export class PostgresChangeLog extends ChangeLog {
  constructor(private readonly database: PostgresDatabase) {
    super();
  }

  async now(): Promise<LogPosition> {
    const seq = await settledPosition(this.database);
    return { seq, settledUpTo: seq };
  }

  async after(namespace: Namespace, position: LogPosition, limit: number): Promise<LogPage> {
    const rows = await this.window({ namespace, position, upTo: END, limit });
    const last = rows.at(-1)?.seq ?? position.seq;
    const isCaughtUp = rows.length < limit;
    const { settledUpTo = 0 } = position;
    if (last <= settledUpTo || last - position.seq === rows.length) return pageOf(rows, { position, isCaughtUp });
    const settled = await settledPosition(this.database, SETTLE_MS).catch(() => undefined);
    if (settled === undefined) {
      // A transaction stays open: what is surely in front of its number is told, and the rest waits.
      const unbroken = rows.filter(({ seq }, index) => seq <= settledUpTo || seq - position.seq === index + 1);
      return pageOf(unbroken, { position, isCaughtUp: true });
    }
    const whole = await this.window({ namespace, position, upTo: last, limit });
    return pageOf(whole, {
      position: { ...position, settledUpTo: settled },
      isCaughtUp: isCaughtUp && whole.length < limit,
    });
  }

  private async window({ namespace, position: { seq, anchor }, upTo, limit }: Window): Promise<readonly FoundRow[]> {
    const rows = await this.database.query<WindowRow>({
      name: 'sfm_change_log',
      text: WINDOW,
      values: [namespace, seq, anchor?.seq ?? null, anchor?.eventId ?? null, upTo, limit],
    });
    if (rows[0]?.is_same !== true) {
      throw new UnknownCursorError(
        'position',
        'is of another ledger, or of one that was restored: begin to watch anew',
      );
    }
    return rows.filter((row): row is FoundRow => row.seq !== null);
  }
}

function pageOf(rows: readonly FoundRow[], page: Pick<LogPage, 'position' | 'isCaughtUp'>): LogPage {
  const newest = rows.findLast(({ is_mine: isMine }) => isMine);
  const anchor = newest ? { seq: newest.seq, eventId: newest.id } : page.position.anchor;
  const { settledUpTo } = page.position;
  return {
    changes: rows.flatMap(toChange),
    position: {
      seq: rows.at(-1)?.seq ?? page.position.seq,
      ...(anchor ? { anchor } : {}),
      ...(settledUpTo === undefined ? {} : { settledUpTo }),
    },
    isCaughtUp: page.isCaughtUp,
  };
}

function toChange({ id, kind, key, version, at }: FoundRow): LoggedChange[] {
  return kind === null || key === null ? [] : [{ eventId: id, kind, key, version, at: new Date(at * 1000) }];
}
