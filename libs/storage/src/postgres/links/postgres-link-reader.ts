import {
  LinkReader,
  type BridgesQuery,
  type CheapestPath,
  type CheapestPathQuery,
  type Namespace,
  type Step,
  type StepsFrom,
  type StepsQuery,
  type TouchingLink,
  type TouchingQuery,
} from '@sfm/memory';
import type { PostgresDatabase, Statement } from '../connection/postgres-database.js';
import { isLiveAt } from '../rows/live-memory.js';
import { cheapestPathStatement, toCheapestPath, type CheapestPathRow } from './path-statement.js';
import { LinkCounter } from './link-counter.js';
import { linkColumns, toLink, type LinkDbRow } from './link-row.js';

type Way = 'out' | 'in';

/** The column of the end that a link is looked at from, and that of the other one. */
const HERE: Readonly<Record<Way, string>> = { out: 'from', in: 'to' };
const THERE: Readonly<Record<Way, string>> = { out: 'to', in: 'from' };

/**
 * A memory that has expired is still a row until it is removed. Its links are not shown any more; those written since then
 * belong to the bare coordinate. OFFSET 0 keeps this a look-up for each link: as a join it may read all expired memories.
 */
const isShown = (end: string) => `NOT EXISTS (SELECT FROM memories m
      WHERE m.namespace = l.namespace AND m.coordinate_key = l.${end}_key AND m.deleted_at IS NULL
        AND m.expires_at <= $3::timestamptz AND (l.${end}_life IS NOT NULL OR l.updated_at < m.expires_at) OFFSET 0)`;

/** $1 namespace, $2 keys, $3 now, $4 limit; what narrows the links further follows. */
function touchingStatement({ direction, order, now, limit, ...narrower }: TouchingQuery): Statement {
  const values: unknown[] = [];
  const given = (value: unknown, condition: (parameter: string) => string) => {
    if (value === undefined) return '';
    return `AND ${condition(`$${4 + values.push(value)}`)}`;
  };
  const [beyond, sorting] = order === 'newest' ? ['<', 'DESC'] : ['>', 'ASC'];
  const after = given(narrower.after, (parameter) => `l.id ${beyond} ${parameter}::bigint`);
  const type = given(narrower.type, (parameter) => `l.link_type = ${parameter}`);
  const other = given(narrower.other, (parameter) => `OTHER = ${parameter}`);
  // A link that leads to where it begins is one.
  const once = (way: Way) => (direction === 'both' && way === 'in' ? 'AND l.from_key <> l.to_key' : '');
  const one = (way: Way) => `(SELECT l.* FROM memory_links l
    WHERE l.namespace = $1 AND l.${HERE[way]}_key = a.key ${once(way)} AND ${isShown('from')} AND ${isShown('to')}
      ${after} ${type} ${other.replace('OTHER', `l.${THERE[way]}_key`)}
    ORDER BY l.id ${sorting} LIMIT $4)`;
  const ways: readonly Way[] = direction === 'both' ? ['out', 'in'] : [direction];
  const shape = [direction, order, after && 'after', type && 'type', other && 'other'].filter(Boolean).join('_');
  return {
    name: `sfm_links_${shape}`,
    text: `SELECT a.key AS at, ${linkColumns('l')}
FROM unnest($2::text[]) WITH ORDINALITY AS a (key, place)
CROSS JOIN LATERAL (SELECT * FROM (${ways.map(one).join(' UNION ALL ')}) AS any_way ORDER BY id ${sorting} LIMIT $4) AS l
ORDER BY a.place, l.id ${sorting}`,
    values: [now, limit, ...values],
  };
}

/** $1 namespace, $2 keys, $3 and $4 after which weights and ids, $5 limit, $6 type. */
const stepsSql = ({ direction, type }: StepsQuery) => `
SELECT a.key AS at, l.${THERE[direction]}_key AS other, l.link_type AS type, l.weight, l.id::float8 AS id
FROM unnest($2::text[], $3::float8[], $4::bigint[]) WITH ORDINALITY AS a (key, weight, id, place)
CROSS JOIN LATERAL (SELECT * FROM memory_links l
  WHERE l.namespace = $1 AND l.${HERE[direction]}_key = a.key AND (l.weight, l.id) > (a.weight, a.id)
    ${type === undefined ? '' : 'AND l.link_type = $6'}
  ORDER BY l.weight, l.id LIMIT $5) AS l
ORDER BY a.place, l.weight, l.id`;

/** $1 namespace, $2 keys, $3 and $4 after which weights and ids, $5 below which weights, $6 other ends, $7 type. */
const bridgesSql = (type: string | undefined) => `
SELECT a.key AS at, l.to_key AS other, l.link_type AS type, l.weight, l.id::float8 AS id
FROM unnest($2::text[], $3::float8[], $4::bigint[], $5::float8[]) AS a (key, weight, id, below)
CROSS JOIN LATERAL (SELECT l.to_key, l.link_type, l.weight, l.id FROM memory_links l
  WHERE l.namespace = $1 AND l.from_key = a.key AND (l.weight, l.id) > (a.weight, a.id) AND l.weight < a.below
    AND l.to_key = ANY ($6::text[]) ${type === undefined ? '' : 'AND l.link_type = $7'}
  OFFSET 0) AS l`;

/** Reads links in PostgreSQL. */
export class PostgresLinkReader extends LinkReader {
  private readonly counter: LinkCounter;

  constructor(private readonly database: PostgresDatabase) {
    super();
    this.counter = new LinkCounter(database);
  }

  async touching(
    namespace: Namespace,
    keys: readonly string[],
    query: TouchingQuery,
  ): Promise<readonly TouchingLink[]> {
    const { name, text, values = [] } = touchingStatement(query);
    const rows = await this.database.query<LinkDbRow & { readonly at: string }>({
      ...(name === undefined ? {} : { name }),
      text,
      values: [namespace, keys, ...values],
    });
    return rows.map((row) => ({ at: row.at, link: toLink(row) }));
  }

  async steps(namespace: Namespace, from: readonly StepsFrom[], query: StepsQuery): Promise<readonly Step[]> {
    const { direction, type, limit } = query;
    return this.database.query<Step & { at: string }>({
      name: `sfm_link_steps_${direction}${type === undefined ? '' : '_typed'}`,
      text: stepsSql(query),
      values: [namespace, ...places(from), limit, ...(type === undefined ? [] : [type])],
    });
  }

  async bridges(namespace: Namespace, { from, to, type }: BridgesQuery): Promise<readonly Step[]> {
    return this.database.query<Step & { at: string }>({
      text: bridgesSql(type),
      values: [namespace, ...places(from), from.map(({ below }) => below), to, ...(type === undefined ? [] : [type])],
    });
  }

  async cheapestPath(namespace: Namespace, query: CheapestPathQuery): Promise<CheapestPath> {
    const [row] = await this.database.query<CheapestPathRow>(cheapestPathStatement(namespace, query));
    return row ? toCheapestPath(row) : { looked: 0, isFinal: true };
  }

  count(namespace: Namespace | undefined): Promise<number> {
    return this.counter.count(namespace);
  }

  async ended(namespace: Namespace, keys: readonly string[], now: Date): Promise<ReadonlySet<string>> {
    return this.keysWhere('m.deleted_at IS NULL AND m.expires_at <= $3::timestamptz', [namespace, keys, now]);
  }

  async exists(namespace: Namespace): Promise<boolean> {
    const [row] = await this.database.query<{ is_linked: boolean }>({
      name: 'sfm_links_exist',
      text: 'SELECT EXISTS (SELECT FROM memory_links WHERE namespace = $1) AS is_linked',
      values: [namespace],
    });
    return row?.is_linked === true;
  }

  async living(namespace: Namespace, keys: readonly string[], now: Date): Promise<ReadonlySet<string>> {
    return this.keysWhere(isLiveAt('m', '$3'), [namespace, keys, now]);
  }

  private async keysWhere(condition: string, values: unknown[]): Promise<ReadonlySet<string>> {
    const rows = await this.database.query<{ key: string }>({
      text: `SELECT m.coordinate_key AS key FROM memories m
        WHERE m.namespace = $1 AND m.coordinate_key = ANY ($2::text[]) AND ${condition}`,
      values,
    });
    return new Set(rows.map(({ key }) => key));
  }
}

/** Columns of where to continue; no weight is below 0. */
function places(from: readonly StepsFrom[]): unknown[] {
  return [
    from.map(({ key }) => key),
    from.map(({ after }) => after?.weight ?? -1),
    from.map(({ after }) => after?.id ?? 0),
  ];
}
