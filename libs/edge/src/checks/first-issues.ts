import { isJsonObject } from '@sfm/memory';
import { z } from 'zod';
import type { FieldPath } from './field-problem.js';

/** Most problems told of one request: who has made more of them does not need the whole list. */
export const MAX_PROBLEMS = 10;

export type Issue = z.core.$ZodIssue;

/** What is wrong with a value: the first issues, and how much else there is. */
export interface FirstIssues {
  /** Made with `reportInput`; few. */
  readonly issues: readonly Issue[];
  readonly more: readonly More[];
}

/** What no issue tells of: elements that were not looked at, further unknown fields, problems cut off. */
export interface More {
  readonly path: FieldPath;
  readonly count: number;
  readonly of: 'items' | 'fields' | 'problems';
}

/**
 * Returns the first issues of a value that its schema refuses. Whatever the caller has sent, the work and the answer are
 * bounded: zod by itself collects an issue for every element of a list and for every unknown field.
 */
export function firstIssues(schema: z.core.$ZodType, value: unknown): FirstIssues {
  const found = { issues: [], more: [] };
  const whole = { path: [], found };
  collect(schema, value, whole);
  // Only a check of the whole can have refused it.
  if (found.issues.length === 0) tell(schema, value, whole);
  return found;
}

/** The fields of an object that its schema does not know and does not allow. */
export interface UnknownFields extends FirstIssues {
  /** The object with the known fields only. */
  readonly known: object;
}

/**
 * Returns the unknown fields of a value whose schema allows none; undefined when it has none. Reads the names once,
 * before anything looks at what they hold: a body may have hundreds of thousands.
 */
export function unknownFields(
  schema: z.core.$ZodType,
  value: unknown,
  path: FieldPath = [],
): UnknownFields | undefined {
  if (!(schema instanceof z.ZodObject) || !(schema.def.catchall instanceof z.ZodNever)) return undefined;
  if (!isJsonObject(value)) return undefined;
  const shape = schema.shape;
  const keys: string[] = [];
  let count = 0;
  for (const name of Object.keys(value)) {
    if (Object.hasOwn(shape, name)) continue;
    if (keys.length < MAX_PROBLEMS) keys.push(name);
    else count += 1;
  }
  if (keys.length === 0) return undefined;
  const known = Object.keys(shape).filter((name) => Object.hasOwn(value, name));
  return {
    issues: [{ code: 'unrecognized_keys', keys, path: [...path], message: 'unknown fields' }],
    more: count > 0 ? [{ path, count, of: 'fields' }] : [],
    known: Object.fromEntries(known.map((name) => [name, value[name]])),
  };
}

interface Found {
  readonly issues: Issue[];
  readonly more: More[];
}

/** Where a value stands, and what has been found up to it. */
interface Place {
  readonly path: FieldPath;
  readonly found: Found;
}

function collect(schema: z.core.$ZodType, value: unknown, place: Place): void {
  const { found } = place;
  if (found.issues.length >= MAX_PROBLEMS) return;
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodDefault) {
    if (value !== undefined) collect(schema.unwrap(), value, place);
  } else if (schema instanceof z.ZodNullable) {
    if (value !== null) collect(schema.unwrap(), value, place);
  } else if (schema instanceof z.ZodObject && isJsonObject(value)) {
    for (const [name, field] of Object.entries<z.core.$ZodType>(schema.shape)) {
      collect(field, value[name], within(place, name));
    }
    const unknown = unknownFields(schema, value, place.path);
    found.issues.push(...(unknown?.issues ?? []));
    found.more.push(...(unknown?.more ?? []));
  } else if (schema instanceof z.ZodUnion && isJsonObject(value) && objectOption(schema)) {
    collect(objectOption(schema) ?? schema, value, place);
  } else if (schema instanceof z.ZodArray && Array.isArray(value)) {
    collectItems(schema, value, place);
  } else {
    tell(schema, value, place);
  }
}

/** Looks at elements only where their number is allowed, and ends when enough of them are wrong. */
function collectItems(schema: z.ZodArray, items: readonly unknown[], place: Place): void {
  const { path, found } = place;
  const before = found.issues.length;
  if (items.length <= mostItems(schema)) {
    for (const [index, item] of items.entries()) {
      if (found.issues.length >= MAX_PROBLEMS) {
        found.more.push({ path, count: items.length - index, of: 'items' });
        return;
      }
      if (!z.validate(schema.element, item)) collect(schema.element, item, within(place, index));
    }
  }
  if (found.issues.length === before) tell(schema, items, place);
}

/** Of several kinds of values, the one that an object is meant to be. */
function objectOption({ options }: z.ZodUnion): z.core.$ZodType | undefined {
  return options.find((option) => option instanceof z.ZodObject);
}

function within({ path, found }: Place, step: string | number): Place {
  return { path: [...path, step], found };
}

function mostItems({ _zod: { def } }: z.ZodArray): number {
  const most = def.checks?.map(({ _zod: { def: check } }) => ('maximum' in check ? Number(check.maximum) : Infinity));
  return Math.min(...(most ?? []));
}

function tell(schema: z.core.$ZodType, value: unknown, { path, found }: Place): void {
  const { error } = z.safeParse(schema, value, { reportInput: true });
  for (const issue of error?.issues.slice(0, MAX_PROBLEMS) ?? []) {
    found.issues.push({ ...issue, path: [...path, ...issue.path] });
  }
}
