import {
  checkText,
  comparableJson,
  comparableText,
  composed,
  haversineOf,
  INSTANT_PATTERN,
  instantOf,
  isJsonObject,
  isNumber,
  isOfOneForm,
  JsonNumber,
  PLACE_BOUNDS,
  type FieldCondition,
  type GeoCircle,
  type Instant,
  type JsonValue,
  type RangeBounds,
} from '@sfm/memory';
import type { SqlParameters } from './sql-parameters.js';

const OPERATORS = { gt: '>', gte: '>=', lt: '<', lte: '<=' } as const;

/** A value of the payload that a condition is tried on, and its text where it is one. */
const VALUE = 'c.value';
const TEXT = `(${VALUE} #>> '{}')`;
const IS_TEXT = `jsonb_typeof(${VALUE}) = 'string'`;

/**
 * Returns a boolean SQL expression over `memories m`, never NULL, that holds exactly where the condition does. Every
 * value is passed as a parameter.
 *
 * @throws InvalidRequestError for text that PostgreSQL cannot store (NUL, lone surrogates).
 */
export function fieldConditionSql(condition: FieldCondition, parameters: SqlParameters): string {
  const values = valuesSql(condition.path, parameters);
  if ('exists' in condition) return `${condition.exists ? '' : 'NOT '}EXISTS (SELECT FROM ${values} AS f (value))`;
  if ('contains' in condition) {
    return `EXISTS (SELECT FROM ${values} AS f (value), ${elementsSql('f.value')} AS c (value)
      WHERE ${equalsSql([condition.contains], parameters)})`;
  }
  return `EXISTS (SELECT FROM ${values} AS f (value), LATERAL (
      SELECT f.value UNION ALL SELECT e.value FROM ${elementsSql('f.value')} AS e (value)) AS c (value)
    WHERE ${testSql(condition, parameters)})`;
}

/** A path in lax mode steps into each object of a list, as `valuesAt` does. */
function valuesSql(path: readonly string[], parameters: SqlParameters): string {
  for (const step of path) checkText(step, 'filter path');
  const steps = path.map((step) => `.${JSON.stringify(step)}`).join('');
  return `jsonb_path_query(m.payload, ${parameters.add(`lax $${steps}`)}::jsonpath)`;
}

function elementsSql(value: string): string {
  return `jsonb_array_elements(CASE WHEN jsonb_typeof(${value}) = 'array' THEN ${value} ELSE '[]' END)`;
}

type ValueCondition = Exclude<FieldCondition, { readonly exists: boolean } | { readonly contains: JsonValue }>;

function testSql(condition: ValueCondition, parameters: SqlParameters): string {
  if ('equals' in condition) return equalsSql([condition.equals], parameters);
  if ('anyOf' in condition) return equalsSql(condition.anyOf, parameters);
  if ('prefix' in condition) {
    checkText(condition.prefix, 'filter value');
    return `${IS_TEXT} AND starts_with(normalize(${TEXT}, NFC), ${parameters.add(condition.prefix.normalize())}::text)`;
  }
  if ('within' in condition) return withinSql(condition.within, parameters);
  return rangeSql(condition.range, parameters);
}

/** Compares with each kind of value as it is compared with: moments, texts in any form, what holds texts, all others. */
function equalsSql(wanted: readonly JsonValue[], parameters: SqlParameters): string {
  wanted.forEach(checkJsonText);
  const comparable = wanted.filter(isJson);
  const texts = comparable.filter((value) => typeof value === 'string');
  const moments = texts.map(instantOf).filter((moment) => moment !== undefined);
  const forms = texts.filter((text) => !instantOf(text) && !isOfOneForm(text)).map((text) => text.normalize());
  const holders = comparable.filter((value) => Array.isArray(value) || isJsonObject(value)).map(composed);
  const plain = comparable.filter((value) =>
    typeof value === 'string' ? isOfOneForm(value) : !Array.isArray(value) && !isJsonObject(value),
  );
  const parts: string[] = [];
  if (plain.length > 0) parts.push(`${VALUE} = ANY(${parameters.add(plain.map(comparableJson))}::jsonb[])`);
  if (forms.length > 0) {
    parts.push(`CASE WHEN ${IS_TEXT} THEN normalize(${TEXT}, NFC) = ANY(${parameters.add(forms)}::text[]) END`);
  }
  if (moments.length > 0) {
    parts.push(`${instantSql(parameters)} = ANY(${parameters.add(moments.map(numberOf))}::numeric[])`);
  }
  if (holders.length > 0) {
    const json = parameters.add(holders.map(comparableJson));
    parts.push(`CASE WHEN jsonb_typeof(${VALUE}) IN ('array', 'object') THEN ${COMPOSED} = ANY(${json}::jsonb[]) END`);
  }
  return parts.length === 0 ? 'false' : `(${parts.join(' OR ')})`;
}

/**
 * As `composed`: the whole JSON text in NFC. No sign of JSON's own joins what follows it, but the letters of an escape
 * would: a control character, which JSON text never has, keeps them apart meanwhile.
 */
const COMPOSED = String.raw`CASE WHEN ${VALUE}::text IS NFC NORMALIZED THEN ${VALUE} ELSE replace(normalize(
  regexp_replace(${VALUE}::text, '(\\(?:u[0-9a-f]{4}|.))', '\1' || chr(1), 'g'), NFC), chr(1), '')::jsonb END`;

/** CASE prevents a cast on a value of another type. */
function rangeSql(range: RangeBounds, parameters: SqlParameters): string {
  const parts = [`jsonb_typeof(${VALUE}) IN ('number', 'string')`];
  for (const name of ['gt', 'gte', 'lt', 'lte'] as const) {
    const bound = range[name];
    if (bound === undefined) continue;
    const operator = OPERATORS[name];
    if (isNumber(bound)) {
      const number = parameters.add(typeof bound === 'number' ? String(bound) : comparableText(bound));
      parts.push(
        `CASE WHEN jsonb_typeof(${VALUE}) = 'number' THEN ${VALUE}::numeric ${operator} ${number}::numeric END`,
      );
      continue;
    }
    checkText(bound, 'filter range');
    const moment = instantOf(bound);
    parts.push(
      moment
        ? `${instantSql(parameters)} ${operator} ${parameters.add(numberOf(moment))}::numeric`
        : `CASE WHEN ${IS_TEXT} THEN normalize(${TEXT}, NFC) COLLATE "C" ${operator} ${parameters.add(bound.normalize())}::text END`,
    );
  }
  return parts.join(' AND ');
}

function numberOf({ seconds, fraction }: Instant): string {
  if (fraction === '') return String(seconds);
  // Fractions count on from whole seconds, before 1970 too.
  const scale = 10n ** BigInt(fraction.length);
  return `${BigInt(seconds) * scale + BigInt(fraction)}e-${fraction.length}`;
}

/** As `instantOf`, in seconds since 1970; NULL for what is no moment. CASE keeps days from being read that are none. */
function instantSql(parameters: SqlParameters): string {
  const pattern = parameters.add(INSTANT_PATTERN);
  const zone = `substr(${TEXT}, 17)`;
  const digits = (from: number) => `coalesce(nullif(substr(${TEXT}, ${from}, 2), ''), '0')::integer`;
  return `CASE WHEN ${IS_TEXT} AND length(${TEXT}) BETWEEN 10 AND 44 AND ${TEXT} ~ ${pattern}::text THEN
    (substr(${TEXT}, 1, 10)::date - DATE '1970-01-01') * 86400::numeric + ${digits(12)} * 3600 + ${digits(15)} * 60
    + CASE WHEN substr(${TEXT}, 17, 1) = ':' THEN substr(${TEXT}, 18, 2)::integer ELSE 0 END
    + coalesce(('0.' || substring(${TEXT} from '[.,]([0-9]+)'))::numeric, 0)
    - coalesce((substring(${zone} from '([+-])[0-9:]+$') || '1')::integer
      * (substring(${zone} from '[+-]([0-9][0-9])[0-9:]*$')::integer * 3600
        + coalesce(replace(substring(${zone} from '[+-][0-9][0-9](:?[0-9][0-9])$'), ':', '')::integer, 0) * 60), 0) END`;
}

/** As `isWithin`. Numbers are cut to what a double tells apart before they become one: it would refuse the tiniest. */
function withinSql({ lat, lon, radius }: GeoCircle, parameters: SqlParameters): string {
  const [north, east] = [parameters.add(lat), parameters.add(lon)].map((parameter) => `${parameter}::float8`);
  const degrees = (name: string) => `round((${VALUE} -> '${name}')::numeric, 17)::float8`;
  const isPlace = Object.entries(PLACE_BOUNDS).map(
    ([name, most]) => `CASE WHEN jsonb_typeof(${VALUE} -> '${name}') = 'number'
      THEN abs((${VALUE} -> '${name}')::numeric) <= ${most} ELSE false END`,
  );
  return `CASE WHEN jsonb_typeof(${VALUE}) = 'object' AND ${isPlace.join(' AND ')} THEN
    power(sin(radians(${degrees('lat')} - ${north}) / 2), 2) + cos(radians(${north})) * cos(radians(${degrees('lat')}))
      * power(sin(radians(${degrees('lon')} - ${east}) / 2), 2) <= ${parameters.add(haversineOf(radius))}::float8 END`;
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
