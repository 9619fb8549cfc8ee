import {
  FILTER_BOUNDS,
  InvalidRequestError,
  isJsonObject,
  isNumber,
  PLACE_BOUNDS,
  toDouble,
  type GeoCircle,
  type JsonObject,
  type JsonValue,
  type PayloadCondition,
  type RangeBound,
} from '@sfm/memory';

type Path = readonly string[];

/** Reads what stands after the name of an operator; `place` names it in errors. */
type Operator = (path: Path, value: JsonValue, place: string) => readonly PayloadCondition[];

const RANGE_OPERATORS = ['gt', 'gte', 'lt', 'lte'] as const;

const VALUE_OPERATORS: Readonly<Record<string, Operator>> = {
  eq: (path, equals) => [{ path, equals }],
  ne: (path, equals) => [{ not: { path, equals } }],
  in: (path, value, place) => [{ path, anyOf: list(value, place) }],
  nin: (path, value, place) => [{ not: { path, anyOf: list(value, place) } }],
  any: (path, value, place) => [{ path, anyOf: list(value, place) }],
  all: (path, value, place) => list(value, place, FILTER_BOUNDS.maxConditions).map((equals) => ({ path, equals })),
  contains: (path, contains) => [{ path, contains }],
  exists: (path, exists, place) => {
    if (typeof exists !== 'boolean') throw new InvalidRequestError(place, 'must be true or false');
    return [{ path, exists }];
  },
  prefix: (path, prefix, place) => {
    if (typeof prefix !== 'string') throw new InvalidRequestError(place, 'must be a string');
    return [{ path, prefix }];
  },
  geo_radius: (path, value, place) => [{ path, within: circle(value, place) }],
  not: (path, value, place) => {
    if (isJsonObject(value) && Object.hasOwn(value, 'not')) {
      throw new InvalidRequestError(`${place}.not`, 'must not stand within "not"');
    }
    return [{ not: all(fieldConditions(path, value, place)) }];
  },
};

/** The names of all operators, in the order of the documentation. */
export const OPERATORS: readonly string[] = [...Object.keys(VALUE_OPERATORS), ...RANGE_OPERATORS];

/**
 * Reads what a filter asks of one field: a value that it equals, or operators, all of which must hold.
 *
 * @throws InvalidRequestError naming the operator that is not allowed
 */
export function fieldConditions(path: Path, value: JsonValue, place: string): readonly PayloadCondition[] {
  if (!isJsonObject(value)) return [{ path, equals: value }];
  const names = Object.keys(value);
  if (names.length === 0) throw new InvalidRequestError(place, `must name an operator: ${OPERATORS.join(', ')}`);
  if (names.length > OPERATORS.length)
    throw unknownOperator(
      names.find((name) => !OPERATORS.includes(name)),
      place,
    );
  const conditions = names.flatMap((name) => operatorConditions(path, { name, value: value[name] ?? null, place }));
  const range = bounds(value, place);
  return range ? [...conditions, { path, range }] : conditions;
}

/** Joins conditions that must all hold into one. */
export function all(conditions: readonly PayloadCondition[]): PayloadCondition {
  const [only] = conditions;
  return only && conditions.length === 1 ? only : { and: conditions };
}

function operatorConditions(
  path: Path,
  { name, value, place }: { readonly name: string; readonly value: JsonValue; readonly place: string },
): readonly PayloadCondition[] {
  if (RANGE_OPERATORS.some((operator) => operator === name)) return [];
  const operator = Object.hasOwn(VALUE_OPERATORS, name) ? VALUE_OPERATORS[name] : undefined;
  if (!operator) throw unknownOperator(name, place);
  return operator(path, value, `${place}.${name}`);
}

function unknownOperator(name = '', place = ''): InvalidRequestError {
  return new InvalidRequestError(
    `${place}.${name.slice(0, 80)}`,
    `is not an operator; allowed: ${OPERATORS.join(', ')} (use eq to match an object)`,
  );
}

function bounds(operators: JsonObject, place: string): Record<string, RangeBound> | undefined {
  const given = RANGE_OPERATORS.filter((name) => Object.hasOwn(operators, name));
  if (given.length === 0) return undefined;
  return Object.fromEntries(given.map((name) => [name, bound(operators[name] ?? null, `${place}.${name}`)]));
}

function bound(value: JsonValue, place: string): RangeBound {
  if (isNumber(value) || typeof value === 'string') return value;
  throw new InvalidRequestError(place, 'must be a number or a string');
}

function list(value: JsonValue, place: string, most: number = FILTER_BOUNDS.maxChoices): readonly JsonValue[] {
  if (!Array.isArray(value) || value.length === 0 || value.length > most) {
    throw new InvalidRequestError(place, `must be an array of 1 to ${most} values`);
  }
  return value;
}

const CIRCLE = 'lat, lon and radius_m';

function circle(value: JsonValue, place: string): GeoCircle {
  if (!isJsonObject(value)) throw new InvalidRequestError(place, `must be an object with ${CIRCLE}`);
  const unknown = Object.keys(value).find((name) => !['lat', 'lon', 'radius_m'].includes(name));
  if (unknown !== undefined) {
    throw new InvalidRequestError(`${place}.${unknown.slice(0, 80)}`, `is not allowed; allowed: ${CIRCLE}`);
  }
  const radius = toDouble(value['radius_m']);
  if (radius === undefined || !(radius > 0) || radius === Infinity) {
    throw new InvalidRequestError(`${place}.radius_m`, 'must be a number of metres above 0');
  }
  return { lat: degrees(value, 'lat', place), lon: degrees(value, 'lon', place), radius };
}

function degrees(value: JsonObject, name: keyof typeof PLACE_BOUNDS, place: string): number {
  const number = toDouble(value[name]);
  const most = PLACE_BOUNDS[name];
  if (number !== undefined && Math.abs(number) <= most) return number;
  throw new InvalidRequestError(`${place}.${name}`, `must be a number of degrees from -${most} to ${most}`);
}
