import {
  checkConditionCount,
  checkFilter,
  FILTER_BOUNDS,
  InvalidRequestError,
  isJsonObject,
  isNumber,
  type JsonObject,
  type JsonValue,
  type PayloadCondition,
  type RangeBound,
  type RangeBounds,
} from '@sfm/memory';

const RANGE_OPERATORS = ['gt', 'gte', 'lt', 'lte'] as const;
const OPERATORS = ['eq', 'in', 'contains', 'exists', ...RANGE_OPERATORS] as const;
type Operator = (typeof OPERATORS)[number];

/** Description of the filter syntax for the API document. */
export const FILTER_RULE =
  'Conditions on the payload, all of which must hold: `{"tag": "x"}` equals; `{"meta.lang": {"in": ["en", "fr"]}}` any of; ' +
  '`{"n": {"gte": 1, "lt": 5}}` range (also gt, lte); `{"flag": {"exists": true}}` present or absent; ' +
  '`{"tags": {"contains": "x"}}` a list with the element; `{"k": {"eq": {…}}}` equals an object. ' +
  'A dot in a key steps into an object; `\\.` is a plain dot.';

/**
 * Parses the wire form of a filter. Its bounds are those of the core: see `FILTER_BOUNDS`.
 *
 * @throws InvalidRequestError naming the key and operator that are not allowed.
 */
export function parseFilter(filter: JsonObject, field = 'filter'): PayloadCondition[] {
  const keys = Object.keys(filter);
  checkConditionCount(keys.length, field);
  const payload = keys.flatMap((key) => {
    const value = filter[key] ?? null;
    const place = `${field}.${key.slice(0, 80)}`;
    const path = splitPath(key, place);
    return isJsonObject(value) ? operatorConditions(path, value, place) : [{ path, equals: value }];
  });
  checkFilter({ payload }, field);
  return payload;
}

/** Splits a path: `meta.lang` is two steps; `\.` is a literal dot and `\\` a backslash. */
function splitPath(key: string, field: string): string[] {
  if (key.length > FILTER_BOUNDS.maxBytes) {
    throw new InvalidRequestError(field, `must be at most ${FILTER_BOUNDS.maxBytes} bytes`);
  }
  const steps = [''];
  for (const [token] of key.matchAll(/\\[.\\]|[^.\\]+|[^]/gu)) {
    if (token === '.') steps.push('');
    else steps[steps.length - 1] += token.length === 2 && token.startsWith('\\') ? token.slice(1) : token;
  }
  if (steps.includes('')) throw new InvalidRequestError(field, 'must be a path of non-empty keys separated by dots');
  return steps;
}

function operatorConditions(path: readonly string[], operators: JsonObject, field: string): PayloadCondition[] {
  const names = Object.keys(operators);
  if (names.length === 0) throw new InvalidRequestError(field, `must name an operator: ${OPERATORS.join(', ')}`);
  const bounds: Record<string, RangeBound> = {};
  const conditions: PayloadCondition[] = [];
  for (const name of names) {
    const value = operators[name] ?? null;
    const place = `${field}.${name.slice(0, 80)}`;
    if (!isOperator(name)) {
      throw new InvalidRequestError(
        place,
        `is not an operator; allowed: ${OPERATORS.join(', ')} (use eq to match an object)`,
      );
    }
    if (isRangeOperator(name)) bounds[name] = bound(value, place);
    else conditions.push(condition(path, { name, value, place }));
  }
  return Object.keys(bounds).length > 0 ? [...conditions, { path, range: bounds satisfies RangeBounds }] : conditions;
}

function condition(
  path: readonly string[],
  { name, value, place }: { name: 'eq' | 'in' | 'contains' | 'exists'; value: JsonValue; place: string },
): PayloadCondition {
  switch (name) {
    case 'eq':
      return { path, equals: value };
    case 'contains':
      return { path, contains: value };
    case 'exists':
      if (typeof value !== 'boolean') throw new InvalidRequestError(place, 'must be true or false');
      return { path, exists: value };
    case 'in':
      if (!Array.isArray(value) || value.length === 0 || value.length > FILTER_BOUNDS.maxChoices) {
        throw new InvalidRequestError(place, `must be an array of 1 to ${FILTER_BOUNDS.maxChoices} values`);
      }
      return { path, anyOf: value };
  }
}

function bound(value: JsonValue, field: string): RangeBound {
  if (isNumber(value) || typeof value === 'string') return value;
  throw new InvalidRequestError(field, 'must be a number or a string');
}

function isOperator(name: string): name is Operator {
  return OPERATORS.some((operator) => operator === name);
}

function isRangeOperator(name: Operator): name is (typeof RANGE_OPERATORS)[number] {
  return RANGE_OPERATORS.some((operator) => operator === name);
}
