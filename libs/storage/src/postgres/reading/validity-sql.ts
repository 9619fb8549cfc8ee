import type { ValidityQuery } from '@sfm/memory';
import type { SqlParameters } from './sql-parameters.js';

/** Returns a boolean SQL expression over `memories m` that holds exactly where `isValid` does. */
export function validitySql(valid: ValidityQuery | undefined, parameters: SqlParameters): string {
  if (!valid) return 'true';
  const at = `${parameters.add(valid.atMs)}::double precision`;
  const holds = (name: string, comparison: string) =>
    `coalesce((m.validity ->> '${name}')::double precision ${comparison} ${at}, true)`;
  const bounds = [holds('valid_from', '<='), holds('valid_to', '>')];
  if (!valid.withSuperseded) bounds.push(holds('superseded_at', '>'));
  return `(m.validity IS NULL OR (${bounds.join(' AND ')}))`;
}
