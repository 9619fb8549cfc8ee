import { excerpt, type FieldPath, type FieldProblem, type RequestPart } from './field-problem.js';
import { MAX_PROBLEMS, type FirstIssues, type Issue, type More } from './first-issues.js';

type Wording = Pick<FieldProblem, 'type' | 'msg' | 'allowed' | 'ctx'>;

const KINDS: Readonly<Record<string, Wording>> = {
  string: { type: 'string_type', msg: 'Input should be a valid string', allowed: 'must be a string' },
  int: { type: 'int_from_float', msg: 'Input should be a valid integer', allowed: 'must be an integer' },
  number: { type: 'float_type', msg: 'Input should be a valid number', allowed: 'must be a finite number' },
  boolean: { type: 'bool_type', msg: 'Input should be a valid boolean', allowed: 'must be true or false' },
  array: { type: 'list_type', msg: 'Input should be a valid list', allowed: 'must be an array' },
  object: { type: 'dict_type', msg: 'Input should be a valid dictionary', allowed: 'must be a JSON object' },
};
const MISSING: Wording = { type: 'missing', msg: 'Field required', allowed: 'is required' };
const NO_OBJECT: Wording = {
  type: 'model_attributes_type',
  msg: 'Input should be a valid dictionary or object to extract fields from',
  allowed: 'must be a JSON object',
};

/** Translates what was found: at most `MAX_PROBLEMS` problems, and after them how much else there is. */
export function shapeProblems(found: readonly (FirstIssues | undefined)[], part: RequestPart): FieldProblem[] {
  const problems = found
    .flatMap((one) => one?.issues ?? [])
    .flatMap((issue) => (issue.code === 'unrecognized_keys' ? unknownKeys(issue) : [toFound(issue)]))
    .map(({ path, input, ...wording }) => ({ part, path, ...wording, input: excerpt(input) }));
  const more = found.flatMap((one) => one?.more ?? []);
  const cut = problems.length - MAX_PROBLEMS;
  if (cut > 0) more.push({ path: [], count: cut, of: 'problems' });
  return [...problems.slice(0, MAX_PROBLEMS), ...more.map((one) => ({ part, path: one.path, ...moreWording(one) }))];
}

const MORE = {
  items: 'items that were not looked at',
  fields: 'fields that this request does not have',
  problems: 'problems',
};

function moreWording({ count, of }: More): Wording {
  const rest = `${count} other ${MORE[of]}`;
  return { type: 'more', msg: rest, allowed: `has ${rest}` };
}

interface Found extends Wording {
  readonly path: FieldPath;
  readonly input: unknown;
}

function toFound(issue: Issue): Found {
  const path = issue.path.map((step) => (typeof step === 'symbol' ? String(step) : step));
  return { path, input: issue.input, ...wordingOf(issue, path) };
}

function unknownKeys(issue: Extract<Issue, { code: 'unrecognized_keys' }>): Found[] {
  return issue.keys.map((key) => ({
    path: [...issue.path.map(String), String(excerpt(key))],
    input: undefined,
    type: 'extra_forbidden',
    msg: 'Extra inputs are not permitted',
    allowed: 'is not a field of this request',
  }));
}

function wordingOf(issue: Issue, path: FieldPath): Wording {
  if (issue.input === undefined && issue.code !== 'unrecognized_keys') return MISSING;
  switch (issue.code) {
    case 'invalid_type':
      return typeWording(issue.expected, issue.input, path);
    case 'too_small':
      return bound(issue.origin, issue.minimum, 'least');
    case 'too_big':
      return bound(issue.origin, issue.maximum, 'most');
    case 'invalid_value':
      return choice(issue.values);
    default:
      return { type: 'value_error', msg: `Value error, ${issue.message}`, allowed: issue.message };
  }
}

function typeWording(expected: string, input: unknown, path: FieldPath): Wording {
  if (path.length === 0) return NO_OBJECT;
  const kind = KINDS[expected] ?? NO_OBJECT;
  if ((expected === 'number' || expected === 'int') && !(typeof input === 'number' && Number.isFinite(input))) {
    return { ...kind, type: expected === 'int' ? 'int_type' : kind.type };
  }
  return kind;
}

function bound(origin: string, limit: number | bigint, side: 'least' | 'most'): Wording {
  const value = Number(limit);
  if (origin === 'string') {
    const type = side === 'least' ? 'string_too_short' : 'string_too_long';
    const ctx = { [side === 'least' ? 'min_length' : 'max_length']: value };
    const empty = side === 'least' && value === 1;
    return {
      type,
      msg: `String should have at ${side} ${value} character${value === 1 ? '' : 's'}`,
      allowed: empty ? 'must not be empty' : `must have at ${side} ${value} characters`,
      ctx,
    };
  }
  if (origin === 'array') {
    const type = side === 'least' ? 'too_short' : 'too_long';
    const msg = `List should have at ${side} ${value} item${value === 1 ? '' : 's'}`;
    return { type, msg, allowed: `must have at ${side} ${value} items`, ctx: { limit: value } };
  }
  const [type, words, key] =
    side === 'least'
      ? (['greater_than_equal', 'greater than or equal to', 'ge'] as const)
      : (['less_than_equal', 'less than or equal to', 'le'] as const);
  return {
    type,
    msg: `Input should be ${words} ${value}`,
    allowed: `must be at ${side} ${value}`,
    ctx: { [key]: value },
  };
}

function choice(values: readonly unknown[]): Wording {
  const shown = values.filter((value) => value !== '').map(String);
  const expected = shown.map((value) => `'${value}'`).join(' or ');
  return {
    type: 'enum',
    msg: `Input should be ${expected}`,
    allowed: `must be one of: ${shown.join(', ')}`,
    ctx: { expected },
  };
}
