import type { CheapestPath, CheapestPathQuery, Namespace, Step } from '@sfm/memory';
import type { Statement } from '../connection/postgres-database.js';

export interface CheapestPathRow {
  /** Links that were read. */
  readonly looked: number;
  /** True when one end leads to nothing that was not reached. */
  readonly ended: boolean;
  /** Null when no path was found. */
  readonly cost: number | null;
  /** Links from where both sides met to the first end, then those to the second one; null where there are fewer. */
  readonly ahead: readonly (PathLinkValues | null)[];
  readonly back: readonly (PathLinkValues | null)[];
}

export type PathLinkValues = readonly [from: string, to: string, type: string, weight: number, id: number];

/** What differs between searches. */
interface Shape {
  readonly maxLinks: number;
  readonly cost: CheapestPathQuery['cost'];
  /** Returns SQL for which links count, those of `l`; `node` is the column of the end that they lead to. */
  readonly narrower: (node: string) => string;
}

const SIDES = [
  { name: 'ahead', isAhead: 'true', here: 'from_key', there: 'to_key' },
  { name: 'back', isAhead: 'false', here: 'to_key', there: 'from_key' },
] as const;
type Side = (typeof SIDES)[number];

const range = (count: number) => Array.from({ length: count }, (_, n) => n + 1);

/**
 * One statement that searches from both ends. Each of its rounds follows the links of one side, of the one that has reached
 * fewer nodes last; after as many rounds as a path may have links, every path has been met.
 *
 * A node is kept with its best label: an array of cost, number of links, and ids of the links, the last one first. So the
 * least array is the best way, and a later one only counts if it is cheaper. What both sides have reached bounds the links
 * that are followed, which come in order of weight; the last round only keeps what the other side has reached.
 *
 * Nodes are put together by aggregates, not by joins: the planner cannot know how many there are, and a join that was
 * planned for one takes a second for ten thousand.
 *
 * $1 namespace, $2 and $3 the ends, $4 most links of a round; then what `narrower` says.
 */
function cheapestPathSql(shape: Shape): string {
  const { maxLinks } = shape;
  const rounds = range(maxLinks);
  const start = (side: Side, end: string) =>
    `SELECT ${side.isAhead} AS ahead, ${end}::text COLLATE "C", ARRAY[0::float8, 0]`;
  return `WITH new0 (ahead, node, label) AS MATERIALIZED (${start(SIDES[0], '$2')} UNION ALL ${start(SIDES[1], '$3')}),
front0 AS MATERIALIZED (SELECT * FROM new0), ${rounds.map((round) => roundSql(round, shape)).join(', ')},
best AS MATERIALIZED (
  SELECT node, ahead, back, ${sumSql('ahead[1]', 'back[1]')} AS cost FROM (${met(maxLinks)}) AS m
  ORDER BY ${sumSql('ahead[1]', 'back[1]')}, ahead[2] + back[2] LIMIT 1
)
SELECT (${rounds.map((round) => `coalesce((SELECT sum(looked) FROM found${round}), 0)`).join(' + ')})::float8 AS looked,
  (SELECT ended FROM turn${maxLinks}) AS ended, best.cost,
  ${SIDES.map(({ name }) => `json_build_array(${rounds.map((n) => `${name}${n}.link`).join(', ')}) AS ${name}`).join(', ')}
FROM (SELECT) AS one LEFT JOIN best ON true ${SIDES.flatMap((side) => rounds.map((n) => pathLink(side, n))).join('')}`;
}

function roundSql(round: number, shape: Shape): string {
  const before = round - 1;
  const isLast = round === shape.maxLinks;
  // What the other side has not reached is only counted. As an argument of a function this is a look-up in one hash table.
  const reached = `SELECT node FROM (${known(before)}) AS k WHERE ahead <> (SELECT ahead FROM turn${round})`;
  const node = isLast ? `CASE WHEN coalesce(node IN (${reached}), false) THEN node END` : 'node';
  return `turn${round} AS MATERIALIZED (
  SELECT count(*) FILTER (WHERE ahead) <= count(*) FILTER (WHERE NOT ahead) AS ahead,
    count(*) FILTER (WHERE ahead) = 0 OR count(*) FILTER (WHERE NOT ahead) = 0 AS ended,
    (SELECT coalesce(min(${sumSql('ahead[1]', 'back[1]')}), 'Infinity') FROM (${met(before)}) AS m) AS bound
  FROM front${before}
), found${round} AS MATERIALIZED (
  SELECT ${node} AS node, min(label) AS label, count(*) AS looked
  FROM (${SIDES.map((side) => `(${labels(side, round, shape)})`).join(' UNION ALL ')}) AS followed
  GROUP BY 1
), new${round} AS MATERIALIZED (
  SELECT bool_and(ahead) AS ahead, node, min(label) AS label FROM (
    SELECT k.ahead, k.node, k.label FROM (${known(before)}) AS k, turn${round} t WHERE k.ahead = t.ahead
    UNION ALL SELECT t.ahead, f.node, f.label FROM found${round} f, turn${round} t WHERE f.node IS NOT NULL) AS known
  GROUP BY node HAVING (min(label))[2] > (
    SELECT max(f.label[2]) FROM front${before} f, turn${round} t WHERE f.ahead = t.ahead)
), front${round} AS MATERIALIZED (
  SELECT f.* FROM front${before} f, turn${round} t WHERE f.ahead <> t.ahead UNION ALL SELECT * FROM new${round}
)`;
}

/** The largest double where none can hold the sum, for which the server would refuse the question. */
function sumSql(one: string, other: string): string {
  const most = `${Number.MAX_VALUE}::float8`;
  return `CASE WHEN ${other} >= ${most} - ${one} THEN ${most} ELSE ${one} + ${other} END`;
}

/** All labels after so many rounds. */
const known = (round: number) => [0, ...range(round)].map((n) => `SELECT * FROM new${n}`).join(' UNION ALL ');

/** The nodes that both sides have reached, with the best label of either. */
const met = (
  round: number,
) => `SELECT node, min(label) FILTER (WHERE ahead) AS ahead, min(label) FILTER (WHERE NOT ahead) AS back
  FROM (${known(round)}) AS k GROUP BY node HAVING bool_or(ahead) AND NOT bool_and(ahead)`;

/** The links of what a side has reached last, if it is its turn, as labels. OFFSET 0 keeps this a look-up for each node. */
function labels({ isAhead, here, there }: Side, round: number, { cost, narrower }: Shape): string {
  const ids = range(round - 1).map((n) => `, a.label[${n + 2}]`);
  const isUseful = { weight: 'AND l.weight < t.bound - a.label[1]', links: '' }[cost];
  const isOver = { weight: '', links: `OR bound < 'Infinity'` }[cost];
  return `SELECT l.node, ARRAY[${sumSql('a.label[1]', 'l.cost')}, a.label[2] + 1, l.id${ids.join('')}] AS label
    FROM turn${round} t CROSS JOIN front${round - 1} a CROSS JOIN LATERAL (
      SELECT l.${there} AS node, ${{ weight: 'l.weight', links: '1' }[cost]} AS cost, l.id::float8 AS id FROM memory_links l
      WHERE l.namespace = $1 AND l.${here} = a.node ${isUseful} ${narrower(`l.${there}`)} OFFSET 0) AS l
    WHERE a.ahead = ${isAhead} AND (SELECT ahead = ${isAhead} AND NOT (ended ${isOver}) FROM turn${round}) LIMIT $4`;
}

/** The n-th link of a side, from where the sides met. */
function pathLink({ name, here, there }: Side, n: number): string {
  const before = n === 1 ? 'best.node' : `${name}${n - 1}.node`;
  return `
LEFT JOIN LATERAL (
  SELECT l.${here} AS node, json_build_array(l.from_key, l.to_key, l.link_type, l.weight, l.id) AS link FROM memory_links l
  WHERE l.namespace = $1 AND l.${there} = ${before} AND l.id = best.${name}[${n + 2}]::bigint
) AS ${name}${n} ON true`;
}

const TEXTS = new Map<string, string>();

/** Returns the statement that finds the cheapest path. Its text is the same for each kind of search. */
export function cheapestPathStatement(namespace: Namespace, query: CheapestPathQuery): Statement {
  const { from, to, type, maxLinks, cost, closed, most } = query;
  const isClosed = closed.length > 0;
  const kind = [cost, maxLinks, ...(type === undefined ? [] : ['typed']), ...(isClosed ? ['closed'] : [])].join('_');
  const narrower = (node: string) =>
    `${type === undefined ? '' : 'AND l.link_type = $5'} ${isClosed ? `AND ${node} <> ALL ($${type === undefined ? 5 : 6}::text[])` : ''}`;
  const text = TEXTS.get(kind) ?? cheapestPathSql({ maxLinks, cost, narrower });
  TEXTS.set(kind, text);
  const values = [namespace, from, to, most, ...(type === undefined ? [] : [type]), ...(isClosed ? [closed] : [])];
  return { name: `sfm_link_path_${kind}`, text, values, isPlannedOnce: true };
}

export function toCheapestPath({ looked, ended: isFinal, cost, ahead, back }: CheapestPathRow): CheapestPath {
  if (cost === null) return { looked, isFinal };
  const found = (links: CheapestPathRow['ahead']) => links.filter((link) => link !== null);
  const links = [...found(ahead).toReversed(), ...found(back)];
  const steps = links.map(([at, other, type, weight, id]): Step => ({ at, other, type, weight, id }));
  const nodes = [...steps.slice(0, 1).map(({ at }) => at), ...steps.map(({ other }) => other)];
  return { looked, isFinal, path: { nodes, steps, cost } };
}
