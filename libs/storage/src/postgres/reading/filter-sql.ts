import { groupedIn, isGroup, type MemoryFilter, type PayloadCondition } from '@sfm/memory';
import { fieldConditionSql } from './condition-sql.js';
import type { SqlParameters } from './sql-parameters.js';

/** 9999-12-31, the last millisecond that dates are written with four digits. */
const MAX_TIME_MS = 253_402_300_799_999;

/**
 * Returns a boolean SQL expression over `memories m` that holds exactly where `matchesFilter` does; NULL counts as
 * false. Every value is passed as a parameter.
 *
 * @throws InvalidRequestError for text that PostgreSQL cannot store (NUL, lone surrogates).
 */
export function filterSql(filter: MemoryFilter | undefined, parameters: SqlParameters): string {
  if (!filter) return 'true';
  const parts: string[] = [];
  if (filter.type !== undefined) parts.push(`m.type = ${parameters.add(filter.type)}`);
  if (filter.createdFrom !== undefined) parts.push(createdFromSql(filter.createdFrom, parameters));
  if (filter.createdBefore !== undefined) parts.push(createdBeforeSql(filter.createdBefore, parameters));
  for (const condition of filter.payload ?? []) parts.push(conditionSql(condition, parameters));
  return parts.length === 0 ? 'true' : parts.map((part) => `(${part})`).join(' AND ');
}

/** Returns only the conditions on the creation time, for a scan in its order; otherwise as `filterSql`. */
export function createdSql(filter: MemoryFilter | undefined, parameters: SqlParameters): string {
  const { createdFrom, createdBefore } = filter ?? {};
  return filterSql(
    {
      ...(createdFrom === undefined ? {} : { createdFrom }),
      ...(createdBefore === undefined ? {} : { createdBefore }),
    },
    parameters,
  );
}

function createdFromSql(ms: number, parameters: SqlParameters): string {
  // Not `ms <= 0`: a bound that is not a number must exclude nothing.
  if (!(ms > 0)) return 'true';
  return ms > MAX_TIME_MS ? 'false' : `m.created_at >= ${timestampSql(ms, parameters)}`;
}

function createdBeforeSql(ms: number, parameters: SqlParameters): string {
  if (!(ms <= MAX_TIME_MS)) return 'true';
  return ms <= 0 ? 'false' : `m.created_at < ${timestampSql(ms, parameters)}`;
}

/** Times are stored in whole milliseconds, so a bound between two of them can be rounded up. */
function timestampSql(ms: number, parameters: SqlParameters): string {
  return `${parameters.add(new Date(Math.ceil(ms)).toISOString())}::timestamptz`;
}

function conditionSql(condition: PayloadCondition, parameters: SqlParameters): string {
  if (!isGroup(condition)) return fieldConditionSql(condition, parameters);
  const [first, ...others] = groupedIn(condition).map((each) => conditionSql(each, parameters));
  if ('not' in condition) return `NOT (${first})`;
  const [word, ofNone] = 'or' in condition ? ['OR', 'false'] : ['AND', 'true'];
  return first === undefined ? ofNone : `(${[first, ...others].join(`) ${word} (`)})`;
}
