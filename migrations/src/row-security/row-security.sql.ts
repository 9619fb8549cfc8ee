export const POLICY = 'soma_namespaces';

/** Dimensions that the index of places tells apart; it has those with more in one place. */
const TOLD_APART = 8;

/** How many numbers a coordinate has, of leakproof parts alone: the statements of the service are the same text. */
export const DIMENSIONS = `CASE ${Array.from({ length: TOLD_APART }, (_, index) => `WHEN coordinate[${index + 2}] IS NULL THEN ${index + 1}`).join(' ')} ELSE ${TOLD_APART + 1} END`;

const SETTING = `current_setting('soma.namespaces', true)`;

/** The patterns that the session names, all when it names none; read once by each statement. */
const PATTERNS = `(SELECT coalesce(string_to_array(${SETTING}, chr(31)), '{%}'))::text[]`;

/** First whether the one namespace is meant that most sessions name, which costs half as much as a pattern. */
const named = (column: string) =>
  `WHEN ${column} = (SELECT ${SETTING}) THEN true WHEN ${column} LIKE ANY (${PATTERNS}) THEN true`;

/** Not null rather than true, because the planner then counts on nearly all rows, and chooses indexes as without a policy. */
const likely = (...cases: readonly string[]) => `CASE ${cases.join(' ')} END IS NOT NULL`;

const OF_NAMESPACE = [
  'memories',
  'memory_events',
  'memory_links',
  'outbox',
  'idempotency_keys',
  'importance_states',
  'importance_samples',
  'importance_scales',
  'retention_policies',
  'consolidations',
  'named_locks',
];

/** Every table that holds what is of a namespace, and which rows of it a session may touch. */
export function protectedTables(): readonly { readonly table: string; readonly holds: string }[] {
  return [
    ...OF_NAMESPACE.map((table) => ({ table, holds: likely(named('namespace')) })),
    { table: 'namespaces', holds: likely(named('name')) },
    { table: 'namespace_moves', holds: likely(named('source'), named('target')) },
    {
      table: 'consolidation_items',
      holds: 'EXISTS (SELECT FROM consolidations c WHERE c.id = consolidation_id)',
    },
  ];
}
