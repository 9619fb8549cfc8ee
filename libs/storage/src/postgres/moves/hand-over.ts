import type { Statement } from '../connection/postgres-database.js';

/** $1 move, $2 and $3 the counts. A change that opened the source meanwhile is waited for, and found. */
export const TAKE_OVER = `UPDATE namespace_moves SET phase = 'moved', moved_at = clock_timestamp(), place = NULL, memories = $2, links = $3
WHERE id = $1 AND phase = 'closed' RETURNING source`;

/** What is known of the source besides its memories and links becomes the target's. Locks stay with the name that they are for. */
export function handOverStatements(source: string, target: string): readonly Statement[] {
  const isKnown = 'EXISTS (SELECT FROM importance_states WHERE namespace = $2)';
  const renamed = (table: string) => ({
    text: `UPDATE ${table} SET namespace = $2 WHERE namespace = $1`,
    values: [source, target],
  });
  return [
    { text: `DELETE FROM importance_scales WHERE namespace = $1 AND ${isKnown}`, values: [target, source] },
    renamed('importance_scales'),
    { text: `DELETE FROM importance_states WHERE namespace = $1 AND ${isKnown}`, values: [target, source] },
    renamed('importance_states'),
    renamed('importance_samples'),
    renamed('consolidations'),
    { text: 'DELETE FROM retention_policies WHERE namespace = $1', values: [source] },
  ];
}
