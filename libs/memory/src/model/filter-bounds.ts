import { InvalidRequestError } from './errors.js';
import {
  groupedIn,
  isGroup,
  type FieldCondition,
  type MemoryFilter,
  type PayloadCondition,
  type RangeBound,
} from './filter.js';
import type { JsonValue } from './json.js';
import { checkJson } from './payload.js';

/**
 * Bounds of a filter, the same for every door. Whatever is searched is compared with all of it: PostgreSQL reads a path
 * by recursion, and each candidate of a recall meets every value.
 */
export const FILTER_BOUNDS = {
  /** Conditions and groups of them, all together. */
  maxConditions: 64,
  /** Groups within one another. */
  maxGroups: 16,
  /** Values in the lists of `in`, all together. */
  maxChoices: 1000,
  /** Keys of one path, and nesting of one value: no payload can be deeper. */
  maxDepth: 500,
  /** Keys of all paths together. */
  maxSteps: 1000,
  /** UTF-8 bytes of all paths and values together, as JSON. */
  maxBytes: 256 * 1024,
} as const;

/**
 * Checks that a filter is within `FILTER_BOUNDS`, and that the database can compare payloads with it. Ends at the first
 * thing that is not allowed, having looked at no more than the bounds allow.
 *
 * @param field the name of the filter in the request
 * @throws InvalidRequestError naming the condition and the bound
 */
export function checkFilter(filter: MemoryFilter | undefined, field = 'filter'): void {
  checkConditions(filter?.payload ?? [], { field, spent: { conditions: 0, choices: 0, steps: 0, bytes: 0 }, depth: 0 });
}

interface Place {
  /** The name of the filter. */
  readonly field: string;
  readonly spent: Spent;
  /** Groups around the conditions. */
  readonly depth: number;
}

function checkConditions(conditions: readonly PayloadCondition[], { field, spent, depth }: Place): void {
  checkConditionCount((spent.conditions += conditions.length), field);
  if (depth > FILTER_BOUNDS.maxGroups) throw tooManyGroups(field);
  for (const condition of conditions) {
    if (isGroup(condition)) checkConditions(groupedIn(condition), { field, spent, depth: depth + 1 });
    else checkField(condition, field, spent);
  }
}

/** Returns the error for groups that are nested too deeply. */
export function tooManyGroups(field: string): InvalidRequestError {
  return new InvalidRequestError(field, `must have at most ${FILTER_BOUNDS.maxGroups} groups within one another`);
}

function checkField(condition: FieldCondition, field: string, spent: Spent): void {
  checkPath(condition.path, field, spent);
  const place = `${field}.${condition.path.join('.').slice(0, 80)}`;
  for (const value of valuesOf(condition, place, spent)) spent.bytes += checkValue(value, place);
  if (spent.bytes > FILTER_BOUNDS.maxBytes) throw tooLarge(field);
}

/** @throws InvalidRequestError for more conditions than a filter may have */
export function checkConditionCount(count: number, field: string): void {
  const { maxConditions } = FILTER_BOUNDS;
  if (count > maxConditions) {
    throw new InvalidRequestError(field, `must have at most ${maxConditions} keys, got ${count}`);
  }
}

interface Spent {
  conditions: number;
  choices: number;
  steps: number;
  bytes: number;
}

function checkPath(path: readonly string[], field: string, spent: Spent): void {
  const { maxDepth, maxSteps } = FILTER_BOUNDS;
  const place = `${field}.${path.slice(0, 8).join('.').slice(0, 80)}`;
  if (path.length > maxDepth) throw new InvalidRequestError(place, `must be a path of at most ${maxDepth} keys`);
  spent.steps += path.length;
  if (spent.steps > maxSteps) {
    throw new InvalidRequestError(field, `must have at most ${maxSteps} keys in all its paths together`);
  }
  for (const step of path) spent.bytes += checkValue(step, place);
}

function valuesOf(condition: FieldCondition, place: string, spent: Spent): readonly JsonValue[] {
  if ('equals' in condition) return [condition.equals];
  if ('contains' in condition) return [condition.contains];
  if ('range' in condition) return Object.values<RangeBound>({ ...condition.range });
  if ('prefix' in condition) return [condition.prefix];
  if ('within' in condition) return Object.values<number>({ ...condition.within });
  if ('exists' in condition) return [];
  const { maxChoices } = FILTER_BOUNDS;
  spent.choices += condition.anyOf.length;
  if (spent.choices > maxChoices) {
    throw new InvalidRequestError(`${place}.in`, `must leave at most ${maxChoices} values in all lists of "in"`);
  }
  return condition.anyOf;
}

function checkValue(value: JsonValue, place: string): number {
  const { maxDepth, maxBytes } = FILTER_BOUNDS;
  return checkJson(value, { path: place, limits: { maxDepth, maxBytes } });
}

function tooLarge(field: string): InvalidRequestError {
  return new InvalidRequestError(field, `must be at most ${FILTER_BOUNDS.maxBytes} bytes of JSON`);
}
