import { checkText, comparableJson, isJsonObject, isNumber, JsonNumber, comparableText } from '@sfm/memory';
import type { JsonValue, MemoryFilter, PayloadCondition, RangeBounds } from '@sfm/memory';
import type { SqlParameters } from './sql-parameters.js';

const OPERATORS = { gt: '>', gte: '>=', lt: '<', lte: '<=' } as const;

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
  // `->` with a text key reads only objects, never arrays, and returns NULL for a missing path.
  const value = condition.path.reduce((expression, step) => {
    checkText(step, 'filter path');
    return `${expression} -> ${parameters.add(step)}::text`;
  }, 'm.payload');
  const at = `(${value})`;
  if ('exists' in condition) return `${at} IS ${condition.exists ? 'NOT NULL' : 'NULL'}`;
  if ('equals' in condition) return equalsSql(at, condition.equals, parameters);
  if ('anyOf' in condition) {
    const allowed = condition.anyOf.filter(isJson).map(toJson);
    return `${at} = ANY(${parameters.add(allowed)}::jsonb[])`;
  }
  if ('contains' in condition) {
    if (!isJson(condition.contains)) return 'false';
    return `CASE WHEN jsonb_typeof(${at}) = 'array' THEN EXISTS (
      SELECT FROM jsonb_array_elements(${at}) AS e (element)
      WHERE e.element = ${parameters.add(toJson(condition.contains))}::jsonb) END`;
  }
  return rangeSql(at, condition.range, parameters);
}

function equalsSql(at: string, expected: JsonValue, parameters: SqlParameters): string {
  return isJson(expected) ? `${at} = ${parameters.add(toJson(expected))}::jsonb` : 'false';
}

/** CASE prevents a cast on a value of another type. */
function rangeSql(at: string, range: RangeBounds, parameters: SqlParameters): string {
  const parts = [`jsonb_typeof(${at}) IN ('number', 'string')`];
  for (const name of ['gt', 'gte', 'lt', 'lte'] as const) {
    const bound = range[name];
    if (bound === undefined) continue;
    const operator = OPERATORS[name];
    if (isNumber(bound)) {
      const placeholder = parameters.add(typeof bound === 'number' ? String(bound) : comparableText(bound));
      parts.push(
        `CASE WHEN jsonb_typeof(${at}) = 'number' THEN ${at}::numeric ${operator} ${placeholder}::numeric END`,
      );
    } else {
      checkText(bound, 'filter range');
      const placeholder = parameters.add(bound);
      parts.push(
        `CASE WHEN jsonb_typeof(${at}) = 'string' THEN (${at} #>> '{}') COLLATE "C" ${operator} ${placeholder}::text END`,
      );
    }
  }
  return parts.join(' AND ');
}

function toJson(value: JsonValue): string {
  checkJsonText(value);
  return comparableJson(value);
}

/** False for values that contain NaN or infinities, which equal no stored value. */
function isJson(value: JsonValue): boolean {
  if (typeof value === 'number') return Number.isFinite(value);
  if (typeof value !== 'object' || value === null || value instanceof JsonNumber) return true;
  return Object.values(value).every(isJson);
}

function checkJsonText(value: JsonValue): void {
  if (typeof value === 'string') checkText(value, 'filter value');
  else if (Array.isArray(value)) value.forEach(checkJsonText);
  else if (isJsonObject(value)) {
    for (const [key, member] of Object.entries(value)) {
      checkText(key, 'filter value');
      checkJsonText(member);
    }
  }
}
