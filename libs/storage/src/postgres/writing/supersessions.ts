import { InvalidRequestError, MAX_SUPERSEDED, identityOf, type Namespace, type WriteCommand } from '@sfm/memory';
import { SUPERSESSION_CLASS } from '../connection/advisory-lock-keys.js';
import type { RunInTransaction } from '../connection/postgres-database.js';
import { isLive } from '../rows/live-memory.js';

/** One writer of supersessions at a time in a namespace: two together could close a circle that neither sees. */
const TAKE_TURNS = `SELECT pg_advisory_xact_lock($1, hashtext(asked.name))
  FROM (SELECT DISTINCT name FROM unnest($2::text[]) AS n (name) ORDER BY name) AS asked`;

/** Locks rows in key order, as writers do. */
const LOCK = `SELECT m.namespace, m.coordinate_key AS key, ${isLive('m')} AS live
  FROM (SELECT DISTINCT namespace, key FROM unnest($1::text[], $2::text[]) AS a (namespace, key)) AS wanted
  JOIN memories m ON m.namespace = wanted.namespace AND m.coordinate_key = wanted.key
  ORDER BY m.namespace, m.coordinate_key FOR UPDATE OF m`;

/**
 * From each memory written, up to those that supersede it, and so on: a new memory has none, so that most walks end at
 * once. A circle leads back; of all that are superseded here, those by too many are told.
 */
const CONFIRM = `
WITH RECURSIVE up (namespace, start, key) AS (
  SELECT DISTINCT w.namespace, w.key, w.key FROM unnest($1::text[], $2::text[]) AS w (namespace, key)
  UNION
  SELECT up.namespace, up.start, newer.key
  FROM up
  JOIN memories m ON m.namespace = up.namespace AND m.coordinate_key = up.key AND m.deleted_at IS NULL
  CROSS JOIN LATERAL jsonb_object_keys(m.validity -> 'superseded_by') AS newer (key)
)
SELECT up.start AS key, 'circle' AS problem FROM up
JOIN memories m ON m.namespace = up.namespace AND m.coordinate_key = up.key AND m.deleted_at IS NULL
  AND m.validity -> 'superseded_by' ? up.start
UNION ALL
SELECT m.coordinate_key, 'crowd' FROM unnest($3::text[], $4::text[]) AS o (namespace, key)
JOIN memories m ON m.namespace = o.namespace AND m.coordinate_key = o.key
WHERE (SELECT count(*) FROM jsonb_object_keys(m.validity -> 'superseded_by')) > ${MAX_SUPERSEDED}
LIMIT 1`;

interface Place {
  readonly namespace: Namespace;
  readonly key: string;
}

/** What has to be known of a write. */
type Superseding = Pick<WriteCommand, 'namespace' | 'key' | 'isTakenOver'> & {
  readonly validity?: WriteCommand['validity'] | undefined;
};

/** True for a command that supersedes memories: it must be written in one transaction with `lock` and `confirm`. */
export function isSuperseding({ validity }: Superseding): boolean {
  return validity !== undefined && validity.supersedes.length > 0;
}

/** What commands supersede. The rows themselves are changed by a trigger of `memories`. */
export class Supersessions {
  private readonly commands: readonly Superseding[];
  private readonly older: readonly Place[];

  constructor(private readonly all: readonly Superseding[]) {
    this.commands = all.filter(isSuperseding);
    this.older = this.commands.flatMap(({ namespace, validity }) =>
      (validity?.supersedes ?? []).map((key) => ({ namespace, key })),
    );
  }

  /**
   * Locks the rows of all commands and of what they supersede.
   *
   * @throws InvalidRequestError when a command supersedes what does not live
   */
  async lock(run: RunInTransaction): Promise<void> {
    await run({ text: TAKE_TURNS, values: [SUPERSESSION_CLASS, this.commands.map(({ namespace }) => namespace)] });
    const places = [...this.all, ...this.older];
    const rows = await run<{ namespace: string; key: string; live: boolean }>({
      text: LOCK,
      values: columnsOf(places),
    });
    const living = new Set([...rows.filter(({ live }) => live), ...this.all].map(identityOf));
    for (const { namespace, key, validity, isTakenOver } of this.commands) {
      const missing = validity?.supersedes.find((older) => !living.has(identityOf({ namespace, key: older })));
      if (missing === undefined || isTakenOver) continue;
      throw new InvalidRequestError(
        'supersedes',
        `must name memories that live in the same namespace; ${key} cannot supersede ${missing}, where there is none`,
      );
    }
  }

  /**
   * Checks what has been written.
   *
   * @throws InvalidRequestError when a memory would supersede itself by way of others, or too many supersede one: the
   * transaction must not be committed
   */
  async confirm(run: RunInTransaction): Promise<void> {
    const [found] = await run<{ key: string; problem: 'circle' | 'crowd' }>({
      text: CONFIRM,
      values: [...columnsOf(this.commands), ...columnsOf(this.older)],
    });
    if (!found) return;
    const { key, problem } = found;
    throw new InvalidRequestError(
      'supersedes',
      problem === 'circle'
        ? `must not lead back to the memory itself; ${key} is superseded by what it would supersede`
        : `must not name a memory that ${MAX_SUPERSEDED} others supersede already, as ${key}`,
    );
  }
}

function columnsOf(places: readonly Place[]): [string[], string[]] {
  return [places.map(({ namespace }) => namespace), places.map(({ key }) => key)];
}
