import { randomInt } from 'node:crypto';
import {
  isValid,
  MEMORY_TYPES,
  MemorySelection,
  type ListPosition,
  type Memory,
  type Namespace,
  type SelectionQuery,
  type ValidityQuery,
} from '@sfm/memory';
import type { PostgresDatabase } from '../connection/postgres-database.js';
import { isLiveAt } from '../rows/live-memory.js';
import { MEMORY_COLUMNS, toMemory, type MemoryRow } from '../rows/memory-row.js';
import { filterSql } from './filter-sql.js';
import { readWindow } from './memory-window.js';
import { SqlParameters } from './sql-parameters.js';
import { validitySql } from './validity-sql.js';

/** Number of rows that one look at the recent ones passes over. */
const WINDOW = 10_000;
/** Places of the table that are looked at for each memory of a sample. A few percent of them hold a row. */
const PROBES_PER_MEMORY = 150;
const LEAST_PROBES = 600;
/** Memories drawn for each one of a sample, before it is known which of them hold: most do. */
const DRAWN_PER_MEMORY = 2;
/** Larger samples would look in vain too often. */
const MAX_PROBED_SAMPLE = 40;

const IMPORTANCE = 'coalesce(m.importance, 0)';
const BY_IMPORTANCE = `${IMPORTANCE} DESC, m.created_at, m.id`;

/** $1 namespace, $2 now, $3 limit; each type along the index by itself. @param holds SQL on `memories m` */
const IMPORTANT = (types: readonly string[], holds: string) => `SELECT ${MEMORY_COLUMNS} FROM (
${types
  .map(
    (type) => `(SELECT * FROM memories m
  WHERE m.namespace = $1 AND m.type = '${type}' AND ${isLiveAt('m', '$2')} AND ${holds}
  ORDER BY ${BY_IMPORTANCE} LIMIT $3)`,
  )
  .join(' UNION ALL ')}) AS m
ORDER BY ${BY_IMPORTANCE} LIMIT $3`;

/** $1 namespace, $2 now, $3 type. */
const ELIGIBLE = `m.namespace = $1 AND ($3::text IS NULL OR m.type = $3) AND ${isLiveAt('m', '$2')}`;

/** Draws from all rows of the namespace. As long as they need not hold, its index is read and no row but those drawn. */
const DRAWN = (holds: string) => `SELECT ${MEMORY_COLUMNS} FROM (
  SELECT m.namespace, m.created_at, m.id FROM memories m WHERE ${ELIGIBLE} AND ${holds} ORDER BY random() LIMIT $4
) AS drawn
JOIN memories m ON m.namespace = drawn.namespace AND m.created_at = drawn.created_at AND m.id = drawn.id`;

/** What lives at places of the table, $4. Every visible row has one place. */
const PROBED = `SELECT ${MEMORY_COLUMNS} FROM memories m WHERE m.ctid = ANY ($4::tid[]) AND ${ELIGIBLE}`;

/** Pages of the table, and most rows that one has room for: MaxHeapTuplesPerPage of PostgreSQL. */
const EXTENT = `SELECT (pg_relation_size('memories') / size)::float8 AS pages, floor((size - 24) / 28)::float8 AS room
  FROM (SELECT current_setting('block_size')::bigint AS size) AS block`;

interface TableExtent {
  readonly pages: number;
  readonly room: number;
}

/** Selects memories in PostgreSQL. */
export class PostgresMemorySelection extends MemorySelection {
  /** @param probedFromPages size of the table from which small samples are drawn without reading an index */
  constructor(
    private readonly database: PostgresDatabase,
    private readonly probedFromPages = 20_000,
  ) {
    super();
  }

  async recent(namespace: Namespace, { type, valid, limit }: SelectionQuery, now: Date): Promise<readonly Memory[]> {
    const found: MemoryRow[] = [];
    let from: ListPosition | undefined;
    for (;;) {
      const parameters = new SqlParameters();
      const ofType = filterSql(type === undefined ? undefined : { type }, parameters);
      const condition = `${ofType} AND ${validitySql(valid, parameters)}`;
      const bounds = { from, condition, size: WINDOW, limit: limit - found.length, now };
      const window = await readWindow<MemoryRow>(
        this.database,
        { namespace, columns: MEMORY_COLUMNS, order: 'newest first', ...bounds },
        parameters,
      );
      found.push(...window.rows);
      if (found.length >= limit || window.edge === undefined) return found.map(toMemory);
      from = window.edge;
    }
  }

  async important(namespace: Namespace, { type, valid, limit }: SelectionQuery, now: Date): Promise<readonly Memory[]> {
    const parameters = new SqlParameters([namespace, now.toISOString(), limit]);
    const holds = validitySql(valid, parameters);
    const rows = await this.database.query<MemoryRow>({
      name: `sfm_important_${type ?? 'any'}_${nameOf(valid)}`,
      text: IMPORTANT(type === undefined ? MEMORY_TYPES : [type], holds),
      values: parameters.values,
    });
    return rows.map(toMemory);
  }

  /**
   * Of a large table, random places are looked at, and what lives there is the sample: each row is at one place, so none is
   * more likely than another, and the work does not grow with the namespace. Where too few of the places hold a row of the
   * namespace, and of a small table, all are drawn from. Only when too few of what was drawn hold, the rows of all are read.
   */
  async sample(namespace: Namespace, { type, valid, limit }: SelectionQuery, now: Date): Promise<readonly Memory[]> {
    const values = [namespace, now.toISOString(), type ?? null];
    const extent = limit > MAX_PROBED_SAMPLE ? undefined : await this.extent();
    if (extent && extent.pages >= this.probedFromPages) {
      const places = randomPlaces(extent, Math.max(LEAST_PROBES, limit * PROBES_PER_MEMORY));
      const hits = await this.database.query<MemoryRow>({
        name: 'sfm_probed',
        text: PROBED,
        values: [...values, places],
      });
      const held = hits.map(toMemory).filter(({ validity }) => isValid(validity, valid));
      if (held.length >= limit) return shuffled(held).slice(0, limit);
    }
    const many = valid ? limit * DRAWN_PER_MEMORY : limit;
    const drawn = await this.drawn([...values, many]);
    const held = drawn.filter(({ validity }) => isValid(validity, valid));
    if (held.length >= limit || drawn.length < many) return shuffled(held).slice(0, limit);
    return shuffled(await this.drawn([...values, limit], valid));
  }

  private async drawn(values: readonly unknown[], valid?: ValidityQuery): Promise<readonly Memory[]> {
    const parameters = new SqlParameters(values);
    const text = DRAWN(validitySql(valid, parameters));
    const name = `sfm_drawn_${nameOf(valid)}`;
    return (await this.database.query<MemoryRow>({ name, text, values: parameters.values })).map(toMemory);
  }

  private async extent(): Promise<TableExtent | undefined> {
    const [row] = await this.database.query<TableExtent>({ name: 'sfm_table_extent', text: EXTENT });
    return row;
  }
}

/** Names what `validitySql` makes of it: statements of one name have one text. */
function nameOf(valid: ValidityQuery | undefined): string {
  return valid ? (valid.withSuperseded ? 'held' : 'valid') : 'all';
}

/** Returns different places of the table, each as likely as any other; all of them when there are few. */
function randomPlaces({ pages, room }: TableExtent, count: number): readonly string[] {
  const all = pages * room;
  const drawn = new Set<number>();
  if (all <= count) for (let place = 0; place < all; place += 1) drawn.add(place);
  while (drawn.size < Math.min(count, all)) drawn.add(randomInt(all));
  return [...drawn].map((place) => `(${Math.floor(place / room)},${(place % room) + 1})`);
}

/** Fisher and Yates. */
function shuffled<T>(items: readonly T[]): T[] {
  const order = [...items];
  for (let last = order.length - 1; last > 0; last -= 1) {
    const other = randomInt(last + 1);
    const [one, two] = [order[last], order[other]];
    if (one !== undefined && two !== undefined) [order[last], order[other]] = [two, one];
  }
  return order;
}
