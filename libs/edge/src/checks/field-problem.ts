import { JsonNumber } from '@sfm/memory';

/** Part of the request a value came from. */
export type RequestPart = 'body' | 'query' | 'path' | 'header';

export type FieldPath = readonly (string | number)[];

/** One invalid value of a request, described fully enough for the error formats of both APIs. */
export interface FieldProblem {
  readonly part: RequestPart;
  readonly path: FieldPath;
  /** Kind of problem, in the vocabulary that clients of the compatible routes know (`missing`, `string_type`, …). */
  readonly type: string;
  /** Message for the compatible routes, e.g. `Field required`. */
  readonly msg: string;
  /** What is allowed, worded to follow the field's name: `must be a string`. */
  readonly allowed: string;
  /** The value itself, cut to a harmless size; absent when it is no longer known. */
  readonly input?: unknown;
  /** Numbers and lists that `msg` refers to. */
  readonly ctx?: Readonly<Record<string, unknown>>;
}

/** Returns what to call the place of a problem: `items.3.coord`, or the part of the request when it is about all of it. */
export function fieldName({ part, path }: Pick<FieldProblem, 'part' | 'path'>): string {
  if (path.length === 0) return part;
  return path.map((step) => (/^$|^\s|\s$/.test(String(step)) ? JSON.stringify(step) : step)).join('.');
}

/** The request does not have the shape that its route requires. Nothing was done. */
export class InvalidShapeError extends Error {
  constructor(readonly problems: readonly FieldProblem[]) {
    super(problems.map((problem) => `${fieldName(problem)} ${problem.allowed}`).join('; '));
    this.name = 'InvalidShapeError';
  }
}

const MAX_TEXT = 200;
const MAX_MEMBERS = 10;
const MAX_DEPTH = 2;

/** Copies a JSON value, cut small enough to send back: the caller's input may be megabytes long or very deep. */
export function excerpt(value: unknown, depth = MAX_DEPTH): unknown {
  if (typeof value === 'string') return value.length <= MAX_TEXT ? value : `${value.slice(0, MAX_TEXT)}…`;
  if (typeof value === 'number') return Number.isFinite(value) ? value : String(value);
  if (value instanceof JsonNumber) return value.text.length <= MAX_TEXT ? value : excerpt(value.text);
  if (typeof value !== 'object' || value === null) return value ?? null;
  if (depth === 0) return '…';
  if (Array.isArray(value)) return value.slice(0, MAX_MEMBERS).map((item) => excerpt(item, depth - 1));
  const members: [unknown, unknown][] = [];
  // Not `Object.entries`, which would copy all of them.
  for (const key in value) {
    if (members.length === MAX_MEMBERS) break;
    members.push([excerpt(key), excerpt(Reflect.get(value, key), depth - 1)]);
  }
  return Object.fromEntries(members);
}

/** Splits `items.3.coord` into `['items', 3, 'coord']`. */
export function fieldPath(field: string): FieldPath {
  return field.split('.').map((step) => (/^\d{1,9}$/.test(step) ? Number(step) : step));
}
